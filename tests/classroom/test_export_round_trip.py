"""300 students, as each platform knows them: what is exported reads back as what was marked."""

import json
import random

import pandas as pd
import pytest

from autograder.classroom.export.columns import TOTAL
from autograder.classroom.gradebook.writer import GradebookWriter
from autograder.classroom.results.handins import Handin, write_handins
from autograder.classroom.roster.reading import read_roster
from tests.classroom.class_world import copy_course, make_course, open_gradebook
from tests.classroom.export_world import MAXIMUM, export
from tests.classroom.platform_world import COLUMNS, ITEM, PLATFORMS, make_people, roster_bytes
from tests.classroom.stub_grading import NOTEBOOK, QUESTION, notebook

PEOPLE = make_people(300, 150)
GROUPS = list(dict.fromkeys(person.group for person in PEOPLE))


def points_of(group):
    """Points of the two tests and of the question; the same in each call."""
    draw = random.Random(group)
    return draw.choice([0, 1]), draw.choice([0, 1]), draw.choice([0, 0.5, 1])


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A course in which all groups are graded and marked."""
    course = make_course(tmp_path_factory.mktemp("template"))
    with GradebookWriter(course, "vae") as writer:
        for group in GROUPS:
            graded = json.dumps(notebook(points_of(group)[:2], why="Because."))
            writer.write_submission(group, {f"{NOTEBOOK}.ipynb": graded}, None, False)
    with open_gradebook(course) as gradebook:
        for submission in gradebook.find_assignment("vae").submissions:
            grades = {each.name: each for each in submission.notebooks[0].grades}
            grades[QUESTION].manual_score = points_of(submission.student_id)[2]
            grades[QUESTION].needs_manual_grade = False
        gradebook.db.commit()
    return course


@pytest.fixture
def course(template, tmp_path):
    return copy_course(template, tmp_path / "course")


def hand_in(course, platform, comma=False):
    """Let each group of the platform's roster hand in once; the roster lies in the results."""
    results = course / "graded"
    results.mkdir()
    path = results / "roster.csv"
    path.write_bytes(roster_bytes(platform, PEOPLE, MAXIMUM, comma))
    by_group = {}
    for student in read_roster(path).students:
        by_group.setdefault(student.group, []).append(student)
    write_handins(results, [Handin(group, tuple(each)) for group, each in by_group.items()])
    return path


def expected(platform):
    """What the platform calls each student → their points."""
    return {person.id_on(platform): sum(points_of(person.group)) for person in PEOPLE}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_everybody_has_the_points_of_their_group(course, platform):
    hand_in(course, platform)
    code, printed, table = export(course, platform, item=ITEM)
    assert code == 0 and "300 of 300 students" in printed
    key, grade = COLUMNS[platform]
    if platform == "canvas":
        assert table.iloc[0]["Student"] == "    Points Possible"
        assert table.iloc[0][grade] == str(MAXIMUM)
        table = table.iloc[1:]
    assert len(table) == 300
    found = dict(zip(table[key], map(float, table[grade]), strict=True))
    assert found == expected(platform)


def test_brightspace_gets_identifiers_and_points_and_nothing_else(course):
    hand_in(course, "brightspace")
    *_, table = export(course, "brightspace", item=ITEM)
    ids, item = ["OrgDefinedId", "Username"], f"{ITEM} Points Grade"
    assert list(table.columns) == [*ids, item, "End-of-Line Indicator"]
    assert set(table["End-of-Line Indicator"]) == {"#"}
    assert list(table["Username"]) == [f"#{person.username}" for person in PEOPLE]


def test_questions_are_items_beside_the_total(course):
    hand_in(course, "brightspace")
    *_, table = export(course, "brightspace", item="VAE", questions=True)
    items = [name for name in table.columns if name.endswith(" Points Grade")]
    assert items[0] == "VAE Points Grade" and len(items) == 4
    sums = table[items[1:]].astype(float).sum(axis="columns")
    assert list(sums) == list(table[items[0]].astype(float))


def test_canvas_gets_its_columns_in_its_order_and_names_as_it_has_them(course):
    hand_in(course, "canvas")
    *_, table = export(course, "canvas", item=ITEM)
    about = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert list(table.columns) == [*about, f"{ITEM} (4711)"]
    names = [f"{person.last}, {person.first}" for person in PEOPLE]
    assert list(table["Student"].iloc[1:]) == names


@pytest.mark.parametrize("comma", [False, True])
def test_of_moodles_worksheet_only_the_grades_change(course, comma):
    path = hand_in(course, "moodle", comma)
    *_, table = export(course, "moodle", item=ITEM)
    before = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    pd.testing.assert_frame_equal(table.drop(columns="Grade"), before.drop(columns="Grade"))
    points = [f"{sum(points_of(person.group)):.2f}" for person in PEOPLE]
    assert list(table["Grade"]) == [text.replace(".", ",") if comma else text for text in points]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_table_with_everything_names_each_student_as_the_roster_does(course, platform):
    hand_in(course, platform)
    *_, table = export(course, "csv", decimal_comma=False)
    names = ["'" * person.name.startswith("=") + person.name for person in PEOPLE]
    found = list(table["name"])
    if platform == "canvas":  # it writes the last name first
        names = [f"{person.last}, {person.first}" for person in PEOPLE]
    assert found == names
    assert list(table["group"]) == list(table["submission"]) == [each.group for each in PEOPLE]
    assert [float(text) for text in table[TOTAL]] == list(expected(platform).values())
