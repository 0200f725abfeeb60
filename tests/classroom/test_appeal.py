"""The command `appeal`: graded once more, compared, both reports kept, and accepted or not."""

import json

import pytest
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.classroom import appeal
from tests.classroom.class_world import InProcessExecutor, automatic, copy_course, make_course
from tests.classroom.class_world import run_here as run_class
from tests.classroom.stub_grading import GRADER, submit


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course without submissions, to copy."""
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def graded(tmp_path, course, monkeypatch):
    """A course where ada has 1 of 2 points, as the working directory."""
    copy_course(course, tmp_path)
    submit(tmp_path / "submitted" / "ada", (1, 0))
    assert run_class(tmp_path, monkeypatch)[0] == 0
    monkeypatch.setattr(appeal, "open_executor", lambda scheduler, workers: InProcessExecutor())
    own = appeal._grade
    monkeypatch.setattr(appeal, "_grade", lambda entry, options: own(entry, options, GRADER))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(*arguments):
    """Run the command."""
    return CliRunner().invoke(app, ["appeal", *arguments])


def kept(folder):
    """Read all appeals of ada."""
    paths = sorted((folder / "graded" / "appeals" / "ada").glob("*.json"))
    return [json.loads(path.read_text()) for path in paths]


def score(folder):
    return json.loads((folder / "graded" / "ada.json").read_text())["report"]["score"]


def test_the_same_result_is_kept_and_changes_nothing(graded):
    done = ask("ada", "--by", "Tutor")
    assert done.exit_code == 0, done.output
    assert "1 recorded, 1 now" in done.output and "as they were" in done.output
    [found] = kept(graded)
    assert (found["by"], found["before"]["report"]) == ("Tutor", found["after"]["report"])
    assert found["time"].endswith("+00:00")


def test_other_points_wait_and_the_recorded_ones_count(graded):
    submit(graded / "submitted" / "ada", (1, 1))
    done = ask("ada")
    assert done.exit_code == 3
    assert "what was handed in" in done.output and "second-test" in done.output
    assert score(graded) == 1 and automatic(graded) == {"ada": (1, 0)}
    [found] = kept(graded)
    assert (found["before"]["report"]["score"], found["after"]["report"]["score"]) == (1, 2)


def test_accepted_points_count_in_results_and_gradebook_and_both_reports_stay(graded, monkeypatch):
    submit(graded / "submitted" / "ada", (1, 1))
    assert ask("ada").exit_code == 3
    accepted = ask("ada", "--accept")
    assert accepted.exit_code == 0 and accepted.output.endswith("The new points count.\n")
    assert score(graded) == 2 and automatic(graded) == {"ada": (1, 1)}
    assert [each["before"]["report"]["score"] for each in kept(graded)] == [1, 1]
    code, output = run_class(graded, monkeypatch)
    assert (code, "1 as before" in output) == (0, True), output


def test_a_submission_that_is_not_there_or_cannot_be_graded_changes_nothing(graded):
    assert ask("bob").exit_code == 2
    submit(graded / "submitted" / "ada", (1, 0), refuse="It is empty.")
    done = ask("ada")
    assert done.exit_code == 1 and kept(graded) == [] and score(graded) == 1


def test_a_check_differs_by_its_verdict_or_its_diagnosis_and_not_by_its_numbers():
    def report(message, diagnosis):
        check = {"name": "c", "passed": False, "message": message, "diagnosis": diagnosis}
        return {"hashes": {}, "report": {"tasks": [{"id": "t", "checks": [check]}]}}

    def changed(before, after):
        return appeal.changed_checks(appeal.Appeal("ada", "", "", before, after))

    first = report("It is 3.1.", "no-noise")
    assert changed(first, report("It is 2.7.", "no-noise")) == []
    [row] = changed(first, report("It is 3.1.", "mean-missing"))
    assert row[:2] == ("t", "c")
    old = report("It is 3.1.", "no-noise")
    del old["report"]["tasks"][0]["checks"][0]["diagnosis"]
    assert changed(old, first) == [], "a result from before ids"
    assert len(changed({}, first)) == 1
