"""Who handed in what: nbgrader's layout, zips, downloads; no student's name is a path."""

import os
from datetime import UTC, datetime
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.errors import RosterError
from autograder.classroom.intake.bundle import digest_of, read_bundle
from autograder.classroom.intake.entries import Entry, Source, read_uploads
from autograder.classroom.intake.student_names import MAX_BYTES, student_id, unique_file_stem

# case: (a path in the folder of submissions, (student, path of the source, name of the source))
LAYOUTS = {
    "nbgrader": ("ada/vae/02_vae.ipynb", ("ada", "ada/vae", "")),
    "a folder": ("ada/02_vae.ipynb", ("ada", "ada", "")),
    "a zip": ("ada.zip", ("ada", "ada.zip", "submission.zip")),
    "Moodle, folders": (
        "Ada Lovelace_123_assignsubmission_file_/vae.zip",
        ("Ada Lovelace_123", "Ada Lovelace_123_assignsubmission_file_", ""),
    ),
    "Moodle, folders without a last underscore": (
        "Ada_123_assignsubmission_file/vae.zip",
        ("Ada_123", "Ada_123_assignsubmission_file", ""),
    ),
    "Moodle, files": (
        "Ada Lovelace_123_assignsubmission_file_my work.zip",
        ("Ada Lovelace_123", "Ada Lovelace_123_assignsubmission_file_my work.zip", "my work.zip"),
    ),
    "Moodle, a file named like another student's": (
        "Ada_1_assignsubmission_file_Bob_2_assignsubmission_file_x.zip",
        (
            "Ada_1",
            "Ada_1_assignsubmission_file_Bob_2_assignsubmission_file_x.zip",
            "Bob_2_assignsubmission_file_x.zip",
        ),
    ),
    "Canvas": ("ada_123_4567_work.zip", ("ada_123", "ada_123_4567_work.zip", "work.zip")),
    "Canvas, late": (
        "ada_LATE_123_4567_work.zip",
        ("ada_123", "ada_LATE_123_4567_work.zip", "work.zip"),
    ),
    "Canvas, a notebook": (
        "ada_123_4567_02_vae.ipynb",
        ("ada_123", "ada_123_4567_02_vae.ipynb", "02_vae.ipynb"),
    ),
    "numbers that are no export": (
        "group_1_2_work.zip",
        ("group_1_2_work", "group_1_2_work.zip", "submission.zip"),
    ),
    "a folder with numbers": (
        "ada_123_4567_work/x.ipynb",
        ("ada_123_4567_work", "ada_123_4567_work", ""),
    ),
}
UNSAFE = [
    "..",
    ".",
    "a[1]",
    "a/b",
    "a\\b",
    "../../etc",
    "a\nb",
    "a\0b",
    "<img src=x onerror=alert(1)>",
    "CON:",
    "*",
    " ada ",
    ".hidden",
    "",
    "x" * 300,
    "ä" * 80,
    "Jose\u0301",
    "a~b",
    "\udcff",
]
SAFE = ["ada", "Ada Lovelace_123", "o'brien", "张伟", "ada@example.org", "x" * MAX_BYTES]


def files(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return folder


@pytest.mark.parametrize("name, expected", LAYOUTS.values(), ids=LAYOUTS)
def test_each_layout_is_known(tmp_path, name, expected):
    student, path, source_name = expected
    (entry,), notes = read_uploads(files(tmp_path, name))
    assert entry.person == student and not notes
    assert entry.sources == (Source(tmp_path / path, source_name),)


def test_students_are_sorted_and_what_is_nobodys_is_named(tmp_path):
    files(tmp_path, "bob/02_vae.ipynb", "ada.zip", "grades.csv", ".DS_Store", "__MACOSX/x")
    entries, notes = read_uploads(tmp_path)
    assert [entry.person for entry in entries] == ["ada", "bob"]
    assert notes == ["grades.csv belongs to no student, and is left out."]


def test_files_of_one_student_are_one_submission(tmp_path):
    names = ["ada_123_4567_02_vae.ipynb", "ada_123_4568_03_loss.ipynb"]
    (entry,), notes = read_uploads(files(tmp_path, *names))
    assert [source.name for source in entry.sources] == ["02_vae.ipynb", "03_loss.ipynb"]
    assert notes == [f"{', '.join(names)} are graded as one submission, of ada_123."]


def test_a_link_to_the_folder_of_another_is_not_followed(tmp_path):
    files(tmp_path, "bob/vae/02_vae.ipynb", "ada/03_loss.ipynb")
    (tmp_path / "ada" / "vae").symlink_to("../bob/vae")
    ada, bob = read_uploads(tmp_path)[0]
    assert ada.sources == (Source(tmp_path / "ada"),) and ada.time is None
    assert [file.path for file in read_bundle(Entry("ada", ada.sources)).files] == ["03_loss.ipynb"]


def test_only_nbgraders_folder_has_a_time_of_submission(tmp_path):
    files(tmp_path, "ada/vae/timestamp.txt", "bob/timestamp.txt")
    for path in tmp_path.rglob("timestamp.txt"):
        path.write_text("2026-11-05 22:55:00 UTC")
    ada, bob = read_uploads(tmp_path)[0]
    assert ada.time == datetime(2026, 11, 5, 22, 55, tzinfo=UTC) and bob.time is None


@pytest.mark.parametrize(
    "names, sentence",
    [
        ((), "holds no submissions: no folder or zip file of a student."),
        (("02_vae.ipynb",), "for one submission: python -m autograder grade DIR."),
    ],
)
def test_a_folder_without_students_is_one_sentence(tmp_path, names, sentence):
    with pytest.raises(RosterError, match=sentence):
        read_uploads(files(tmp_path, *names))
    with pytest.raises(RosterError, match="is not a folder"):
        read_uploads(tmp_path / "nowhere")


@pytest.mark.parametrize("name", SAFE)
def test_a_usual_name_is_its_own_id(name):
    assert student_id(name) == name


@pytest.mark.parametrize("name", UNSAFE)
def test_no_name_is_a_path(name):
    assert is_one_part_of_a_path(student_id(name)) and student_id(name) != name


@given(st.text(st.characters(), max_size=300), st.text(st.characters(), max_size=300))
def test_two_names_never_become_one(first, second):
    assert is_one_part_of_a_path(student_id(first))
    assert (student_id(first) == student_id(second)) == (first == second)


def test_files_differ_where_names_differ_in_capitals_only():
    assert unique_file_stem("ada").casefold() != unique_file_stem("Ada").casefold()


def is_one_part_of_a_path(name):
    is_one_part = PurePosixPath(name).parts == (name,) and os.path.basename(name) == name
    is_short = len(name.encode()) <= MAX_BYTES
    is_safe = name.isprintable() and not set('/\\<>:"|?*') & set(name)
    return is_one_part and is_short and is_safe and not name.startswith(".")


DOWNLOADED = {  # names in a download → (people, names of their files)
    "Brightspace": (
        [
            "301-67890 - Jane Doe - Nov 5, 2023 1155 PM/work.zip",
            "301-67891 - Anne - Marie Smith - 5 nov. 2023 2355/work.rar",
            "301-67892 - Łukasz - nieznany czas/work.zip",
            "index.html",
        ],
        {"Jane Doe_301-67890", "Anne - Marie Smith_301-67891", "Łukasz_301-67892"},
        {""},
    ),
    "Brightspace, files": (
        [
            "301-67890 - Jane Doe - Nov 5, 2023 1155 PM - 02_vae.ipynb",
            "301-67890 - Jane Doe - Nov 5, 2023 1155 PM - a - Nov 6, 2023 1155 PM - b.zip",
        ],
        {"Jane Doe_301-67890"},
        {"02_vae.ipynb", "a - Nov 6, 2023 1155 PM - b.zip"},
    ),
    "Canvas": (
        [
            "ada_LATE_123_45001_02_vae-1.ipynb",
            "ada_LATE_123_45002_vae-2.pt",
            "bob_124_45003_03_loss.json",
            "cyd_125_45004_02_vae.ipynb.txt",
            "dan_126_45005_work.rar",
            "eve_127_45006_report.pdf",
            "fay_128_text.html",
        ],
        {"ada_123", "bob_124", "cyd_125", "dan_126", "eve_127", "fay_128"},
        {"02_vae.ipynb", "vae.pt", "03_loss.json", "02_vae.ipynb.txt"}
        | {"work.rar", "report.pdf", "text.html"},
    ),
    "Moodle": (
        [
            "Ada_1_assignsubmission_file_work.7z",
            "Bob_2_assignsubmission_file_work.tar.gz",
            "Cyd_3_assignsubmission_file_03_loss.json",
            "Dan_4_assignsubmission_onlinetext_onlinetext.html",
        ],
        {"Ada_1", "Bob_2", "Cyd_3", "Dan_4"},
        {"work.7z", "work.tar.gz", "03_loss.json", "onlinetext.html"},
    ),
    "numbers that no platform gave": (
        ["dl_2023_1103_ada.zip", "dl_2023_1103_bob.zip"],
        {"dl_2023_1103_ada", "dl_2023_1103_bob"},
        {"submission.zip"},
    ),
    "archives that are not read": (
        ["ada.rar", "bob.tar.gz", "cyd.7z"],
        {"ada", "bob", "cyd"},
        {"ada.rar", "bob.tar.gz", "cyd.7z"},
    ),
}


@pytest.mark.parametrize("names, people, own_names", DOWNLOADED.values(), ids=DOWNLOADED)
def test_nobody_of_a_download_is_lost(tmp_path, names, people, own_names):
    uploads, notes = read_uploads(files(tmp_path, *names), UTC)
    assert {upload.person for upload in uploads} == people
    assert {source.name for upload in uploads for source in upload.sources} == own_names
    assert not any("belongs to no student" in note for note in notes)


def test_each_upload_of_brightspace_has_its_time(tmp_path):
    person = "301-67890 - Jane Doe"
    files(tmp_path, f"{person} - Nov 5, 2023 1155 PM/x.zip", f"{person} - Nov 6, 2023 905 AM/x.zip")
    uploads, _ = read_uploads(tmp_path, UTC)
    assert [upload.time for upload in uploads] == [
        datetime(2023, 11, 5, 23, 55, tzinfo=UTC),
        datetime(2023, 11, 6, 9, 5, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    "numbers, people",
    [
        (("1-10", "1-11", "2-12"), 2),  # the person first, and each upload has its own number
        (("9-1", "9-2", "9-3"), 3),  # the assignment first: two people have one name
        (("1-9", "2-9", "3-9"), 3),
        (("1-9", "1-9", "3-9"), 2),
    ],
)
def test_numbers_of_brightspace_tell_people_of_one_name_apart(tmp_path, numbers, people):
    for hour, (number, name) in enumerate(zip(numbers, ("Jane", "Jane", "Bob"), strict=True), 1):
        files(tmp_path, f"{number} - {name} - Nov 5, 2023 {hour}00 PM/x.zip")
    assert len({upload.person for upload in read_uploads(tmp_path, UTC)[0]}) == people


def test_canvas_says_who_is_late(tmp_path):
    files(tmp_path, "ada_LATE_123_45001_work.zip", "bob_124_45002_work.zip")
    assert [upload.late for upload in read_uploads(tmp_path)[0]] == [True, False]


def test_of_two_files_of_one_name_canvas_counts_the_newer(tmp_path):
    names = ["ada_123_45009_work.zip", "ada_123_45010_work-1.zip"]
    (upload,), notes = read_uploads(files(tmp_path, *names))
    assert [source.path.name for source in upload.sources] == [names[1]]
    assert f"{names[0]} is older than {names[1]}, and is left out." in notes


def test_who_handed_in_other_files_alone_is_told_which(tmp_path):
    (upload,), _ = read_uploads(files(tmp_path, "ada/report.pdf", "ada/photos/a.png"))
    bundle = read_bundle(Entry("ada", upload.sources))
    assert bundle.notes == ("Notebooks and zip files are read, not report.pdf, photos/a.png.",)
    assert bundle.digest == digest_of(Entry("ada", upload.sources))


def test_a_platforms_folder_may_hold_a_folder_named_like_the_assignment(tmp_path):
    name = "301-1 - Jane Doe - Nov 5, 2023 1155 PM"
    (upload,), _ = read_uploads(files(tmp_path, f"{name}/vae/02_vae.ipynb"))
    assert upload.sources == (Source(tmp_path / name),)
