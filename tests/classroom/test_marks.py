"""Marks read from a real gradebook: what nbgrader adds up, and what waits for a person."""

import shutil

import pytest

from autograder.assignment import TASKS
from autograder.classroom.gradebook.marks import read_marks
from tests.classroom.marked_gradebook import (
    add_submission,
    find_comment,
    find_grade,
    mark,
    new_gradebook,
    open_gradebook,
)

QUESTION = "logvar-question"
MANUAL = [task.id for task in TASKS if task.kind == "manual"]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "gradebook.db"
    with new_gradebook(path) as gradebook:
        add_submission(gradebook, "ada")
    return path


@pytest.fixture
def gradebook(template, tmp_path):
    with open_gradebook(shutil.copy(template, tmp_path)) as gradebook:
        yield gradebook


def marks_of(gradebook, student="ada"):
    """Read a student's marks; their total is nbgrader's own."""
    marks = read_marks(gradebook, "vae")[student]
    assert marks.submission == student
    nbgraders = gradebook.find_submission("vae", student)
    assert marks.total + marks.late_penalty == pytest.approx(nbgraders.score)
    assert marks.maximum == nbgraders.max_score == 28
    return marks


def test_tasks_stand_in_the_assignments_order(gradebook):
    assert list(marks_of(gradebook).tasks) == [task.id for task in TASKS]


def test_checks_give_points_at_once_and_answers_in_words_wait(gradebook):
    marks = marks_of(gradebook)
    assert marks.total == 14 and marks.unmarked == MANUAL
    assert marks.tasks[QUESTION].points is None and not marks.tasks[QUESTION].by_hand
    assert marks.tasks["train-test"].points == 1 and not marks.tasks["train-test"].waits


def test_a_persons_points_count_with_their_comment(gradebook):
    mark(gradebook, "ada", QUESTION, 0.5, "Half of it.")
    found = marks_of(gradebook).tasks[QUESTION]
    assert (found.points, found.by_hand, found.waits) == (0.5, True, False)
    assert found.comment == "Half of it."


def test_no_points_from_a_person_are_points(gradebook):
    mark(gradebook, "ada", QUESTION, 0)
    marks = marks_of(gradebook)
    assert marks.tasks[QUESTION].points == 0 and QUESTION not in marks.unmarked


def test_a_person_overrules_a_check(gradebook):
    mark(gradebook, "ada", "train-test", 0)
    found = marks_of(gradebook).tasks["train-test"]
    assert (found.points, found.by_hand) == (0, True)


@pytest.mark.parametrize("task", [QUESTION, "train-test"])
def test_extra_credit_is_added(gradebook, task):
    mark(gradebook, "ada", task, 1, extra=0.5)
    assert marks_of(gradebook).tasks[task].points == 1.5


def test_extra_credit_on_the_points_of_a_check_is_added(gradebook):
    mark(gradebook, "ada", "train-test", None, extra=0.5)
    found = marks_of(gradebook).tasks["train-test"]
    assert (found.points, found.by_hand) == (1.5, False)


def test_an_answer_that_is_open_again_keeps_its_points_and_waits(gradebook):
    mark(gradebook, "ada", QUESTION, 0.5)
    find_grade(gradebook, "ada", QUESTION).needs_manual_grade = True
    gradebook.db.commit()
    marks = marks_of(gradebook)
    assert marks.tasks[QUESTION].points == 0.5 and QUESTION in marks.unmarked


def test_no_response_is_no_comment_of_a_person_and_says_that_nothing_was_answered(gradebook):
    grade, comment = (find(gradebook, "ada", QUESTION) for find in (find_grade, find_comment))
    grade.auto_score, grade.needs_manual_grade = 0, False
    comment.auto_comment = "No response."
    gradebook.db.commit()
    found = marks_of(gradebook).tasks[QUESTION]
    assert found.unanswered and found.comment == "" and not found.waits
    comment.manual_comment = "Ask me."
    gradebook.db.commit()
    assert marks_of(gradebook).tasks[QUESTION].comment == "Ask me."


def test_a_comment_that_was_emptied_is_none(gradebook):
    mark(gradebook, "ada", QUESTION, 1, comment="")
    assert marks_of(gradebook).comments == {}


def test_comments_on_code_are_kept_although_the_cell_has_no_points(gradebook):
    find_comment(gradebook, "ada", "train").manual_comment = "Well named."
    gradebook.db.commit()
    assert marks_of(gradebook).comments == {"train": "Well named."}


def test_the_late_penalties_of_all_notebooks_are_taken_off(gradebook):
    first, second, *_ = gradebook.find_submission("vae", "ada").notebooks
    first.late_submission_penalty, second.late_submission_penalty = 1, 0.5
    gradebook.db.commit()
    marks = marks_of(gradebook)
    assert (marks.late_penalty, marks.total) == (1.5, 12.5)


def test_a_penalty_takes_no_more_than_there_is(gradebook):
    add_submission(gradebook, "bob", auto=0)
    gradebook.find_submission("vae", "bob").notebooks[0].late_submission_penalty = 3
    gradebook.db.commit()
    assert read_marks(gradebook, "vae")["bob"].total == 0


def test_what_was_given_for_a_question_that_was_dropped_does_not_count(gradebook):
    mark(gradebook, "ada", QUESTION, 1, extra=0.25)
    gradebook.find_grade_cell(QUESTION, "02_vae", "vae").max_score = 0
    gradebook.find_grade_cell(MANUAL[1], "04_training", "vae").max_score = 0
    gradebook.db.commit()
    marks = read_marks(gradebook, "vae")["ada"]
    assert (marks.maximum, marks.total, marks.unmarked) == (26, 14.25, MANUAL[2:])


def test_nobody_gets_the_marks_of_another(gradebook):
    add_submission(gradebook, "bob", auto=0)
    mark(gradebook, "bob", QUESTION, 1, "Yours.")
    assert marks_of(gradebook).total == 14 and marks_of(gradebook).comments == {}
    assert marks_of(gradebook, "bob").total == 1


def test_a_task_that_somebody_added_counts_after_the_others(gradebook):
    gradebook.add_task_cell("bonus", "02_vae", "vae", max_score=2, cell_type="markdown")
    add_submission(gradebook, "bob")
    marks = read_marks(gradebook, "vae")["bob"]
    assert list(marks.tasks)[-1] == "bonus" and marks.maximum == 30
    assert marks.unmarked == [*MANUAL, "bonus"]
