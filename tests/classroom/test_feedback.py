"""Feedback pages made by several processes: everybody's, from what the gradebook holds now."""

import shutil

import pytest
from typer.testing import CliRunner

from autograder.__main__ import app
from tests.classroom.class_world import copy_course, make_course, mark_by_hand, run_here
from tests.classroom.stub_grading import NOTEBOOK, submit

pytestmark = pytest.mark.slow  # each command loads nbgrader
STUDENTS = ("ada", "bob", "cyd")


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course of three students, graded."""
    course = make_course(tmp_path_factory.mktemp("course"))
    for number, student in enumerate(STUDENTS):
        folder = course / "submitted" / student / "vae"
        submit(folder, (1, number % 2), why=f"Because of {student}.")
    code, printed = run_here(course)
    assert code == 0, printed
    return course


@pytest.fixture
def course(graded, tmp_path, monkeypatch):
    """A copy of the graded course, which is the current folder."""
    copy = copy_course(graded, tmp_path / "course")
    shutil.copytree(graded / "autograded", copy / "autograded")
    monkeypatch.chdir(copy)
    return copy


def feedback(workers=2):
    """Run the command → (exit code, what was printed)."""
    result = CliRunner().invoke(app, ["feedback", "--workers", str(workers)])
    return result.exit_code, result.output


def page(course, student):
    return (course / "feedback" / student / "vae" / f"{NOTEBOOK}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("workers", [1, 2])
def test_each_student_has_pages_of_their_own_however_many_processes_make_them(course, workers):
    assert feedback(workers) == (0, "Pages of 3 students are in feedback/.\n")
    for student in STUDENTS:
        assert f"Because of {student}." in page(course, student)


def test_pages_of_before_are_replaced_by_what_the_gradebook_holds_now(course):
    feedback()
    assert "Well seen" not in page(course, "ada")
    mark_by_hand(course, "ada", 1, "Well seen.")
    assert feedback()[0] == 0
    assert "Well seen." in page(course, "ada")


def test_who_has_no_pages_is_named_and_the_others_have_theirs(course):
    (course / "autograded" / "bob" / "vae" / f"{NOTEBOOK}.ipynb").write_text("{")
    code, printed = feedback()
    assert code == 1
    assert printed == (
        "bob has no pages; `nbgrader generate_feedback vae --force` says why.\n"
        "Pages of 2 students are in feedback/.\n"
    )
    assert not (course / "feedback" / "bob" / "vae").exists() and page(course, "cyd")


def test_before_anybody_is_graded_the_first_command_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(make_course(tmp_path))
    code, printed = feedback()
    assert code == 1 and "Nobody is graded yet" in printed
