"""What changes in mid-course: maxima, and questions that are dropped after they were marked."""

import pytest

from autograder.classroom.gradebook.marks import read_marks
from autograder.classroom.results.differences import differences
from tests.classroom.class_world import (
    copy_course,
    make_course,
    mark_by_hand,
    open_gradebook,
    run_here,
)
from tests.classroom.stub_grading import NOTEBOOK, QUESTION, TESTS, submit


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course without submissions, to copy."""
    return make_course(tmp_path_factory.mktemp("course"))


def change_maximum(folder, task, maximum):
    """Change what a question is worth, as `make release` tells the gradebook."""
    with open_gradebook(folder) as gradebook:
        gradebook.find_grade_cell(task, NOTEBOOK, "vae").max_score = maximum
        gradebook.db.commit()


def marks_of(folder, student):
    with open_gradebook(folder) as gradebook:
        return read_marks(gradebook, "vae")[student]


@pytest.mark.parametrize("points", [(0, 1), (1, 1), (0.5, 1)])
def test_another_maximum_is_a_difference_though_the_share_stays(points):
    doubled = tuple(2 * each for each in points)
    [row] = differences("ada", {"a-test": points}, {"a-test": doubled})
    assert (row.before, row.after) == (f"{points[0]:g}/1", f"{doubled[0]:g}/2")


def test_a_task_that_never_was_worth_points_is_no_difference():
    assert differences("ada", {"loss-target": (0, 0)}, {"loss-target": (0, 0)}) == []
    assert differences("ada", {}, {"loss-target": (0, 0)}) == []


@pytest.mark.parametrize("mark", [1, 0.5, None])
def test_marks_of_a_dropped_question_do_not_count_and_nobody_has_to_mark_it(
    tmp_path, course, monkeypatch, mark
):
    copy_course(course, tmp_path)
    submit(tmp_path / "submitted" / "ada", (1, 0), why="Because.")
    assert run_here(tmp_path, monkeypatch)[0] == 0
    if mark is not None:
        mark_by_hand(tmp_path, "ada", mark)
    change_maximum(tmp_path, QUESTION, 0)
    assert run_here(tmp_path, monkeypatch)[0] == 0
    marks = marks_of(tmp_path, "ada")
    assert (marks.total, marks.maximum, marks.unmarked) == (1, 2, [])


def test_extra_credit_and_the_comment_of_a_dropped_question_stay(tmp_path, course, monkeypatch):
    copy_course(course, tmp_path)
    submit(tmp_path / "submitted" / "ada", (1, 1), why="Because.")
    run_here(tmp_path, monkeypatch)
    mark_by_hand(tmp_path, "ada", 1, comment="Nice.", extra=0.5)
    change_maximum(tmp_path, QUESTION, 0)
    marks = marks_of(tmp_path, "ada")
    assert (marks.total, marks.tasks[QUESTION].comment) == (2.5, "Nice.")
    assert set(marks.tasks) == {*TESTS, QUESTION}
