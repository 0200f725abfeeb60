"""nbgrader's gradebook after a class run: points are in it, whole, and a person's work stays."""

import json
import re
import shutil

import nbformat
import pytest
from sqlalchemy import event

from autograder.classroom.errors import GradebookError
from autograder.classroom.gradebook import sync, writer
from autograder.classroom.gradebook.writer import GradebookWriter
from tests.classroom.class_world import (
    RUBRIC,
    automatic,
    copy_course,
    make_course,
    mark_by_hand,
    open_gradebook,
    run_here,
    scores,
)
from tests.classroom.stub_grading import NOTEBOOK, QUESTION, TESTS, notebook, submit


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("template"))


@pytest.fixture
def course(template, tmp_path):
    return copy_course(template, tmp_path / "course")


@pytest.fixture
def grade(course, monkeypatch):
    """grade(ada={"points": (1, 0)}): hand this in, grade all → (exit code, what was printed)."""

    def grade(settings=None, **submissions):
        for student, orders in submissions.items():
            submit(course / "submitted" / student / "vae", **orders)
        return run_here(course, monkeypatch, **settings or {})

    return grade


def autograded(course, student):
    return nbformat.read(course / "autograded" / student / "vae" / f"{NOTEBOOK}.ipynb", 4)


def test_points_of_tests_are_in_the_gradebook_and_answers_wait_for_a_person(course, grade):
    code, printed = grade(ada={"points": (1, 0), "why": "Because."}, bob={"points": (0, 0)})
    assert code == 0, printed
    right, wrong = (1, None, False), (0, None, False)
    waits, unanswered = (None, None, True), (0, None, False)
    assert scores(course) == {
        "ada": {"first-test": right, "second-test": wrong, QUESTION: waits},
        "bob": {"first-test": wrong, "second-test": wrong, QUESTION: unanswered},
    }
    expected = {"ada": None, "bob": "No response."}
    with open_gradebook(course) as gradebook:
        for student, comment in expected.items():
            found = gradebook.find_comment(QUESTION, NOTEBOOK, "vae", student)
            assert found.comment == comment


def test_the_formgrader_finds_graded_notebooks_with_the_rubric(course, grade):
    grade(ada={"points": (1, 0), "why": "Because."})
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in autograded(course, "ada").cells}
    assert cells["why-text"].source.endswith(RUBRIC) and cells[QUESTION].source == "Because."
    assert cells["first-test"].outputs[0].text == "It holds.\n"
    assert cells["second-test"].outputs[0].ename == "Failed"
    nbformat.validate(autograded(course, "ada"))
    folder = course / "autograded" / "ada" / "vae"
    assert [path.name for path in folder.iterdir()] == [f"{NOTEBOOK}.ipynb"]


def test_what_a_person_gave_stays(course, grade):
    grade(ada={"points": (1, 0), "why": "Because."})
    mark_by_hand(course, "ada", 0.5, "Half.", extra=0.25)
    grade({"accept": True}, ada={"points": (1, 1), "why": "Because of that."})
    with open_gradebook(course) as gradebook:
        mark = gradebook.find_grade(QUESTION, NOTEBOOK, "vae", "ada")
        comment = gradebook.find_comment(QUESTION, NOTEBOOK, "vae", "ada")
        assert (mark.manual_score, mark.extra_credit) == (0.5, 0.25)
        assert comment.manual_comment == "Half."
        assert mark.needs_manual_grade, "the answer may have changed"
    assert automatic(course) == {"ada": (1, 1)}


def test_new_checks_of_the_same_submission_ask_for_no_second_look(course, grade):
    grade(ada={"points": (1, 0), "why": "Because."})
    mark_by_hand(course, "ada", 1)
    code, _ = grade({"force": True})
    assert code == 0 and scores(course)["ada"][QUESTION] == (None, 1, False)


def test_other_points_wait_for_consent_and_the_gradebook_with_them(course, grade):
    grade(ada={"points": (1, 0)})
    assert grade(ada={"points": (0, 1)})[0] == 3
    assert automatic(course) == {"ada": (1, 0)}
    assert grade({"accept": True})[0] == 0
    assert automatic(course) == {"ada": (0, 1)}


def test_points_that_the_gradebook_has_from_elsewhere_are_not_replaced_in_silence(course, grade):
    with GradebookWriter(course, "vae") as writer:
        writer.write_submission(
            "ada", {f"{NOTEBOOK}.ipynb": json.dumps(notebook([0, 1]))}, None, True
        )
    code, printed = grade(ada={"points": (1, 1)})
    assert code == 3 and "│ ada     │ first-test │ 0/1    │ 1/1   │" in printed
    assert automatic(course) == {"ada": (0, 1)}
    assert grade({"accept": True})[0] == 0 and automatic(course) == {"ada": (1, 1)}


@pytest.mark.parametrize("orders", [{"raise": "no"}, {"refuse": "Nothing."}])
def test_what_is_not_graded_has_no_score(course, grade, orders):
    grade(ada={"points": (1, 0)}, bob=orders)
    assert automatic(course) == {"ada": (1, 0)}


def test_the_last_points_stay_where_a_later_submission_cannot_be_graded(course, grade):
    grade(ada={"points": (1, 0)})
    assert grade(ada={"raise": "no"})[0] == 1
    assert "an earlier submission is kept" in grade(ada={"refuse": "Nothing."})[1]
    assert automatic(course) == {"ada": (1, 0)}


def test_an_error_within_a_student_leaves_nothing_of_them_and_the_next_call_writes_all(
    course, grade, monkeypatch
):
    def fail(*_):
        raise ValueError("the database is ill")

    with monkeypatch.context() as patch:
        patch.setattr(GradebookWriter, "_penalty", fail)
        code, printed = grade(ada={"points": (1, 0)})
    sentence = "ada: is graded, but not in the gradebook: The gradebook says: the database is ill."
    assert code == 1 and sentence in printed
    assert scores(course) == {}
    with open_gradebook(course) as gradebook:
        assert gradebook.students == []
    assert grade()[0] == 0 and automatic(course) == {"ada": (1, 0)}


def test_a_cell_that_no_check_decides_gives_no_points(course, monkeypatch):
    undecided = notebook([1, 1])
    undecided["cells"][1]["outputs"] = []
    says = "No check decides the points of first-test"
    with GradebookWriter(course, "vae") as writer, pytest.raises(GradebookError, match=says):
        writer.write_submission("ada", {f"{NOTEBOOK}.ipynb": json.dumps(undecided)}, None, True)
    assert scores(course) == {}


def test_a_gradebook_of_an_older_assignment_is_one_sentence(course, grade):
    with open_gradebook(course) as gradebook:
        gradebook.db.delete(gradebook.find_source_cell("first-test", NOTEBOOK, "vae"))
        gradebook.db.commit()
    code, printed = grade(ada={"points": (1, 1)})
    sentence = "The gradebook does not know all cells with points: `make release` tells it."
    assert code == 1 and sentence in printed
    assert scores(course) == {}


def test_an_unexpected_error_with_one_student_does_not_stop_the_others(course, grade, monkeypatch):
    def write(self, student, *rest):
        return real(self, student, *rest) if student == "bob" else 1 / 0

    real = GradebookWriter._write_files
    with monkeypatch.context() as patch:
        patch.setattr(GradebookWriter, "_write_files", write)
        code, printed = grade(ada={"points": (1, 1)}, bob={"points": (1, 0)})
    sentence = "ada: is graded, but not in the gradebook: ZeroDivisionError: division by zero"
    assert code == 1 and sentence in printed
    assert automatic(course) == {"bob": (1, 0)}
    assert grade()[0] == 0 and automatic(course) == {"ada": (1, 1), "bob": (1, 0)}


def test_notebooks_that_are_lost_before_the_gradebook_has_them_are_reported(course, grade):
    grade({"gradebook": False}, ada={"points": (1, 1)})
    next((course / "graded" / "notebooks" / "ada").iterdir()).write_bytes(b"no gzip")
    code, printed = grade()
    assert code == 1 and "--force makes them anew." in printed
    assert grade({"force": True})[0] == 0 and automatic(course) == {"ada": (1, 1)}


def test_a_notebook_that_is_not_there_has_no_points(course):
    with GradebookWriter(course, "vae") as writer:
        writer.write_submission("ada", {}, None, True)
    assert scores(course)["ada"] == dict.fromkeys([*TESTS, QUESTION], (0, None, False))


def test_a_second_call_does_not_open_the_gradebook(course, grade, monkeypatch):
    grade(ada={"points": (1, 0)})
    monkeypatch.setattr(writer, "GradebookWriter", None)
    assert grade()[0] == 0


def test_work_in_the_gradebook_is_no_reason_to_write_again(course, grade, monkeypatch):
    grade(ada={"points": (1, 0)})
    mark_by_hand(course, "ada", 1)
    monkeypatch.setattr(GradebookWriter, "write_submission", None)
    assert grade()[0] == 0


@pytest.mark.parametrize("loss", ["gradebook", "autograded", "journal", "submission"])
def test_what_is_lost_is_written_again(course, template, grade, loss):
    grade(ada={"points": (1, 0)}, bob={"points": (1, 1)})
    if loss == "gradebook":
        (course / "gradebook.db").unlink()
        copy_course(template, course)
    elif loss == "autograded":
        shutil.rmtree(course / "autograded" / "ada" / "vae")
    elif loss == "journal":
        (course / "graded" / "merged.jsonl").unlink()
    else:
        with open_gradebook(course) as gradebook:
            gradebook.remove_submission("vae", "ada")
    assert grade()[0] == 0
    assert automatic(course) == {"ada": (1, 0), "bob": (1, 1)}
    assert autograded(course, "ada").cells


def test_a_line_of_the_journal_that_is_cut_off_is_skipped(tmp_path):
    path = tmp_path / "merged.jsonl"
    whole, cut_off = b'{"student": "ada", "work": 1}', b'{"student": "bo'
    newer, foreign = b'{"student": "ada", "work": 2}', b"3"
    path.write_bytes(b"\n".join([b"", whole, cut_off, newer, foreign]))
    assert sync._read_journal(path) == {"ada": {"student": "ada", "work": 2}}


def test_late_submissions_cost_what_nbgraders_settings_say(course, grade):
    with open(course / "nbgrader_config.py", "a") as file:
        file.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_assignment("vae", duedate="2024-01-01 12:00:00 UTC")
    times = {"ada": "2024-01-02 12:00:00 UTC", "bob": "2023-12-31 12:00:00 UTC"}
    for student, time in times.items():
        (submit(course / "submitted" / student / "vae") / "timestamp.txt").write_text(time)
    assert grade()[0] == 0
    with open_gradebook(course) as gradebook:
        ada, bob = (gradebook.find_submission("vae", student) for student in times)
        assert (ada.total_seconds_late, bob.total_seconds_late) == (86400, 0)
        assert (ada.late_submission_penalty, bob.late_submission_penalty) == (2, 0)
    (course / "submitted" / "ada" / "vae" / "timestamp.txt").write_text(times["bob"])
    grade()
    with open_gradebook(course) as gradebook:
        assert gradebook.find_submission("vae", "ada").late_submission_penalty == 0


def test_an_assignment_that_the_gradebook_does_not_know_stops_the_run_before_it_starts(
    course, grade, capsys
):
    with open_gradebook(course) as gradebook:
        gradebook.remove_assignment("vae")
    assert grade(ada={"points": (1, 0)})[0] == 1
    sentence = "The gradebook knows no notebooks of vae: `make release` tells it.\n"
    assert capsys.readouterr().err == sentence
    assert not (course / "graded" / "ada.json").exists()


def test_writing_a_submission_reads_nobody_elses_rows(course, grade):
    grade(ada={"points": (1, 0), "why": "Because."}, bob={"points": (1, 0)})
    plans = []
    with GradebookWriter(course, "vae") as gradebook:
        engine = gradebook._gradebook.engine

        @event.listens_for(engine, "before_cursor_execute")
        def explain(connection, cursor, statement, parameters, *_):
            if statement.startswith("SELECT"):
                cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plans.extend((statement, row[-1]) for row in cursor.fetchall())

        text = autograded(course, "ada")
        gradebook.write_submission("ada", {f"{NOTEBOOK}.ipynb": nbformat.writes(text)}, None, False)
    tables = "submitted_assignment|submitted_notebook|grade|comment|student"
    assert any(re.match("SEARCH grade ", plan) for _, plan in plans)
    assert [pair for pair in plans if re.match(f"SCAN ({tables})\\b", pair[1])] == []
