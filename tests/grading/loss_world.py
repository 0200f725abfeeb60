"""A course of one notebook, of a setup cell, an answer and a test; and submissions to it."""

import json

import nbformat.v4 as v4
import pytest

from autograder.assignment import NOTEBOOKS
from autograder.grading import Course

LOSS = "03_loss.ipynb"
KL = """def kl_loss(mean_z, logvar_z):
    return HALF * (mean_z**2 + logvar_z.exp() - 1 - logvar_z).sum(dim=1).mean()"""
LAB = """
import json, os
def load_answer(notebook, name):
    scope = {}
    for cell in json.load(open(os.path.join(os.environ["LAB_ANSWERS"], notebook)))["cells"]:
        exec(cell["source"], scope)
    return scope[name]
"""


def cell(source, grade_id=None, **marks):
    flags = {"grade_id": grade_id, "locked": False, "grade": False, "solution": False, **marks}
    return v4.new_code_cell(source, metadata={"nbgrader": flags} if grade_id else {})


SETUP = cell("import torch\nHALF = 0.5", "setup", locked=True)
# A test that ends the process, since the grader must never run it.
TEST = cell("import os\nos._exit(1)", "kl-loss-formula-test", locked=True, grade=True)


def write(folder, **notebooks):
    """Write notebooks, named by their first two digits: _03=[a source or a cell, ...]."""
    folder.mkdir(exist_ok=True)
    for digits, cells in notebooks.items():
        name = next(name for name in NOTEBOOKS if name.startswith(digits[1:]))
        cells = [cell(each) if isinstance(each, str) else each for each in cells]
        (folder / name).write_text(json.dumps(v4.new_notebook(cells=cells)), encoding="utf-8")
    return folder


@pytest.fixture
def course(tmp_path):
    """A course whose third notebook is a setup cell, an answer and a test."""
    solutions = write(tmp_path / "solutions", _03=[SETUP, KL, TEST])
    (solutions / "lab.py").write_text(LAB, encoding="utf-8")
    return Course(solutions, write(tmp_path / "release", _03=[SETUP, TEST]))


def messages(report):
    """The messages of all checks that failed."""
    return [
        outcome.message
        for result in report.results
        for outcome in result.outcomes
        if not outcome.passed
    ]
