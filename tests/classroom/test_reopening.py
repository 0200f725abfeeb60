"""A submission that is handed in again reopens the answers whose text is another one, no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from autograder.classroom.gradebook import answers
from autograder.classroom.gradebook.writer import GradebookWriter
from tests.classroom.class_world import (
    copy_course,
    make_course,
    mark_by_hand,
    open_gradebook,
    run_here,
    scores,
)
from tests.classroom.stub_grading import QUESTION, submit


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("template"))


@pytest.fixture
def course(template, tmp_path):
    return copy_course(template, tmp_path / "course")


@pytest.fixture
def hand_in(course, monkeypatch):
    """hand_in("Because."): ada hands in this answer, and everything is graded → is it open?"""

    def hand_in(why, points=(1, 0)):
        submit(course / "submitted" / "ada" / "vae", points=points, why=why)
        code, printed = run_here(course, monkeypatch, accept=True)
        assert code == 0, printed
        return scores(course)["ada"][QUESTION][2]

    return hand_in


def test_other_code_leaves_the_mark_of_an_answer_alone(course, hand_in):
    assert hand_in("Because.")
    mark_by_hand(course, "ada", 1)
    assert not hand_in("Because.", points=(1, 1)) and not hand_in("Because.\n", points=(0, 1))
    assert scores(course)["ada"][QUESTION] == (None, 1, False)


def test_another_text_reopens_it_until_it_is_marked_or_the_old_text_comes_back(course, hand_in):
    hand_in("Because.")
    mark_by_hand(course, "ada", 1)
    assert hand_in("Why not?") and hand_in("Why not?", points=(1, 1))
    assert not hand_in("Because.") and hand_in("Why not?")
    mark_by_hand(course, "ada", 0)
    assert not hand_in("Why not?", points=(1, 1)) and hand_in("Because.")


def test_an_answer_that_is_taken_back_is_shown_to_the_marker(course, hand_in):
    hand_in("Because.")
    mark_by_hand(course, "ada", 1)
    assert hand_in("YOUR ANSWER HERE")
    with GradebookWriter(course, "vae") as writer:
        writer.write_submission("ada", {}, None, True)
    assert scores(course)["ada"][QUESTION] == (0, 1, True)


def test_where_it_is_not_known_which_text_was_marked_a_person_looks(course, hand_in):
    hand_in("Because.")
    mark_by_hand(course, "ada", 1)
    with open_gradebook(course) as gradebook:
        gradebook.db.execute(delete(answers.ANSWERS))
        gradebook.db.commit()
    assert hand_in("Because.", points=(1, 1))


class FakeGrade:
    """What `settle` reads of nbgrader's Grade."""

    manual_score = None
    auto_score = None
    needs_manual_grade = True


EVENTS = st.lists(st.sampled_from([("write", "a"), ("write", "b"), ("write", "c"), ("mark",)]))


@given(EVENTS)
def test_an_answer_is_open_exactly_while_it_is_not_the_text_that_was_marked(events):
    grade, row, text, marked = FakeGrade(), None, None, None
    for kind, *new in events:
        if kind == "write":
            (text,) = new
            needs, of_mark = answers.settle(grade, row, text, None, resubmitted=True)
            grade.needs_manual_grade, row = needs, {"seen": text, "marked": of_mark}
            assert needs == (text != marked)
        elif text:
            grade.manual_score, grade.needs_manual_grade, marked = 1, False, text


@given(st.text(), st.text())
def test_the_hash_is_of_the_words_and_of_attached_pictures(text, other):
    def hashed(source, **more):
        return answers.answer_hash({"source": source, **more})

    assert hashed(text) == hashed([text, "\n  "]) != hashed(text, attachments={"a": {}})
    assert (hashed(text) == hashed(other)) == (text.split() == other.split())


def test_a_lone_surrogate_is_no_reason_to_fail():
    assert answers.answer_hash({"source": "\ud800"})
