"""The command `feedback`: pages of everybody from what the gradebook holds now, and zips."""

import json
import shutil
import zipfile

import pytest
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.classroom.results.handins import Handin, write_handins
from autograder.classroom.roster.students import Student
from tests.classroom.class_world import copy_course, make_course, mark_by_hand, run_here
from tests.classroom.stub_grading import NOTEBOOK, QUESTION, submit

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
    for name in ("autograded", "graded"):
        shutil.copytree(graded / name, copy / name)
    monkeypatch.chdir(copy)
    return copy


def feedback(*options, workers=2):
    """Run the command → (exit code, what was printed, in one line)."""
    result = CliRunner().invoke(app, ["feedback", "--workers", str(workers), *options])
    return result.exit_code, " ".join(result.output.split())


def page(course, student):
    return (course / "feedback" / f"{student}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("workers", [1, 2])
def test_each_student_has_one_page_however_many_processes_make_them(course, workers):
    code, printed = feedback(workers=workers)
    assert code == 0 and f"3 pages in {course}/feedback (3 new)." in printed
    assert "3 submissions with answers that nobody has marked" in printed
    assert "1 of 3 points so far" in plain(page(course, "ada"))
    assert "2 of 3 points so far" in plain(page(course, "bob"))
    for student in STUDENTS:
        assert not [
            other for other in STUDENTS if other != student and other in page(course, student)
        ]


def plain(html):
    return html.replace("<strong>", "").replace("</strong>", "")


def test_pages_of_before_are_replaced_where_the_gradebook_says_something_else_now(course):
    feedback()
    mark_by_hand(course, "ada", 0.5, "Well seen.")
    code, printed = feedback()
    assert code == 0 and "(1 changed, 2 same)" in printed
    assert "Well seen." in page(course, "ada") and "1.5 of 3 points<" in plain(page(course, "ada"))


def test_a_page_that_somebody_changed_stays_and_is_named(course):
    feedback()
    (course / "feedback" / "bob.html").write_text("By hand.")
    code, printed = feedback()
    assert code == 1 and "bob has no new page: bob.html is not as it was made" in printed
    assert page(course, "bob") == "By hand."


def test_who_has_no_page_is_named_and_the_others_have_theirs(course):
    for path in (course / "graded" / "notebooks" / "bob").iterdir():
        path.write_bytes(b"{")
    code, printed = feedback()
    assert code == 1 and "bob has no new page" in printed and "2 pages in" in printed
    assert not (course / "feedback" / "bob.html").exists() and page(course, "cyd")


def test_a_group_gets_a_page_for_each_member_and_a_zip_with_each(course):
    members = (Student("s1", "Ada Lovelace", group="G1"), Student("s2", "Bob Brown", group="G1"))
    names = {"s1": "1-2 - Ada Lovelace - x", "s2": "3-4 - Bob Brown - x"}
    alone = Handin("bob", (Student("bob"),), {})
    write_handins(course / "graded", [Handin("ada", members, names), alone])
    code, printed = feedback("--zip", "brightspace")
    assert code == 1 and "bob is not in the zip" in printed and "4 pages in" in printed
    assert "2 pages in" in printed and "Feedback for Bob Brown" in page(course, "s2")
    with zipfile.ZipFile(course / "feedback" / "feedback-brightspace.zip") as archive:
        assert archive.namelist() == [f"{name}/feedback.html" for name in names.values()]


def test_a_student_in_two_groups_gets_no_page_and_the_others_have_theirs(course):
    ada = Student("s1", "Ada Lovelace")
    write_handins(course / "graded", [Handin("ada", (ada,)), Handin("bob", (ada, Student("s2")))])
    code, printed = feedback()
    assert code == 1 and "s1 has no new page: they are in several submissions, ada, bob." in printed
    assert sorted(path.name for path in (course / "feedback").glob("*.html")) == [
        "cyd.html",
        "s2.html",
    ]


def test_without_names_of_a_download_there_is_no_zip(course):
    code, printed = feedback("--zip", "canvas")
    assert code == 1 and "no student has a name in canvas's download" in printed
    assert not list((course / "feedback").glob("*.zip"))


def test_a_list_of_handins_that_cannot_be_read_stops_the_command(course):
    (course / "graded" / "handins.json").write_text("{")
    code, printed = feedback()
    assert code == 1 and "cannot be read" in printed and "Traceback" not in printed


def test_without_a_gradebook_the_answers_in_words_are_open(course):
    (course / "gradebook.db").unlink()
    code, printed = feedback()
    assert code == 0 and "3 pages" in printed and not (course / "gradebook.db").exists()


def test_nothing_of_the_graded_notebooks_rubric_is_shown(course):
    mark_by_hand(course, "ada", 0, "No.")
    feedback()
    autograded = course / "autograded" / "ada" / "vae" / f"{NOTEBOOK}.ipynb"
    sources = [cell["source"] for cell in json.loads(autograded.read_text())["cells"]]
    assert any("Earns the point" in source for source in sources)
    assert "Because of ada." in page(course, "ada") or QUESTION in page(course, "ada")
    assert "Earns the point" not in page(course, "ada")


def test_before_anybody_is_graded_the_first_command_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(make_course(tmp_path))
    for options in ([], ["--nbgrader"]):
        code, printed = feedback(*options)
        assert code == 1 and "Nobody is graded yet" in printed


# nbgrader's own pages


def test_options_of_our_own_pages_do_not_go_with_nbgraders(course):
    code, printed = feedback("--nbgrader", "--zip", "canvas")
    assert code == 2 and "leave the other options out" in printed


def nbgraders_page(course, student):
    path = course / "feedback" / student / "vae" / f"{NOTEBOOK}.html"
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("workers", [1, 2])
def test_nbgraders_pages_can_be_made_by_several_processes(course, workers):
    printed = "nbgrader's pages of 3 students are in feedback/STUDENT/."
    assert feedback("--nbgrader", workers=workers) == (0, printed)
    for student in STUDENTS:
        assert f"Because of {student}." in nbgraders_page(course, student)
        assert "Earns the point" in nbgraders_page(course, student)


def test_nbgraders_pages_are_made_anew(course):
    feedback("--nbgrader")
    mark_by_hand(course, "ada", 1, "Well seen.")
    assert feedback("--nbgrader")[0] == 0
    assert "Well seen." in nbgraders_page(course, "ada")


def test_who_has_none_of_nbgraders_pages_is_named_and_the_others_have_theirs(course):
    (course / "autograded" / "bob" / "vae" / f"{NOTEBOOK}.ipynb").write_text("{")
    code, printed = feedback("--nbgrader")
    assert code == 1
    assert printed == (
        "bob has no pages; `nbgrader generate_feedback vae --force` says why. "
        "nbgrader's pages of 2 students are in feedback/STUDENT/."
    )
    assert not (course / "feedback" / "bob" / "vae").exists() and nbgraders_page(course, "cyd")


def test_both_kinds_of_pages_stand_side_by_side(course):
    assert feedback()[0] == feedback("--nbgrader")[0] == feedback()[0] == 0
    assert page(course, "ada") and nbgraders_page(course, "ada")
