"""What the platforms' imports would do with a file, by the rules that they have for it."""

import json

import pytest

from autograder.classroom.errors import ClassError
from autograder.classroom.export.cells import Layout
from autograder.classroom.export.changes import Change, changes
from autograder.classroom.export.errors import ExportError
from autograder.classroom.export.settings import Missing, Platform, Settings, Unfinished
from autograder.classroom.export.source_table import read_source
from autograder.classroom.results.handins import Handin, write_handins
from autograder.classroom.roster.students import Student
from tests.classroom.export_world import course, export, make_roster, mark, template

__all__ = ["course", "template"]  # fixtures
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section"
POSSIBLE = "    Points Possible,,,,"
MOODLE = "Identifier,Full name,Email address,Status,Grade,Maximum grade,Last modified (grade)"
ZERO = {"unfinished": Unfinished.ZERO}
LEAVE = {"unfinished": Unfinished.LEAVE}


def moodle_roster(course, grades=("", ""), maximum="3.00", header=MOODLE):
    """A worksheet of ada and bob with these grades."""
    rows = [
        f'Participant {number},{who},{who},Submitted,"{grade}","{maximum}",-'
        for number, (who, grade) in enumerate(zip(("ada", "bob"), grades, strict=True), 1)
    ]
    return make_roster(course, "\n".join([header, *rows]) + "\n")


@pytest.mark.parametrize(("policy", "expected"), [(LEAVE, "1"), (ZERO, "2")])
@pytest.mark.parametrize("platform", ["brightspace", "canvas", "moodle"])
def test_who_gets_no_grade_keeps_that_of_the_platform(course, platform, policy, expected):
    rosters = {
        "brightspace": "Username,VAE Points Grade <Numeric MaxPoints:3>,End-of-Line Indicator\n"
        "#ada,2,#\n#bob,1,#\n",
        "canvas": f"{CANVAS},VAE (47)\n{POSSIBLE},3\nA,1,ada,a,L,2\nB,2,bob,b,L,1\n",
    }
    if platform == "moodle":
        roster = moodle_roster(course, ("2.00", "1"))
    else:
        roster = make_roster(course, rosters[platform])
    code, _, table = export(course, platform, roster=roster, **policy)
    header = {"moodle": "Grade", "canvas": "VAE (47)"}.get(platform, "VAE Points Grade")
    grades = list(table[header])[-2:]
    assert code == 0 and [float(each) for each in grades] == [1.5, float(expected)]


def test_canvas_finds_the_item_by_its_number_and_the_students_by_its_own_ids(course):
    roster = make_roster(course, f"{CANVAS},VAE (47),Total\n{POSSIBLE},3,\nA,1,ada,a,L,,\n")
    *_, table = export(course, "canvas", roster=roster, **ZERO)
    assert table.values.tolist() == [
        ["    Points Possible", "", "", "", "", "3"],
        ["A", "1", "ada", "a", "L", "1.5"],
    ]
    assert list(table.columns) == [*CANVAS.split(","), "VAE (47)"]


def test_canvas_gets_no_number_of_another_list_as_its_own(course):
    roster = make_roster(course, "ID,name\nada,A\nbob,B\n")
    code, printed, table = export(course, "canvas", roster=roster, **ZERO)
    assert list(table["ID"]) == ["", "", ""] and "not Canvas's" in printed
    assert list(table["SIS Login ID"]) == ["", "ada", "bob"]


def test_canvas_understands_its_own_list_of_groups(course):
    header = "name,canvas_user_id,user_id,login_id,sections,group_name"
    roster = make_roster(course, f"{header}\nA,7,ada,ada1,Lab,\nB,8,bob,bob1,Lab,\n")
    *_, table = export(course, "canvas", roster=roster, **ZERO)
    assert table.values.tolist()[1:] == [
        ["A", "7", "ada", "ada1", "Lab", "1.5"],
        ["B", "8", "bob", "bob1", "Lab", "2"],
    ]


def test_two_items_of_one_name_are_told_apart_by_the_number(course):
    rows = f"{CANVAS},VAE (1),VAE (2)\n{POSSIBLE},3,3\nA,1,ada,a,L,,\nB,2,bob,b,L,,\n"
    roster = make_roster(course, rows)
    with pytest.raises(ExportError, match="Canvas has 2 items"):
        export(course, "canvas", roster=roster, **ZERO)
    *_, table = export(course, "canvas", roster=roster, item="VAE (2)", **ZERO)
    assert list(table["VAE (2)"]) == ["3", "1.5", "2"]


@pytest.mark.parametrize("name", ["Final Grade", "VAE Current Score"])
def test_canvas_would_skip_items_that_are_called_like_its_sums(name):
    with pytest.raises(ExportError, match="Canvas skips"):
        Settings(Platform.CANVAS, item=name)


def test_moodle_gets_its_own_decimal_sign(course):
    *_, table = export(course, "moodle", roster=moodle_roster(course, maximum="3,00"), **ZERO)
    assert list(table["Grade"]) == ["1,50", "2,00"]
    with pytest.raises(ExportError, match="Moodle would read 27,5 as 27"):
        export(course, "moodle", roster=moodle_roster(course), decimal_comma=True, **ZERO)


def test_moodles_worksheet_in_another_language_is_filled_in(course):
    header = "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,Zuletzt geändert"
    roster = moodle_roster(course, header=header)
    *_, table = export(course, "moodle", roster=roster, **ZERO)
    assert list(table["Bewertung"]) == ["1.50", "2.00"]


def test_a_list_of_moodle_without_grades_is_no_worksheet(course):
    roster = make_roster(course, "Identifier,Full name\nada,A\nbob,B\n")
    with pytest.raises(ExportError, match="it is no grading worksheet"):
        export(course, "moodle", roster=roster, **ZERO)


def test_points_above_the_maximum_are_named_since_platforms_cut_or_skip_them(course):
    mark(course, "ada", 1, extra=5)
    code, printed, _ = export(course, "moodle", roster=moodle_roster(course), **ZERO)
    assert (
        code == 0 and "More than 3 points; Moodle skips them without a word: ada (ada)." in printed
    )


def test_brightspace_gets_the_identifiers_as_it_wrote_them(course):
    header = "OrgDefinedId,Username,Last Name,First Name,End-of-Line Indicator"
    roster = make_roster(course, f"{header}\n#ada,#a.b,A,A,#\n#bob,#b,B,B,#\n")
    *_, table = export(course, "brightspace", roster=roster, **ZERO)
    assert table.values.tolist() == [["#ada", "#a.b", "1.5", "#"], ["#bob", "#b", "2", "#"]]


def test_brightspace_gets_nobody_without_an_identifier(course):
    roster = make_roster(course, "id,Username\nada,a1\nbob,\n")
    with pytest.raises(ExportError, match="no Username for bob"):
        export(course, "brightspace", roster=roster, **ZERO)


def test_new_points_that_nobody_accepted_are_named(course):
    waiting = course / "graded" / "waiting"
    waiting.mkdir()
    tree = {"student": "ada", "hashes": {}, "problem": "", "notebooks": "", "report": {}}
    (waiting / "ada.json").write_text(json.dumps(tree))
    *_, printed, _ = export(course, **ZERO)
    assert "the file has the older ones: ada." in printed


def test_a_refused_submission_counts_as_nothing_with_the_reason(course):
    refused = course / "graded" / "refused"
    refused.mkdir()
    tree = {"student": "cem", "hashes": {}, "problem": "No notebook.", "notebooks": ""}
    (refused / "cem.json").write_text(json.dumps({**tree, "report": {}}))
    code, printed, table = export(course, **ZERO)
    assert code == 0 and "cem: No notebook." in printed
    assert list(table["total"]) == ["1.5", "2", ""]
    *_, table = export(course, missing=Missing.ZERO, **ZERO)
    assert list(table["total"]) == ["1.5", "2", "0"]


def test_an_earlier_result_that_is_not_in_the_gradebook_is_not_zero(course):
    for state in ("", "refused"):
        folder = course / "graded" / state
        folder.mkdir(exist_ok=True)
        tree = {"student": "cem", "hashes": {}, "problem": "No notebook.", "notebooks": ""}
        (folder / "cem.json").write_text(json.dumps({**tree, "report": {}}))
    write_handins(course / "graded", [Handin("cem", (Student("cem"),))])
    *_, table = export(course, missing=Missing.ZERO, **ZERO)
    assert dict(zip(table["id"], table["total"], strict=True))["cem"] == ""


def test_changes_are_what_is_new_what_differs_and_what_is_gone():
    before = {"ada": {"total": "1"}, "bob": {"total": "2"}, "cem": {"total": "3"}}
    after = {"ada": {"total": "1"}, "bob": {"total": ""}, "dan": {"total": "4"}}
    assert changes(before, after) == [
        Change("bob", "total", "2", "-"),
        Change("dan", "total", "-", "4"),
        Change("cem", "total", "3", "-"),
    ]


def test_a_record_that_cannot_be_read_stops_the_export(course):
    export(course, **ZERO)
    (course / "graded" / "exports" / "csv.json").write_text("{")
    with pytest.raises(ClassError, match="cannot be read"):
        export(course, **ZERO)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_platforms_file_is_read_as_it_is_written(tmp_path, encoding, delimiter):
    path = tmp_path / "table.csv"
    path.write_bytes(delimiter.join(["Identifier", "a", "é"]).encode(encoding))
    assert read_source(path).layout == Layout(delimiter, "\n", encoding == "utf-8-sig")
