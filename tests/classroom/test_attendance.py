"""Who handed in: nobody is lost, nobody is guessed, groups are one submission."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.attendance import take_attendance
from autograder.classroom.intake.entries import read_uploads
from autograder.classroom.roster.cross_check import Declared, disagreements, read_declared
from autograder.classroom.roster.groups import Team, group_id, is_same_group
from autograder.classroom.roster.matching import Matcher
from autograder.classroom.roster.reading import read_roster
from autograder.classroom.roster.students import Roster, Student
from tests.classroom.platforms_world import DOWNLOADS, ROSTERS, make_class, table
from tests.classroom.stub_grading import submit

DUE = datetime(2026, 11, 5, 23, 55, tzinfo=UTC)
ADA, BOB = Student("s1", "Ada Lovelace", "ada@x.nl", "1"), Student("s2", "Bob", "bob@x.nl", "1")
CYD, TWIN = Student("s3", "Cyd Li"), Student("s4", "Cyd Li")


def attend(folder, roster=None, due=None):
    uploads, _ = read_uploads(folder, UTC)
    return take_attendance(uploads, roster, due, UTC)


def course(*students):
    return Roster("csv", (), students)


def hand_in(folder, *names, **orders):
    for name in names:
        submit(folder / name, **orders)
    return folder


def members(attendance):
    """Submission → (ids of its members, those who have a file or folder of their own)."""
    return {
        each.entry.student: (
            [member.id for member in each.handin.members],
            [*each.handin.downloads],
        )
        for each in attendance.submissions
    }


def kinds(attendance):
    return [(problem.kind, problem.who) for problem in attendance.problems]


@pytest.mark.parametrize("platform", ["canvas", "moodle"])
def test_a_platforms_number_tells_people_of_one_name_apart(tmp_path, platform):
    people = make_class(300)
    (tmp_path / "roster.csv").write_text(ROSTERS[platform](people))
    DOWNLOADS[platform](tmp_path / "submitted", people)
    found = attend(tmp_path / "submitted", read_roster(tmp_path / "roster.csv"))
    assert not found.problems and len(found.submissions) == 150
    for each in found.submissions:
        for member in each.handin.members:
            person = people[int(member.id)]
            assert member.id == person.id and each.entry.student == f"group {person.group}"
            where = ROSTERS_NUMBER[platform](person)
            assert f"_{where}_" in each.handin.downloads[member.id]


def notebook_of(submission):
    path = submission.entry.sources[0].path
    return next(path.rglob("*.ipynb")) if path.is_dir() else path


ROSTERS_NUMBER = {
    "canvas": lambda person: str(5000 + person.number),
    "moodle": lambda person: str(880000 + person.number),
}


def test_brightspace_has_names_alone_so_twins_are_listed(tmp_path):
    people = make_class(300)
    (tmp_path / "roster.csv").write_text(ROSTERS["brightspace"](people))
    DOWNLOADS["brightspace"](tmp_path / "submitted", people)
    roster = read_roster(tmp_path / "roster.csv")
    found = attend(tmp_path / "submitted", roster)
    assert [kind for kind, _ in kinds(found)] == ["ambiguous"] * 2
    assert sum(len(each.handin.downloads) for each in found.submissions) == 298
    for each in found.submissions:
        for student, download in each.handin.downloads.items():
            assert download.startswith(f"301-{67000 + int(student)} - ")


def test_a_column_of_the_roster_says_which_twin_is_meant(tmp_path):
    people = make_class(4)
    lines = ROSTERS["brightspace"](people).splitlines()
    numbers = ["download", "301-67000", "", "", "301-67003"]
    text = "\n".join(f"{line},{number}" for line, number in zip(lines, numbers, strict=True))
    (tmp_path / "roster.csv").write_text(text)
    DOWNLOADS["brightspace"](tmp_path / "submitted", people)
    found = attend(tmp_path / "submitted", read_roster(tmp_path / "roster.csv"))
    assert not found.problems
    assert members(found)["group 0"] == (["000000", "000001"],) * 2


@pytest.mark.parametrize("platform", ROSTERS)
def test_with_a_table_of_names_nobody_gets_the_work_of_another(tmp_path, platform):
    people = make_class(40, twins=False)
    text = table(["id", "name"], [[each.id, each.name] for each in people])
    (tmp_path / "roster.csv").write_text(text)
    DOWNLOADS[platform](tmp_path / "submitted", people)
    found = attend(tmp_path / "submitted", read_roster(tmp_path / "roster.csv"))
    for each in found.submissions:
        work = json.loads(notebook_of(each).read_text())
        assert work["why"] == f"I am {each.entry.student}."
    unknown = sum(kind == "stranger" for kind, _ in kinds(found))
    assert len(found.submissions) == len(people) - unknown >= 30


NAMES = {  # name of the folder → whom it means
    "s1": "s1",
    "S1": "s1",
    "ada@x.nl": "s1",
    "Ada Lovelace": "s1",
    "ada  LOVELACE": "s1",
    "Lovelace, Ada": "s1",
    "Ada Lovelace_s1": "s1",
    "s1 Ada Lovelace": "s1",
    "s2 Ada Lovelace": None,  # the id of one and the name of another
    "Lovelace Ada": None,
    "Ada": None,
    "Ada Lovelac": None,
    "Cyd Li": None,  # two
    "Cyd Li_s3": "s3",
    "s4": "s4",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_person_is_found_by_an_id_or_a_name_that_is_theirs_alone(tmp_path, name):
    found = attend(hand_in(tmp_path, name), course(ADA, BOB, CYD, TWIN))
    owners = [owner for _, owners in members(found).values() for owner in owners]
    assert owners == ([NAMES[name]] if NAMES[name] else [])
    strange = [problem for problem in found.problems if problem.kind in ("stranger", "ambiguous")]
    assert bool(strange) == (NAMES[name] is None)


def test_the_id_of_one_may_be_the_name_of_another(tmp_path):
    roster = course(Student("ada", "Bea"), Student("s2", "Ada"), Student("s3", email="Bea"))
    found = attend(hand_in(tmp_path, "Ada", "bea"), roster)
    assert kinds(found)[:2] == [("ambiguous", "Ada"), ("ambiguous", "bea")]
    assert not found.submissions


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_a_name_means_at_most_whom_it_names(name, other):
    matcher = Matcher(course(Student("s1", name), Student("s2", other)))
    for text in (name, other):
        student = matcher.find(text).student
        assert (
            student is None
            or text.casefold() in (student.name.casefold(), student.id)
            or (matcher.by_name(text) == [student])
        )


def test_two_people_of_one_name_are_not_both_the_one_student_of_that_name(tmp_path):
    names = [f"301-{number} - Ada Lovelace - Nov 5, 2026 1155 PM" for number in (1, 2)]
    found = attend(hand_in(tmp_path, *names), course(ADA, BOB))
    assert kinds(found)[:2] == [("ambiguous", names[0]), ("ambiguous", names[1])]
    assert not found.submissions


def test_a_number_that_is_another_students_beats_the_name(tmp_path):
    roster = Roster(
        "moodle", (), (Student("s1", "Ada Lovelace", columns={"Identifier": "Participant 11"}),)
    )
    found = attend(hand_in(tmp_path, "Ada Lovelace_12_assignsubmission_file_"), roster)
    assert [kind for kind, _ in kinds(found)] == ["stranger", "missing"]
    assert not found.submissions


def test_a_number_means_a_student_on_its_own_platform_only(tmp_path):
    student = Student("s1", "Ada Lovelace", columns={"Identifier": "Participant 12345"})
    found = attend(hand_in(tmp_path, "s1"), Roster("moodle", (), (student,)))
    assert members(found) == {"s1": (["s1"], ["s1"])}
    (tmp_path / "canvas").mkdir()
    submit(tmp_path / "canvas", name="evemallory_12345_67890_02_vae.ipynb")
    found = attend(tmp_path / "canvas", Roster("moodle", (), (student,)))
    assert [kind for kind, _ in kinds(found)] == ["stranger", "missing"]


def test_strangers_and_missing_people_are_listed_with_a_way_out(tmp_path):
    found = attend(hand_in(tmp_path, "Eve", "s1"), course(ADA, BOB, CYD))
    assert kinds(found) == [("stranger", "Eve"), ("missing", "Cyd Li (s3)")]
    assert all(problem.what.endswith(".") for problem in found.problems)
    assert "Add this person to the roster" in found.problems[0].way_out


def test_the_latest_upload_of_a_group_counts_and_the_others_are_named(tmp_path):
    names = [
        "301-1 - Ada Lovelace - Nov 5, 2026 1155 PM",
        "301-1 - Ada Lovelace - Nov 4, 2026 1155 PM",
        "301-2 - Bob - Nov 5, 2026 1159 PM",
    ]
    found = attend(hand_in(tmp_path, *names), course(ADA, BOB), DUE)
    (submission,) = found.submissions
    assert submission.entry.sources[0].path.name == names[2]
    assert submission.handin.downloads == {"s1": names[0], "s2": names[2]}
    assert submission.handin.seconds_late == 240 and submission.handin.time.endswith("+00:00")
    (note,) = found.notes
    assert all(name in note for name in names)


@pytest.mark.parametrize("name", ["301-9 - Group 1 - Nov 5, 2026 1155 PM", "group 1", "1"])
def test_a_download_may_name_the_group(tmp_path, name):
    found = attend(hand_in(tmp_path, name), course(ADA, BOB, CYD))
    assert members(found) == {"group 1": (["s1", "s2"], ["s1", "s2"])}
    assert kinds(found) == [("missing", "Cyd Li (s3)")]


def test_without_times_members_who_handed_in_different_work_are_asked(tmp_path):
    hand_in(tmp_path, "s1", points=(1, 1))
    hand_in(tmp_path, "s2", points=(0, 0))
    found = attend(tmp_path, course(ADA, BOB))
    assert kinds(found) == [("double", "group 1")] and not found.submissions


def test_without_times_members_may_hand_in_the_same_work(tmp_path):
    found = attend(hand_in(tmp_path, "s1", "s2"), course(ADA, BOB))
    assert members(found) == {"group 1": (["s1", "s2"], ["s1", "s2"])} and not found.problems


def test_who_is_in_several_groups_is_alone_and_listed(tmp_path):
    torn = Student("s5", "Dan", group="1; 2")
    found = attend(hand_in(tmp_path, "s5", "s1"), course(ADA, BOB, torn))
    assert members(found)["s5"] == (["s5"], ["s5"])
    assert kinds(found) == [("group", "Dan (s5)")]


def test_without_a_roster_folders_are_students(tmp_path):
    found = attend(hand_in(tmp_path, "ada", "bob"))
    assert members(found) == {name: ([name], [name]) for name in ("ada", "bob")}
    assert not found.problems


def test_moodles_worksheet_says_when_somebody_handed_in(tmp_path):
    people = make_class(2)
    (tmp_path / "roster.csv").write_text(ROSTERS["moodle"](people))
    DOWNLOADS["moodle"](tmp_path / "submitted", people[:1])
    roster = read_roster(tmp_path / "roster.csv")
    (submission,) = attend(tmp_path / "submitted", roster, DUE).submissions
    assert submission.handin.time == "2026-11-05T13:00:00+00:00"
    assert submission.handin.seconds_late == 0


def test_groups_have_ids_of_their_own():
    assert [group_id(name) for name in ("3", "Team A", " group  7")] == [
        "group 3",
        "Team A",
        "group 7",
    ]
    assert is_same_group("3", "Group 03") and is_same_group("A", "team a")
    assert not is_same_group("3", "Group 13") and not is_same_group("A", "B")


DECLARED = {  # the cell at the top of notebook 01 → what it says
    'names = ["Ada", "Bob"]\ngroup = "3"': Declared(("Ada", "Bob"), "3"),
    'names = ["", ""]\ngroup = ""': Declared(),
    "names = 'Ada'\ngroup = 3": Declared(("Ada",), "3"),
    'names = [__import__("os").getcwd()]\ngroup = open("/etc/passwd").read()': Declared(),
    "names = [": Declared(),
    'names = ["x"] * 10**9\ngroup = "7"': Declared((), "7"),
    "names = {'a': 1}": Declared(),
    "names = " + "[" * 5000: Declared(),
}


@pytest.mark.parametrize("source", DECLARED)
def test_names_and_group_are_read_and_never_run(source):
    cell = {"cell_type": "code", "source": source}
    assert read_declared({"cells": [cell]}) == DECLARED[source]


def test_where_notebook_and_roster_disagree_each_difference_is_a_phrase():
    team, matcher = Team("group 1", (ADA, BOB), "1"), Matcher(course(ADA, BOB, CYD, TWIN))
    assert not disagreements(Declared(("Ada Lovelace", "bob"), "Group 1"), team, matcher)
    assert not disagreements(Declared(), team, matcher)
    assert disagreements(Declared(("ada lovelace", "Cyd Li", "Eve"), "2"), team, matcher) == [
        "says group 2, and the roster says 1",
        "names Cyd Li, who is not in this submission's group by the roster",
        "names Eve, whom the roster does not know by this name",
        "does not name Bob (s2), who is in the group by the roster",
    ]
