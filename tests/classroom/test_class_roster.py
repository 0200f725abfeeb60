"""A class with a roster: who is missing or unknown is listed, and no mark changes its owner."""

import csv
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from autograder import __main__ as command_line
from autograder.classroom import command
from autograder.classroom.results.handins import read_handins
from tests.classroom.class_world import (
    automatic,
    copy_course,
    make_course,
    mark_by_hand,
    open_gradebook,
    run_here,
    scores,
)
from tests.classroom.platforms_world import DOWNLOADS, ROSTERS, make_class
from tests.classroom.stub_grading import submit

DUE = datetime(2026, 11, 5, 23, 0, tzinfo=UTC)
TIME = "timestamp.txt"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def course(template, tmp_path):
    return copy_course(template, tmp_path)


@pytest.fixture
def grade(tmp_path, monkeypatch):
    """grade(ada={"points": (1, 0)}, roster="id,name..."): → (exit code, what was printed)."""

    def grade(roster="", settings=None, **submissions):
        settings = dict(settings or {})
        for student, orders in submissions.items():
            submit(tmp_path / "submitted" / student, **orders)
        if roster:
            settings["roster"] = tmp_path / "course.csv"
            settings["roster"].write_text(roster)
        return run_here(tmp_path, monkeypatch, **settings)

    return grade


def problems(folder):
    with (folder / "graded" / "problems.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["kind"], row["who"]) for row in csv.DictReader(file)]


def last_line(printed):
    return printed.splitlines()[-1]


@pytest.mark.parametrize("platform", ROSTERS)
def test_a_class_of_each_platform_is_graded_group_by_group(course, grade, platform):
    people = make_class(60, twins=platform != "brightspace")
    DOWNLOADS[platform](course / "submitted", people)
    code, printed = grade(ROSTERS[platform](people))
    assert code == 0, printed
    assert last_line(printed) == "30 submissions, 30 graded now."
    handins = read_handins(course / "graded")
    assert handins.keys() == automatic(course).keys() == {f"group {n}" for n in range(30)}
    for number in range(30):
        latest = people[2 * number + 1]
        expected = (latest.number % 2, latest.number // 2 % 2)
        assert automatic(course)[f"group {number}"] == expected
        assert [each.id for each in handins[f"group {number}"].members] == [
            person.id for person in people[2 * number : 2 * number + 2]
        ]


def test_who_is_missing_or_unknown_is_listed_and_the_exit_code_says_so(grade, tmp_path):
    code, printed = grade("id,name\nada,Ada\nbob,Bob\n", ada={}, eve={})
    assert code == 4 and "eve" in printed and "problems.csv" in printed
    assert problems(tmp_path) == [("stranger", "eve"), ("missing", "Bob (bob)")]
    assert last_line(printed).startswith("1 student, 1 graded now, 1 missing, 1 in the download")
    assert not (tmp_path / "graded" / "eve.json").exists()


def test_who_has_nothing_to_grade_is_listed_by_name(grade, tmp_path):
    code, printed = grade("id,name\nada,Ada\n", ada={"refuse": "Only a picture."})
    assert code == 4 and problems(tmp_path) == [("not graded", "ada: Ada")]
    assert "not graded: Only a picture." in printed


def test_without_a_roster_that_is_said_and_nobody_is_missing(grade, tmp_path):
    code, printed = grade(ada={})
    assert code == 0 and printed.startswith("No roster: results go by the names of folders")
    assert problems(tmp_path) == [] and read_handins(tmp_path / "graded")["ada"].time == ""


def test_later_calls_remember_roster_and_due_date(grade, tmp_path):
    settings = {"due": DUE, "zone": ZoneInfo("Europe/Amsterdam")}
    submit(tmp_path / "submitted" / "ada" / "vae")
    (tmp_path / "submitted" / "ada" / "vae" / TIME).write_text("2026-11-06 00:01")
    for roster, given in (("id,name\nada,Ada\n", settings), ("", {})):
        code, printed = grade(roster, given)
        assert code == 0 and "1 late" in last_line(printed)
        assert "ada: Ada" in printed and "1 min" in printed
        handin = read_handins(tmp_path / "graded")["ada"]
        assert (handin.time, handin.seconds_late) == ("2026-11-06T00:01:00+01:00", 60)


def test_a_roster_that_comes_later_takes_no_mark_from_anybody(course, grade):
    grade(**{"Ada Lovelace": {"points": (1, 0)}, "Bob": {"points": (0, 1)}})
    mark_by_hand(course, "Ada Lovelace", 0.5, comment="Half of it.")
    before = scores(course)
    code, printed = grade("id,name\n007,Ada Lovelace\n008,Bob\n")
    assert code == 0 and "Ada Lovelace is 007 now: results and marks go with it." in printed
    assert last_line(printed) == "2 students, 2 as before."
    assert scores(course) == {"007": before["Ada Lovelace"], "008": before["Bob"]}
    assert (course / "autograded" / "007" / "vae" / "02_vae.ipynb").is_file()
    for path in ("graded/Ada Lovelace.json", "autograded/Ada Lovelace"):
        assert not (course / path).exists()
    with open_gradebook(course) as gradebook:
        assert {student.id for student in gradebook.students} == {"007", "008"}
    assert last_line(grade()[1]) == "2 students, 2 as before."


def test_groups_that_come_later_keep_the_marks_of_the_upload_that_counts(course, grade):
    roster = "id,name,group\nada,Ada,\nbob,Bob,\n"
    grade(roster, ada={"points": (1, 0)}, bob={"points": (1, 0)})
    mark_by_hand(course, "ada", 1)
    mark_by_hand(course, "bob", 0)
    code, printed = grade(roster.replace(",\n", ",3\n"))
    assert code == 4 and problems(course) == [("double", "group 3")]
    marks = scores(course)
    assert marks.keys() == {"group 3", "ada"} and marks["group 3"]["why-question"][1] == 0


def test_a_corrected_roster_moves_the_marks_with_the_work(course, grade):
    grade("id,name\n1,Ada\n2,Bob\n", Ada={"points": (1, 0)})
    mark_by_hand(course, "1", 1)
    code, _ = grade("id,name\n3,Ada\n2,Bob\n")
    assert code == 4 and scores(course)["3"]["why-question"][1] == 1 and "1" not in scores(course)


def test_new_groups_take_no_marks_of_work_that_is_not_theirs(course, grade):
    roster = "id,name,group\n" + "".join(f"{name},{name.upper()},{{}}\n" for name in "abcd")
    one = {"points": (1, 1)}
    for time, name in enumerate("ab", 1):
        folder = submit(course / "submitted" / name / "vae", **one, why=name)
        (folder / TIME).write_text(f"2026-11-05 0{time}:00:00 UTC")
    grade(roster.format(1, 1, "", ""))
    mark_by_hand(course, "group 1", 1)
    for time, name in enumerate("cd", 3):
        folder = submit(course / "submitted" / name / "vae", **one, why=name)
        (folder / TIME).write_text(f"2026-11-05 0{time}:00:00 UTC")
    grade(roster.format(2, 3, 2, 3))
    marks = scores(course)
    assert marks["group 1"]["why-question"][1] == 1
    assert marks["group 2"]["why-question"][1] is None is marks["group 3"]["why-question"][1]
    grade(roster.format("", 5, 2, 3))
    assert scores(course)["group 5"]["why-question"][1] == 1
    assert scores(course)["a"]["why-question"][1] is None


def test_points_are_taken_off_by_nbgraders_own_plugin(course, grade):
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    submit(course / "submitted" / "ada" / "vae", points=(1, 1))
    (course / "submitted" / "ada" / "vae" / TIME).write_text("Thu Nov  5 23:30:00 UTC 2026")
    for due, penalty in ((DUE, 2), (DUE.replace(day=6), None), (DUE, 2)):
        grade(settings={"due": due})
        with open_gradebook(course) as gradebook:
            submission = gradebook.find_submission("vae", "ada")
            assert submission.timestamp == datetime(2026, 11, 5, 23, 30)
            assert [each.late_submission_penalty for each in submission.notebooks] == [penalty]


def test_where_notebook_01_names_somebody_else_that_is_listed(grade, tmp_path):
    roster = "id,name,group\nada,Ada,3\nbob,Bob,3\ncyd,Cyd,4\n"
    who = 'names = ["Ada", "Cyd"]\ngroup = "4"'
    assert grade(roster, ada={"who": who}, cyd={})[0] == 4
    assert problems(tmp_path) == [("group", "group 3: Ada, Bob")] * 3
    assert grade(roster, ada={"who": 'names = ["bob", "Ada"]\ngroup = "03"'})[0] == 0


def test_a_name_in_problems_csv_is_no_formula(grade, tmp_path):
    grade("id,name\nada,Ada\n", ada={}, **{"=1+1": {}})
    assert problems(tmp_path) == [("stranger", "'=1+1")]


def test_a_roster_that_cannot_be_read_stops_the_run_before_it_starts(grade, tmp_path, capsys):
    code, _ = grade("colour\nred\n", ada={})
    assert code == 2 and "is no roster" in capsys.readouterr().err
    assert not (tmp_path / "graded").exists()


@pytest.fixture
def call(monkeypatch):
    """Call the command with a stub of `run_class` → (the command's result, its settings)."""

    def call(*arguments):
        seen = []
        monkeypatch.setattr(command, "run_class", lambda *given: seen.append(given[0]) or 0)
        answer = CliRunner().invoke(command_line.app, ["class", *map(str, arguments)])
        return answer, seen[0] if seen else None

    return call


def test_the_due_date_is_in_the_zone_that_is_named(call, tmp_path):
    options = ("--due", "2026-11-05 23:59", "--time-zone", "Europe/Amsterdam")
    _, settings = call(tmp_path / "submitted", "--roster", "r.csv", *options)
    assert settings.due == datetime(2026, 11, 5, 22, 59, tzinfo=UTC)
    assert str(settings.zone) == "Europe/Amsterdam" and settings.roster.name == "r.csv"


@pytest.mark.parametrize(
    "option, text", [("--due", "next week"), ("--time-zone", "../etc"), ("--time-zone", "Mars")]
)
def test_a_time_that_is_none_is_one_sentence(call, tmp_path, option, text):
    answer, settings = call(tmp_path, option, text)
    assert answer.exit_code == 2 and settings is None and answer.stderr.count("\n") == 1
