"""A course in which two students are graded, and its export."""

import io
import json

import pandas as pd
import pytest
from rich.console import Console

from autograder.classroom.export.record import default_path
from autograder.classroom.export.run import Places, export_grades
from autograder.classroom.export.settings import Platform, Settings
from autograder.classroom.gradebook.writer import GradebookWriter
from tests.classroom.class_world import copy_course, make_course, open_gradebook
from tests.classroom.stub_grading import NOTEBOOK, QUESTION, notebook

MAXIMUM = 3  # two tests and a question


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A course in which ada and bob are graded; bob's answer waits for a person."""
    course = make_course(tmp_path_factory.mktemp("template"))
    with GradebookWriter(course, "vae") as writer:
        for student, points in {"ada": (1, 0), "bob": (1, 1)}.items():
            answered = notebook(points, why="Because.")
            writer.write_submission(
                student, {f"{NOTEBOOK}.ipynb": json.dumps(answered)}, None, resubmitted=False
            )
    mark(course, "ada", 0.5)
    return course


@pytest.fixture
def course(template, tmp_path):
    folder = copy_course(template, tmp_path / "course")
    (folder / "graded").mkdir()
    return folder


def mark(course, submission, points, extra=None, penalty=0.0, comment="Good."):
    """Mark the question of a submission, as a person does."""
    with open_gradebook(course) as gradebook:
        grade = gradebook.find_grade(QUESTION, NOTEBOOK, "vae", submission)
        grade.manual_score, grade.needs_manual_grade, grade.extra_credit = points, False, extra
        gradebook.find_comment(QUESTION, NOTEBOOK, "vae", submission).manual_comment = comment
        notebook = gradebook.find_submission_notebook(NOTEBOOK, "vae", submission)
        notebook.late_submission_penalty = penalty
        gradebook.db.commit()


def export(course, platform="csv", dry_run=False, roster=None, target=None, **settings):
    """Export → (exit code, what was printed, the cells of the file)."""
    output = io.StringIO()
    console = Console(file=output, width=200)
    path = target or default_path(course / "graded", platform)
    with open_gradebook(course) as gradebook:
        code = export_grades(
            gradebook,
            Settings(Platform(platform), **{"item": "VAE", **settings}),
            Places(course / "graded", roster, target),
            console,
            dry_run,
        )
    return code, output.getvalue(), read(path) if path.exists() else None


def read(path):
    """Read a table as text, so that nothing is taken for a number."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def make_roster(course, text):
    path = course / "roster-of-test.csv"
    path.write_text(text, encoding="utf-8")
    return path
