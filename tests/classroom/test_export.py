"""Grades out: what is written is what the gradebook has, for the right people, or nothing is."""

import csv
import io
import json

import pandas as pd
import pytest

from autograder.classroom.errors import ClassError
from autograder.classroom.export.errors import ExportError
from autograder.classroom.export.record import default_path
from autograder.classroom.export.settings import Missing, Platform, Settings, Unfinished
from autograder.classroom.gradebook.writer import GradebookWriter
from autograder.classroom.results.handins import Handin, write_handins
from autograder.classroom.results.problems import Problem, write_problems
from autograder.classroom.roster.reading import read_roster
from tests.classroom.class_world import open_gradebook
from tests.classroom.export_world import course, export, make_roster, mark, template
from tests.classroom.platform_world import PLATFORMS, make_people, roster_bytes
from tests.classroom.stub_grading import NOTEBOOK, notebook

__all__ = ["course", "template"]  # fixtures


def test_answers_that_wait_stop_the_export_and_are_listed(course):
    code, printed, table = export(course)
    assert (code, table) == (3, None)
    assert "│ bob        │ bob      │ why-question       │" in printed and "ada" not in printed


@pytest.mark.parametrize(("unfinished", "expected"), [("leave", ""), ("zero", "2")])
def test_unmarked_answers_count_as_the_user_says(course, unfinished, expected):
    code, printed, table = export(course, unfinished=Unfinished(unfinished))
    assert code == 0 and "bob" in printed
    assert dict(zip(table["id"], table["total"], strict=True)) == {"ada": "1.5", "bob": expected}


def test_the_table_has_points_penalty_comment_and_what_waits(course):
    mark(course, "ada", 1, extra=0.25, penalty=0.5, comment='"Good", he said;\n=1+1')
    with open_gradebook(course) as gradebook:
        comment = gradebook.find_comment("answer", NOTEBOOK, "vae", "ada")
        comment.manual_comment = "Well written."
        gradebook.db.commit()
    *_, table = export(course, unfinished=Unfinished.LEAVE, questions=True)
    ada, bob = (row for _, row in table.set_index("id").iterrows())
    assert (ada["points"], ada["late_penalty"], ada["total"], ada["maximum"]) == (
        *("2.25", "0.5"),
        *("1.75", "3"),
    )
    assert ada["other_comments"] == "answer: Well written."
    assert ada["why-question comment"] == '"Good", he said; =1+1'
    assert bob["unmarked"] == "why-question" and bob["status"] == "waits for a person"


def test_who_handed_in_nothing_is_listed_and_gets_no_points_unless_the_user_says_so(course):
    mark(course, "bob", 1)
    roster = make_roster(course, "id,name\nada,Ada\nbob,Bob\ncem,Cem\n")
    code, printed, table = export(course, roster=roster)
    assert code == 0 and "get no grade (--missing zero gives 0): 1 student, Cem (cem)." in printed
    assert list(table["total"]) == ["1.5", "3", ""]
    *_, table = export(course, roster=roster, missing=Missing.ZERO)
    assert list(table["total"]) == ["1.5", "3", "0"]


def test_what_is_handed_in_and_not_graded_is_never_zero(course):
    write_handins(course / "graded", [handin("ada"), handin("bob"), handin("cem")])
    mark(course, "bob", 1)
    assert export(course)[0] == 3
    code, printed, table = export(course, unfinished=Unfinished.ZERO, missing=Missing.ZERO)
    assert code == 0 and "not graded yet, and without a grade: cem" in printed
    assert dict(zip(table["id"], table["total"], strict=True))["cem"] == ""


def handin(submission, *members):
    """A submission of these students; of its only member, where there are none."""
    from autograder.classroom.roster.students import Student

    return Handin(submission, tuple(Student(each) for each in members or (submission,)))


def test_each_member_of_a_group_gets_its_points(course):
    mark(course, "bob", 1)
    write_handins(course / "graded", [handin("ada", "eve", "dan"), handin("bob")])
    *_, table = export(course)
    assert dict(zip(table["id"], table["total"], strict=True)) == {
        **{"eve": "1.5", "dan": "1.5"},
        "bob": "3",
    }


def test_points_of_two_submissions_for_one_student_stop_the_export(course):
    write_handins(course / "graded", [handin("ada", "eve"), handin("bob", "eve")])
    with pytest.raises(ClassError, match="eve belongs to two submissions, ada and bob"):
        export(course, unfinished=Unfinished.ZERO)


def test_what_a_member_of_a_group_had_alone_before_counts_no_more(course):
    mark(course, "bob", 1)
    write_handins(course / "graded", [handin("bob", "ada", "eve")])
    *_, table = export(course)
    assert dict(zip(table["id"], table["total"], strict=True)) == {"ada": "3", "eve": "3"}


def test_a_submission_that_the_list_of_handins_lacks_is_not_lost(course):
    write_handins(course / "graded", [handin("ada")])
    *_, table = export(course, unfinished=Unfinished.ZERO)
    assert list(table["id"]) == ["ada", "bob"]


def test_points_of_somebody_whom_the_roster_lacks_are_told_by_the_exit_code(course):
    roster = make_roster(course, "id,Username\nada,ada1\n")
    code, printed, table = export(course, "brightspace", roster=roster)
    assert code == 1 and "NOT in the file, since the roster does not have them: bob" in printed
    assert table.values.tolist() == [["ada1", "1.5", "#"]]
    code, _, table = export(course, roster=roster, unfinished=Unfinished.ZERO)
    assert code == 0 and list(table["status"]) == ["graded", "not in the roster"]
    assert list(table["total"]) == ["1.5", "2"], "the table with everything loses nobody"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@a", " =1", "\t=1", "＝1"])
def test_no_spreadsheet_runs_a_name(course, name):
    row = io.StringIO()
    csv.writer(row).writerow(["ada", name])
    roster = make_roster(course, f"id,name\n{row.getvalue()}bob,B\n")
    for platform, column in {"csv": "name", "canvas": "Student"}.items():
        *_, table = export(course, platform, roster=roster, unfinished=Unfinished.ZERO)
        assert f"'{name.strip()}" in list(table[column])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_roster_of_another_platform_is_refused(course, tmp_path, platform):
    for other in {*PLATFORMS} - {platform}:
        roster = tmp_path / f"{other}.csv"
        roster.write_bytes(roster_bytes(other, make_people(5)))
        with pytest.raises(ExportError, match="--roster"):
            export(course, platform, roster=roster, unfinished=Unfinished.ZERO)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_item_with_another_maximum_is_refused(course, tmp_path, platform):
    roster = tmp_path / "roster.csv"
    roster.write_bytes(roster_bytes(platform, make_people(5)))
    with pytest.raises(ExportError, match="has a maximum of 28 points .* assignment has 3"):
        export(course, platform, roster=roster, item="VAE assignment", unfinished=Unfinished.ZERO)


@pytest.mark.parametrize("text", ["", " ", "=1", "a\nb", "50% of it"])
def test_names_of_items_that_a_platform_would_misread_are_refused(text):
    with pytest.raises(ExportError, match="--item"):
        Settings(Platform.BRIGHTSPACE, item=text)


def test_moodle_has_no_items_for_questions():
    with pytest.raises(ExportError, match="one grade"):
        Settings(Platform.MOODLE, questions=True)


def test_a_dry_run_shows_what_would_change_and_writes_nothing(course):
    export(course, unfinished=Unfinished.ZERO)
    before = {path: path.read_bytes() for path in (course / "graded" / "exports").iterdir()}
    mark(course, "bob", 0.5)
    code, printed, _ = export(course, dry_run=True)
    assert code == 0 and "│ bob     │ total  │ 2      │ 2.5   │" in printed and "ada" not in printed
    assert before == {path: path.read_bytes() for path in (course / "graded" / "exports").iterdir()}


def test_an_earlier_export_is_kept_beside_the_new_one(course, tmp_path):
    target = tmp_path / "out" / "grades.csv"
    target.parent.mkdir()
    export(course, target=target, unfinished=Unfinished.ZERO)
    first = target.read_bytes()
    export(course, target=target, unfinished=Unfinished.ZERO)
    assert list(target.parent.iterdir()) == [target], "the same grades again are no new file"
    mark(course, "bob", 1)
    export(course, target=target)
    (kept,) = set(target.parent.iterdir()) - {target}
    assert kept.read_bytes() == first and kept.name.startswith("grades-20")


@pytest.mark.parametrize("change", ["somebody else's", "changed by a person"])
def test_a_file_that_is_not_as_an_export_left_it_stays(course, tmp_path, change):
    target = tmp_path / "grades.csv"
    if change == "changed by a person":
        export(course, target=target, unfinished=Unfinished.ZERO)
    target.write_text("mine")
    for dry_run in (True, False):
        with pytest.raises(ClassError, match="is not as an export left it"):
            export(course, target=target, unfinished=Unfinished.ZERO, dry_run=dry_run)
    assert target.read_text() == "mine"


def test_the_roster_of_the_class_is_found_in_the_results(course):
    (course / "graded" / "roster.csv").write_text("id,name\nada,Ada\nbob,Bob\ncem,Cem\n")
    *_, table = export(course, unfinished=Unfinished.ZERO)
    assert list(table["name"]) == ["Ada", "Bob", "Cem"]


def test_a_decimal_comma_comes_with_semicolons(course):
    path = default_path(course / "graded", "csv")
    export(course, unfinished=Unfinished.ZERO, decimal_comma=True)
    table = pd.read_csv(path, sep=";", decimal=",", encoding="utf-8-sig")
    assert list(table["total"]) == [1.5, 2]


def test_the_roster_that_reads_back_is_that_of_the_generator(tmp_path):
    people = make_people(300, 150)
    for platform in PLATFORMS:
        path = tmp_path / f"{platform}.csv"
        path.write_bytes(roster_bytes(platform, people))
        roster = read_roster(path)
        assert (roster.platform, len(roster.students)) == (platform, 300)
        assert [student.group for student in roster.students] == [each.group for each in people]


def test_nobody_gets_zero_while_an_upload_may_be_theirs(course):
    problem = Problem("stranger", "301-1 - J. Doe", "is not in the roster, and is not graded.")
    old = Problem("double", "ada", "has results of an earlier call under A, too.")
    write_problems(course / "graded", [problem, old])
    write_handins(course / "graded", [handin("ada"), handin("bob")])
    roster = make_roster(course, "id,name\nada,Ada\nbob,Bob\ncem,Cem\n")
    settings = {"roster": roster, "unfinished": Unfinished.ZERO}
    with pytest.raises(ClassError, match=r"not clear yet who handed in 301-1 - J. Doe\. "):
        export(course, missing=Missing.ZERO, **settings)
    assert (
        "not clear by whom (problems.csv in the results): 301-1 - J. Doe"
        in (export(course, **settings)[1])
    )


def test_a_group_that_the_last_list_of_handins_lacks_keeps_its_members(course):
    with GradebookWriter(course, "vae") as writer:
        graded = {f"{NOTEBOOK}.ipynb": json.dumps(notebook((1, 1), why="Because."))}
        writer.write_submission("group 7", graded, None, resubmitted=False)
    mark(course, "group 7", 1)
    write_handins(course / "graded", [handin("ada")])
    roster = make_roster(course, "id,name,group\nada,Ada,\neve,Eve,7\ndan,Dan,7\n")
    *_, table = export(course, roster=roster, unfinished=Unfinished.ZERO)
    points = dict(zip(table["id"], table["total"], strict=True))
    assert points == {"ada": "1.5", "eve": "3", "dan": "3", "bob": "2"}
