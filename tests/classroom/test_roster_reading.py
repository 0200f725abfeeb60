"""Reading a roster: any platform's export, any usual separator and encoding, all as text."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.errors import RosterError
from autograder.classroom.roster.reading import find_roster, keep_copy, read_roster
from tests.classroom.platforms_world import ROSTERS, make_class, plain_roster, table

PEOPLE = make_class(60)


def read(folder, text, encoding="utf-8", name="roster.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_roster(path)


@pytest.mark.parametrize("platform", [*ROSTERS, "csv"])
def test_each_export_is_read_as_it_is(tmp_path, platform):
    roster = read(tmp_path, {**ROSTERS, "csv": plain_roster}[platform](PEOPLE))
    assert roster.platform == platform
    assert [student.id for student in roster.students] == [person.id for person in PEOPLE]
    assert [student.group for student in roster.students] == [person.group for person in PEOPLE]
    for student, person in zip(roster.students, PEOPLE, strict=True):
        assert sorted(student.name.replace(",", "").split()) == sorted(
            person.name.replace(",", "").split()
        )
        assert tuple(student.columns) == roster.columns


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_encodings_are_found(tmp_path, separator, encoding):
    rows = [
        ["007", "Müller, Zoë", "z@example.org", "3"],
        ["008", '张 "Wei" 伟', "w@example.org", ""],
    ]
    text = table(["ID", "Name", "E-mail", "Group"], rows, separator)
    zoe, wei = read(tmp_path, text, encoding).students
    assert (zoe.id, zoe.name, zoe.group) == ("007", "Müller, Zoë", "3")
    assert (wei.id, wei.name, wei.group) == ("008", '张 "Wei" 伟', "")


def test_what_excel_saves_is_read(tmp_path):
    roster = read(tmp_path, "sep=;\r\nid;name\r\n01;Müller\r\n", "cp1252")
    assert [(student.id, student.name) for student in roster.students] == [("01", "Müller")]


CELL = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters=",;\t\"'\n"), max_size=20
).map(str.strip)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8), st.sampled_from(",;\t"))
def test_every_cell_comes_back_as_it_was(tmp_path_factory, cells, separator):
    rows = [[str(number), *pair] for number, pair in enumerate(cells)]
    text = table(["id", "name", "remark"], rows, separator)
    students = read(tmp_path_factory.mktemp("roster"), text).students
    assert [list(student.columns.values()) for student in students] == rows


GIVEN = {  # a table → (platform, id, name, group)
    "Brightspace, class list": (
        "OrgDefinedId,Username,LastName,FirstName,Email,GroupCategory,GroupName\n"
        "s01,jdoe,Doe,Jane,j@x.nl,Project,Team 3\n",
        ("brightspace", "s01", "Jane Doe", "Team 3"),
    ),
    "Canvas, groups": (
        "name,canvas_user_id,user_id,login_id,sections,group_name,canvas_group_id,group_id\n"
        '"Doe, Jane",123,s01,jdoe,S1,Team 3,9,\n',
        ("canvas", "s01", "Doe, Jane", "Team 3"),
    ),
    "Canvas, without student numbers": (
        'Student,ID,SIS Login ID,Section\n"Doe, Jane",123,jdoe,S1\n',
        ("canvas", "jdoe", "Doe, Jane", ""),
    ),
    "Moodle, participants": (
        "First name,Last name,Email address,Groups\nJane,Doe,j@x.nl,Team 3\n",
        ("moodle", "j@x.nl", "Jane Doe", "Team 3"),
    ),
    "Moodle, in German": (
        "ID;Vollständiger Name;E-Mail-Adresse;Status\nTeilnehmer/in123;Jane Doe;j@x.nl;\n",
        ("moodle", "j@x.nl", "Jane Doe", ""),
    ),
    "Dutch headers": (
        "Studentnummer;Voornaam;Achternaam;Groep\n0012;Jane;Doe;7\n",
        ("csv", "0012", "Jane Doe", "7"),
    ),
    "a student number beside both names": (
        "Student number,First name,Last name,Email\n0012,Jane,Doe,j@x.nl\n",
        ("csv", "0012", "Jane Doe", ""),
    ),
    "Moodle, gradebook": (
        "First name,Last name,ID number,Email address\nJane,Doe,0012,j@x.nl\n",
        ("moodle", "0012", "Jane Doe", ""),
    ),
    "ids that begin with a letter": (
        "id,name,email\ns001,Jane,j@x.nl\n",
        ("csv", "s001", "Jane", ""),
    ),
    "an address is the id where there is no other": (
        "name,email\nJane,j@x.nl\n",
        ("csv", "j@x.nl", "Jane", ""),
    ),
}


@pytest.mark.parametrize("text, expected", GIVEN.values(), ids=GIVEN)
def test_other_tables_of_the_platforms_are_known(tmp_path, text, expected):
    roster = read(tmp_path, text)
    (student,) = roster.students
    assert (roster.platform, student.id, student.name, student.group) == expected


REFUSED = {
    "nothing": ("", "is empty"),
    "a header alone": ("id,name\n", "nobody is in it"),
    "no id": ("colour,size\nred,3\n", "has no id"),
    "one without an id": ("id,name\n1,Ada\n,Bob\n", "student 2 in it has no id"),
    "two of one id": ("id,name\n1,Ada\n1,Bob\n", "Ada and Bob have one id, 1"),
    "two ids that files cannot tell apart": ("id,name\nada,Ada\nADA,Ada\n", "have one id"),
    "a name without quotes": ("id,name\n1,Doe, Jane\n", "row 2 has 3 cells"),
    "Excel": (b"PK\3\4...", "save it as CSV"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\x81", "is no"),
}


@pytest.mark.parametrize("text, sentence", REFUSED.values(), ids=REFUSED)
def test_what_is_no_roster_is_refused_in_a_sentence(tmp_path, text, sentence):
    with pytest.raises(RosterError, match=sentence) as error:
        read(tmp_path, text)
    assert "\n" not in str(error.value)


def test_a_roster_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(RosterError, match="nowhere.csv cannot be read"):
        read_roster(tmp_path / "nowhere.csv")


def test_who_stands_in_two_rows_is_one_student_of_both_groups(tmp_path):
    (student,) = read(tmp_path, "id,name,group\n1,Ada,A\n1,Ada,B\n").students
    assert student.group == "A; B"


def test_an_id_is_safe_as_part_of_a_path(tmp_path):
    (student,) = read(tmp_path, "id,name\n../../x,Ada\n").students
    assert "/" not in student.id and student.columns["id"] == "../../x"


def test_the_last_roster_is_kept_for_later_calls(tmp_path):
    results = tmp_path / "graded"
    results.mkdir()
    assert find_roster(results) is None
    for name in ("export.TSV", "course.csv"):
        (tmp_path / name).write_bytes(b"id,name\r\n01,Ada\r\n")
        keep_copy(tmp_path / name, results)
    assert [path.name for path in results.iterdir()] == ["roster.csv"]
    assert find_roster(results).read_bytes() == b"id,name\r\n01,Ada\r\n"
    keep_copy(results / "roster.csv", results)
    with find_roster(results).open() as file:
        assert list(csv.reader(file))[1] == ["01", "Ada"]
