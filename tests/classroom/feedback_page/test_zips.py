"""Zips for the platforms: each member's page under the name by which the platform finds them."""

import io
import zipfile

import pytest

from autograder.classroom.feedback_page.make_pages import page_path
from autograder.classroom.feedback_page.zips import plan_zip, write_zip
from autograder.classroom.results.handins import Handin
from autograder.classroom.roster.students import Student

ADA, BOB = Student("ada", "Ada Lovelace"), Student("Bob", "Bob Brown")
BRIGHTSPACE = "301-67890 - Ada Lovelace - Nov 5, 2023 1155 PM"


@pytest.fixture
def names(tmp_path):
    """names(platform, handin, ...): make the zip → name in it: the page."""

    def make(platform, *handins, made=None):
        members = [member.id for handin in handins for member in handin.members]
        for member in members:
            page_path(tmp_path, member).write_text(f"page of {member}")
        contents = plan_zip(platform, handins, tmp_path, made or members)
        write_zip(tmp_path / "out.zip", contents)
        with zipfile.ZipFile(tmp_path / "out.zip") as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        return files, contents.nameless

    return make


def alone(name, member=ADA):
    return Handin(member.id, (member,), {member.id: name} if name else {})


def test_brightspace_gets_the_folders_of_its_download(names):
    assert names("brightspace", alone(BRIGHTSPACE)) == (
        {f"{BRIGHTSPACE}/feedback.html": b"page of ada"},
        [],
    )


def test_brightspace_gets_files_where_its_download_had_files(names):
    files, _ = names("brightspace", alone(f"{BRIGHTSPACE} - my - answers.zip"))
    assert list(files) == [f"{BRIGHTSPACE} - feedback.html"]


@pytest.mark.parametrize("late", ["", "LATE_"])
def test_canvas_gets_its_file_names_in_which_it_reads_the_numbers(names, late):
    files, _ = names("canvas", alone(f"lovelaceada_{late}123_45678_02_vae.ipynb"))
    assert files == {f"lovelaceada_{late}123_45678_02_vae.html": b"page of ada"}


def test_canvas_which_keeps_the_old_ending_gets_a_zip_for_a_zip(names):
    files, _ = names("canvas", alone("lovelaceada_123_45678_vae.zip"))
    (data,) = files.values()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("feedback.html") == b"page of ada"
    assert list(files) == ["lovelaceada_123_45678_vae.zip"]


@pytest.mark.parametrize(
    "name",
    [
        "Ada Lovelace_12345_assignsubmission_file_",
        "Ada Lovelace_12345_assignsubmission_file",
        "Ada Lovelace_12345_assignsubmission_file_vae.zip",
        "Ada Lovelace_12345_assignsubmission_onlinetext_",
    ],
)
def test_moodle_gets_the_number_and_a_type_that_it_knows(names, name):
    expected = "Ada Lovelace_12345_assignsubmission_file_feedback.html"
    assert names("moodle", alone(name)) == ({expected: b"page of ada"}, [])


def test_moodle_finds_a_member_who_uploaded_nothing_by_the_worksheets_number(names):
    columns = {"Identifier": "Participant 12345", "Full name": "Ada_Lovelace"}
    member = Student("ada", "Ada_Lovelace", columns=columns)
    files, nameless = names("moodle", Handin("group", (member,)))
    assert list(files) == ["Ada Lovelace_12345_assignsubmission_file_feedback.html"]
    assert nameless == []


@pytest.mark.parametrize("platform", ["brightspace", "canvas", "moodle"])
@pytest.mark.parametrize("name", ["", "..", "../../x_123_4567_y", "a\\b_123_4567_c", "/etc"])
def test_who_has_no_name_in_the_download_is_listed(names, platform, name):
    assert names(platform, alone(name)) == ({}, ["ada"])


@pytest.mark.parametrize(
    "columns",
    [
        {"Identifier": "12345", "Full name": "Ada"},
        {"Identifier": "Participant 12345"},
        {"id": "12345"},
    ],
)
def test_a_number_of_another_list_names_nobody_in_moodle(names, columns):
    member = Student("ada", "Ada", columns=columns)
    assert names("moodle", Handin("group", (member,))) == ({}, ["ada"])


def test_canvas_would_not_find_a_name_without_its_numbers(names):
    assert names("canvas", alone("vae.zip")) == ({}, ["ada"])


def test_each_member_of_a_group_gets_their_own_page(names):
    group = Handin("group", (ADA, BOB), {"ada": BRIGHTSPACE, "Bob": "302-1 - Bob - Nov 6"})
    assert set(names("brightspace", group)[0].values()) == {b"page of ada", b"page of Bob"}


def test_members_with_one_name_in_the_download_lose_no_page(names):
    group = Handin("group", (ADA, BOB), {"ada": BRIGHTSPACE, "Bob": BRIGHTSPACE})
    files, _ = names("brightspace", group)
    assert set(files.values()) == {b"page of ada", b"page of Bob"} and len(files) == 2
    assert all(name.startswith(f"{BRIGHTSPACE}/feedback") for name in files)


def test_who_has_no_page_of_now_is_not_in_the_zip(names):
    files, nameless = names("brightspace", alone(BRIGHTSPACE), alone("b", BOB), made=["ada"])
    assert len(files) == 1 and nameless == []


def test_the_same_pages_make_the_same_zip(names, tmp_path):
    names("brightspace", alone(BRIGHTSPACE))
    before = (tmp_path / "out.zip").read_bytes()
    names("brightspace", alone(BRIGHTSPACE))
    assert (tmp_path / "out.zip").read_bytes() == before
