"""nbgrader with the committed configuration: it releases, autogrades and gives feedback, with the same points."""

import os
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT
from nbgrader.api import Gradebook

from autograder.assignment import AUTO, TASKS
from tests.samples import typical_mistakes, write_submission

EXPECTED = {"key": set(), "mistaken": {task for answer in typical_mistakes() for task in answer.costs}}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder in which two submissions have been autograded."""
    folder = tmp_path_factory.mktemp("course")
    for name in ("solutions", "autograder"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    write_submission(folder / "submitted" / "key" / "vae")
    write_submission(folder / "submitted" / "mistaken" / "vae", typical_mistakes())
    nbgrader(folder, "generate_assignment", "vae")
    nbgrader(folder, "autograde", "vae")
    return folder


def nbgrader(folder, *arguments):
    environment = {key: value for key, value in os.environ.items() if key not in ("MPLBACKEND", "PYTHONPATH")}
    result = subprocess.run([sys.executable, "-m", "nbgrader", *arguments], cwd=folder, text=True, capture_output=True,
                            env=environment)
    assert result.returncode == 0, result.stderr[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize("student", EXPECTED)
def test_hidden_tests_in_plain_nbgrader_cost_exactly_the_mistakes(course, student):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission("vae", student)
        scores = {grade.name: grade.auto_score for notebook in submission.notebooks for grade in notebook.grades}
    lost = {task.id for task in AUTO if scores[task.id] == 0}
    assert lost == EXPECTED[student]
    assert sum(scores[task.id] for task in AUTO) == 14 - len(lost)
    by_hand = {name for name, score in scores.items() if score is None}
    assert by_hand == {task.id for task in TASKS if task.kind == "manual"}


@pytest.mark.slow
def test_feedback_pages_show_each_answer_and_the_rubric(course):
    nbgrader(course, "generate_feedback", "vae")
    pages = list((course / "feedback" / "mistaken" / "vae").glob("*.html"))
    assert len(pages) == 7
    page = (course / "feedback" / "mistaken" / "vae" / "02_vae.html").read_text()
    assert "Earns the point" in page and "AssertionError" in page
