"""A whole course on each platform: roster, download, class, marks, export, and back.

Who has which points is known from the start; what the platform would read must say the same.
"""

import io
import json
import zipfile
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.classroom.class_world import copy_course, make_course, open_gradebook, run_here
from tests.classroom.export_world import MAXIMUM, export
from tests.classroom.platform_world import (
    COLUMNS,
    DUE,
    ITEM,
    PLATFORMS,
    make_people,
    roster_bytes,
    submitters,
    write_download,
)
from tests.classroom.stub_grading import NOTEBOOK, QUESTION
from tests.classroom.test_export_round_trip import points_of

ZONE = ZoneInfo("Europe/Amsterdam")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("template"))


@pytest.fixture
def course(template, tmp_path):
    return copy_course(template, tmp_path / "course")


def write_zip(person, path):
    """Hand in what brings the group its points."""
    first, second, _ = points_of(person.group)
    orders = {"points": [first, second], "why": f"Because of {person.group}."}
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(f"{NOTEBOOK}.ipynb", json.dumps(orders))
    path.write_bytes(data.getvalue())


def mark_answers(course):
    """Mark the question of each submission, as a person does."""
    with open_gradebook(course) as gradebook:
        for submission in gradebook.find_assignment("vae").submissions:
            grades = {each.name: each for each in submission.notebooks[0].grades}
            grades[QUESTION].manual_score = points_of(submission.student_id)[2]
            grades[QUESTION].needs_manual_grade = False
        gradebook.db.commit()


@pytest.mark.parametrize(
    ("students", "groups"), [(24, 12), pytest.param(300, 150, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_the_platform_reads_is_what_was_marked(
    course, monkeypatch, platform, students, groups
):
    people = make_people(students, groups)
    handed_in = submitters(people)[:-1]  # the last group hands in nothing
    absent = people[-1].group
    write_download(course / "submitted", platform, handed_in, write_zip)
    roster = course / "from-the-platform.csv"
    roster.write_bytes(roster_bytes(platform, people, MAXIMUM))

    due = (DUE - timedelta(minutes=10)).replace(tzinfo=ZONE)
    code, printed = run_here(course, monkeypatch, roster=roster, due=due, zone=ZONE)
    assert code == 4, "the group that handed in nothing is a problem to look at\n" + printed
    assert export(course, platform, item=ITEM)[0] == 3, "nothing is marked yet"
    mark_answers(course)
    code, printed, table = export(course, platform, item=ITEM)
    assert code == 0, printed

    key, grade = COLUMNS[platform]
    found = dict(zip(table[key], table[grade], strict=True))
    found.pop("", None)  # Canvas's points possible
    expected = {
        person.id_on(platform): None if person.group == absent else sum(points_of(person.group))
        for person in people
    }
    assert {who: float(text) if text else None for who, text in found.items()} == expected
    *_, everything = export(course, "csv")
    late = {person.group for person in handed_in if person.number < 4}
    if platform == "brightspace":  # the others say no time in these downloads
        hours = dict(zip(everything["group"], everything["hours_late"], strict=True))
        assert {group for group, text in hours.items() if float(text or 0)} == late
