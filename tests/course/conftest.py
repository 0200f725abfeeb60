"""What the tests of the course's modules share: importing them, and small notebooks to read."""

import importlib
import json
import sys

import pytest
from nbformat.v4 import new_notebook

from tests.paths import SOLUTIONS

MODULES = [path.stem for path in SOLUTIONS.glob("*.py")]


@pytest.fixture
def load_module(monkeypatch, tmp_path):
    """A function that imports a module of the course afresh, in an empty current folder."""

    def load(name, profile="quick"):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("LAB_PROFILE", profile)
        monkeypatch.syspath_prepend(SOLUTIONS)
        for module in MODULES:
            monkeypatch.delitem(sys.modules, module, raising=False)
        return importlib.import_module(name)

    yield load
    for module in MODULES:
        sys.modules.pop(module, None)


@pytest.fixture
def write(tmp_path):
    """A function that writes a notebook of these cells into the current folder."""

    def write_notebook(name, *cells):
        (tmp_path / name).write_text(json.dumps(new_notebook(cells=list(cells))))
        return tmp_path / name

    return write_notebook
