"""`check` in a student's own kernel: what the cell shows, and what nbgrader reads from it."""

import os
import shutil

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade

from autograder import packed_checks
from tests.mistakes.key import definitions
from tests.paths import SOLUTIONS

SETUP = """import torch
from matplotlib import pyplot as plt
from lab import check
device = torch.device("cpu")"""
MARKS = {"grade": True, "solution": False, "locked": True, "points": 1, "grade_id": "x"}
CHECK = 'check("plot-latent-test")'


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """Cells that ran in a kernel of their own, in a folder with lab.py and checks.zip."""
    folder = tmp_path_factory.mktemp("student")
    for name in ("lab.py", "answers.py"):
        shutil.copy(SOLUTIONS / name, folder)
    packed_checks.write(folder)
    right = definitions("05_latent_space.ipynb")["plot_latent"]
    sources = [
        SETUP,
        right,
        f"torch.manual_seed(3)\nplt.figure()\nplt.plot([1, 2])\n{CHECK}",
        "print(float(torch.rand(1)), plt.get_fignums())",
        "torch.manual_seed(3)\nprint(float(torch.rand(1)), plt.get_fignums())",
        "def plot_latent(model):\n    raise NotImplementedError()",
        CHECK,
    ]
    notebook = new_notebook(
        cells=[new_code_cell(source, metadata={"nbgrader": MARKS}) for source in sources]
    )
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, allow_errors=True, timeout=300, resources=resources)
    # A student's kernel chooses how figures are shown, and finds no autograder.
    env = {key: os.environ[key] for key in os.environ.keys() - {"MPLBACKEND", "PYTHONPATH"}}
    client.execute(env=env)
    return notebook.cells


def test_a_right_answer_shows_its_properties_the_point_and_only_the_students_figure(cells):
    printed, figure = cells[2].outputs
    assert printed.text.startswith("✓ ") and printed.text.endswith("1 point: 10.5a plot_latent\n")
    assert figure.output_type == "display_data"
    assert determine_grade(cells[2]) == (1, 1)


def test_the_random_numbers_go_on_as_if_nothing_had_been_checked(cells):
    assert cells[3].outputs[0].text == cells[4].outputs[0].text


def test_what_is_missing_is_shown_without_a_traceback_and_gets_no_point(cells):
    (error,) = cells[6].outputs
    assert error.output_type == "error" and "Traceback" not in "".join(error.traceback)
    assert "".join(error.traceback) == error.evalue
    assert error.evalue.startswith("✗ plot_latent is not written yet")
    assert error.evalue.endswith("Not yet 1 point: 10.5a plot_latent")
    assert determine_grade(cells[6]) == (0, 1)
