"""python -m autograder class: what changed is graded again, and other points wait for consent."""

import io
import json
import re
import subprocess
import sys

import pytest
from rich.console import Console
from typer.testing import CliRunner

from autograder import __main__ as command_line
from autograder.classroom import command, run
from autograder.classroom.results.differences import (
    MAX_ROWS,
    Difference,
    differences,
    differences_table,
)
from autograder.classroom.results.fingerprints import course_hashes
from tests.classroom.class_world import run_here
from tests.classroom.stub_grading import submit
from tests.paths import ROOT


@pytest.fixture
def grade(tmp_path, monkeypatch):
    """grade(ada={"points": (1, 0)}): hand this in, grade all → (exit code, what was printed)."""

    def grade(settings=None, **submissions):
        for student, orders in submissions.items():
            submit(tmp_path / "submitted" / student, **orders)
        return run_here(tmp_path, monkeypatch, **settings or {})

    return grade


def result(tmp_path, student, folder="."):
    return json.loads((tmp_path / "graded" / folder / f"{student}.json").read_text())


def score(tmp_path, student, folder="."):
    return result(tmp_path, student, folder)["report"]["score"]


def last_line(printed):
    return printed.splitlines()[-1]


def test_a_second_call_grades_nobody(grade):
    assert last_line(grade(ada={}, bob={})[1]) == "2 students, 2 graded now."
    code, printed = grade()
    assert code == 0 and last_line(printed) == "2 students, 2 as before."


def test_only_what_changed_is_graded(grade, tmp_path):
    grade(ada={}, bob={"points": (1, 0)})
    code, printed = grade(ada={"why": "Because."}, cyd={})
    assert code == 0 and last_line(printed) == "3 students, 2 graded now, 1 as before."


@pytest.mark.parametrize("part", ["checks", "assignment"])
def test_new_checks_and_a_new_assignment_grade_everybody(grade, monkeypatch, part):
    grade(ada={}, bob={})
    monkeypatch.setattr(run, "course_hashes", lambda: {**course_hashes(), part: "new"})
    assert last_line(grade()[1]) == "2 students, 2 graded now."


def test_force_grades_everybody(grade):
    grade(ada={}, bob={})
    assert last_line(grade({"force": True})[1]) == "2 students, 2 graded now."


def test_other_points_are_shown_and_wait(grade, tmp_path):
    grade(ada={"points": (1, 1)}, bob={"points": (1, 0)})
    code, printed = grade(ada={"points": (1, 0)}, bob={"points": (1, 0), "why": "Because."})
    assert code == 3
    assert re.findall(r"│ (ada|bob) +│ (\S+) +│ (\S+) +│ (\S+) +│", printed) == [
        ("ada", "second-test", "1/1", "0/1")
    ]
    assert "1 student kept the points of before: --yes replaces them." in printed
    assert last_line(printed) == "2 students, 2 graded now, 1 with other points that wait."
    assert (score(tmp_path, "ada"), score(tmp_path, "ada", "waiting")) == (2, 1)


def test_consent_needs_no_second_grading(grade, tmp_path):
    grade(ada={"points": (1, 1)})
    grade(ada={"points": (1, 0)})
    assert grade()[0] == 3
    code, printed = grade({"accept": True})
    assert code == 0 and "1 as before" in last_line(printed)
    assert score(tmp_path, "ada") == 1 and not list((tmp_path / "graded" / "waiting").iterdir())
    assert grade()[0] == 0


def test_points_that_wait_are_forgotten_with_the_submission_that_earned_them(grade, tmp_path):
    grade(ada={"points": (1, 1)})
    grade(ada={"points": (1, 0)})
    assert grade(ada={"points": (1, 1)})[0] == 0
    assert not list((tmp_path / "graded" / "waiting").iterdir())


def test_one_submission_that_breaks_the_grader_is_not_the_end(grade, tmp_path):
    code, printed = grade(ada={"raise": "[red]no"}, bob={"points": (1, 0)})
    assert code == 1 and "ada: could not be graded: ValueError: [red]no.\n" in printed
    assert last_line(printed) == "2 students, 1 graded now, 1 could not be graded."
    assert score(tmp_path, "bob") == 1 and not (tmp_path / "graded" / "ada.json").exists()
    assert grade(ada={})[0] == 0


def test_what_could_not_be_graded_is_tried_again_and_costs_no_points(grade, tmp_path):
    grade(ada={"points": (1, 1)})
    for _ in range(2):
        code, printed = grade(ada={"raise": "no"})
        assert code == 1 and "could not be graded" in printed and score(tmp_path, "ada") == 2


def test_nothing_to_grade_is_the_students_problem(grade, tmp_path):
    code, printed = grade(ada={"refuse": "Nothing here."}, bob={})
    assert code == 4 and "ada: Nothing here.\n" in printed
    code, printed = grade()
    assert code == 4 and "ada: Nothing here.\n" in printed
    assert last_line(printed) == "2 students, 2 as before, 1 with nothing to grade."
    assert grade(ada={"points": (1, 0)})[0] == 0
    assert score(tmp_path, "ada") == 1 and not list((tmp_path / "graded" / "refused").iterdir())


def test_notes_are_lines_and_many_are_counted(grade):
    notes = ["03_loss.ipynb is missing.", "a\nb\x1b[31m"]
    _, printed = grade(ada={"notes": notes}, bob={"notes": list("abcdefg")})
    assert "ada: 03_loss.ipynb is missing.\n" in printed
    assert "ada: a b\N{REPLACEMENT CHARACTER}[31m\n" in printed
    assert "bob: e\nbob: 2 more notes stand in the result.\n" in printed


def test_a_result_that_cannot_be_read_is_said_and_graded_anew(grade, tmp_path):
    grade(ada={}, bob={})
    (tmp_path / "graded" / "ada.json").write_text('{"student": "ada"')
    code, printed = grade()
    assert code == 0 and "ada.json cannot be read; that student is graded anew." in printed
    assert last_line(printed) == "2 students, 1 graded now, 1 as before."


def test_a_result_says_what_it_rests_on(grade, tmp_path):
    grade(ada={})
    assert result(tmp_path, "ada")["hashes"].keys() == {"submission", "checks", "assignment"}
    assert result(tmp_path, "ada")["report"]["submission"] == "ada"


def test_differences_are_of_points_and_of_maxima():
    before = {"a": (1, 2), "b": (1, 1), "c": (0, 0), "e": (1, 1)}
    after = {"a": (2, 4), "b": (0.5, 1), "d": (1, 1), "c": (0, 0), "e": (1.0, 1.0)}
    double, half = Difference("ada", "a", "1/2", "2/4"), Difference("ada", "b", "1/1", "0.5/1")
    assert differences("ada", before, after) == [double, half, Difference("ada", "d", "-", "1/1")]
    assert differences("ada", after, before)[-1] == Difference("ada", "d", "1/1", "-")


def test_a_long_table_says_how_long_it_is():
    console = Console(record=True, width=60, file=io.StringIO())
    rows = [Difference(f"[red]{n}", "a", "1/1", "0/1") for n in range(MAX_ROWS + 1000)]
    console.print(differences_table(rows))
    text = console.export_text()
    assert "[red]0" in text and "and 1,000 more" in text and text.count("0/1") == MAX_ROWS


@pytest.fixture
def call(monkeypatch):
    """Call the command with a stub of `run_class` → (the command's result, its arguments)."""

    def call(*arguments, **terminal):
        seen = {}

        def run_class(settings, console, accept):
            seen.update(settings=settings, accept=accept)
            return 0

        monkeypatch.setattr(command, "run_class", run_class)
        answer = CliRunner().invoke(command_line.app, ["class", *map(str, arguments)], **terminal)
        return answer, seen

    return call


def test_results_lie_beside_the_submissions(call, tmp_path):
    answer, seen = call(tmp_path / "submitted")
    assert answer.exit_code == 0 and seen["settings"].results == tmp_path / "graded"
    assert call("submitted", "--results", tmp_path)[1]["settings"].results == tmp_path


def test_points_are_replaced_where_somebody_says_so(call, monkeypatch):
    assert call("submitted", "--yes")[1]["accept"](3)
    asked = call("submitted")[1]["accept"]
    assert not asked(3)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(command.typer, "confirm", lambda question: "3 student(s)" in question)
    assert asked(3)


def test_a_folder_without_students_is_one_sentence(tmp_path):
    answer = CliRunner().invoke(command_line.app, ["class", str(tmp_path / "nowhere")])
    assert answer.exit_code == 2 and answer.stderr.endswith("nowhere is not a folder.\n")
    assert answer.stderr.count("\n") == 1 and not list(tmp_path.iterdir())


NOTHING_TO_DO = """
import sys
from autograder.__main__ import app
app(["class", sys.argv[1], "--no-gradebook"], standalone_mode=False)
print("loaded", *[name for name in ("torch", "nbgrader", "nbformat") if name in sys.modules])
"""


def test_a_call_with_nothing_to_do_loads_neither_torch_nor_nbgrader(grade, tmp_path):
    grade(ada={})
    command = [sys.executable, "-c", NOTHING_TO_DO, tmp_path / "submitted"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True)
    assert "1 student, 1 as before." in done.stdout, done.stderr
    assert done.stdout.endswith("loaded\n")


def test_where_nothing_can_be_graded_the_run_stops_in_one_sentence(grade, capsys):
    code, _ = grade(ada={}, bob={"set up": "There is no sandbox here."})
    assert code == 1
    sentence = "There is no sandbox here. What was graded is kept; the same command goes on.\n"
    assert capsys.readouterr().err == sentence
    assert grade(bob={})[0] == 0
