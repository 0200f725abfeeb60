"""The line of docs/ci.md that runs the masters in place: with the checks, and without harm."""

import importlib.util
import os

import pytest

from tests.paths import ROOT, SOLUTIONS

LINE = ".venv/bin/python -m pytest --nbval-lax --nbval-current-env solutions/vae"


@pytest.mark.parametrize("profile", [None, "full"])
def test_kernels_find_the_checks_and_keep_the_weights_of_the_key(monkeypatch, profile):
    assert f"\n{LINE}\n" in (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    if profile:
        monkeypatch.setenv("LAB_PROFILE", profile)
    for name in ("LAB_PROFILE", "LAB_DATA", "PYTHONPATH"):
        monkeypatch.setenv(name, os.environ.get(name, ""))  # restored after the test
    spec = importlib.util.spec_from_file_location("conftest", SOLUTIONS.parent / "conftest.py")
    conftest = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conftest)
    conftest.pytest_configure()
    assert os.environ["LAB_PROFILE"] == "check"
    assert (ROOT / "autograder").parent.samefile(os.environ["PYTHONPATH"].split(os.pathsep)[0])
