"""The folder of a class: a wrong one is refused before it makes students, a zip is unpacked."""

import shutil
import zipfile

import pytest

from autograder.classroom.errors import RosterError
from autograder.classroom.intake import class_zip
from autograder.classroom.intake.class_folder import open_class

MOODLE = "Ada Lovelace_12345_assignsubmission_file_"
BRIGHTSPACE = "301-67890 - Jane Doe - Nov 5, 2023 1155 PM"


def make(folder, *paths):
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}")
    return folder


CLASSES = {
    "nbgrader's": ("ada/vae/02_vae.ipynb", "bob/vae/02_vae.ipynb"),
    "one student": ("ada/vae/02_vae.ipynb",),
    "a student of several zips, and another": ("ada/a.zip", "ada/b.zip", "bob/a.zip"),
    "a student of several zips on a platform": (f"{MOODLE}/a.zip", f"{MOODLE}/b.zip"),
    "folders": ("ada/02_vae.ipynb", "bob/02_vae.ipynb"),
    "zips": ("ada.zip", "bob.zip"),
    "Moodle's": (f"{MOODLE}/a.zip", "Bob_2345_assignsubmission_file_/b.zip"),
    "Brightspace's": (f"{BRIGHTSPACE}/a.zip", "index.html"),
    "a student of many folders": ("eve/a/vae/x.ipynb", "eve/b/vae/x.ipynb", "ada/x.ipynb", "b/x"),
}


@pytest.mark.parametrize("paths", CLASSES.values(), ids=CLASSES)
def test_the_folder_of_a_class_is_taken_as_it_is(tmp_path, paths):
    assert open_class(make(tmp_path, *paths)) == (tmp_path, [])


WRONG = {
    "one submission": (("02_vae.ipynb", "data/x"), "is one submission"),
    "its parent in nbgrader's layout": (("vae/02_vae.ipynb",), "holds the assignment's folder vae"),
    "the course": (("submitted/ada/vae/02_vae.ipynb", "gradebook.db"), "class [^ ]*/submitted`"),
    "a course without hand-ins": (("gradebook.db", "solutions/vae/02_vae.ipynb"), "of a course"),
    "above zips": (("all/ada.zip", "all/bob.zip", "all/index.html"), "too high: .* in .*/all,"),
    "above an unpacked zip": (("all/a.zip", "all/b.zip", "all.zip"), "too high: .* in .*/all,"),
    "above what class unpacked": (
        (f"all/{class_zip.MARK}", "all/a/x.ipynb", "all.zip", "x.zip"),
        "too high: .* in .*/all,",
    ),
    "one too high": (
        ("downloads/ada/vae/x.ipynb", "downloads/bob/vae/x.ipynb", "notes.txt"),
        "one folder too high: the submissions are in .*/downloads,",
    ),
    "above a download": ((f"all/{MOODLE}/a.zip", f"all/B{MOODLE}/b.zip"), "one folder too high"),
}


@pytest.mark.parametrize("paths, says", WRONG.values(), ids=WRONG)
def test_another_folder_is_refused_with_the_way_out(tmp_path, paths, says):
    make(tmp_path, *paths)
    with pytest.raises(RosterError, match=says) as refused:
        open_class(tmp_path)
    assert refused.value.code == 2


def pack(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != class_zip.MARK
    }


DOWNLOAD = {f"{BRIGHTSPACE}/vae.zip": b"PK", f"{BRIGHTSPACE}/cv.rar": b"R", "index.html": b"<p>"}


def test_a_download_is_unpacked_beside_it_once_with_every_file(tmp_path):
    path = pack(tmp_path / "download.zip", DOWNLOAD)
    folder, notes = open_class(path)
    assert folder == tmp_path / "download" and contents(folder) == DOWNLOAD
    assert notes == [f"download.zip is unpacked in {folder}."]
    (folder / "index.html").unlink()
    assert open_class(path)[0] == folder and not (folder / "index.html").exists()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["download", "download.zip"]


def test_a_newer_download_of_the_same_name_overwrites_nothing(tmp_path):
    make(tmp_path / "download", "mine.txt")
    first = open_class(pack(tmp_path / "download.zip", {"ada.zip": b"1"}))[0]
    second = open_class(pack(tmp_path / "download.zip", {"ada.zip": b"2"}))[0]
    assert (first.name, second.name) == ("download-2", "download-3")
    assert contents(first) == {"ada.zip": b"1"} and contents(second) == {"ada.zip": b"2"}
    assert contents(tmp_path / "download") == {"mine.txt": b"{}"}


def test_a_zipped_folder_of_all_is_the_folder_in_it(tmp_path):
    members = {"submitted/ada/vae/02_vae.ipynb": b"{}", "submitted/bob/vae/02_vae.ipynb": b"{}"}
    folder, _ = open_class(pack(tmp_path / "all.zip", {**members, "__MACOSX/._x": b""}))
    assert folder == tmp_path / "all" / "submitted"


@pytest.mark.parametrize(
    "members", [("ada.zip", "bob.zip"), (f"{MOODLE}/a.ipynb", f"B{MOODLE}/b.ipynb")]
)
def test_a_folder_that_holds_the_download_alone_is_no_student(tmp_path, members):
    pack(tmp_path / "download.zip", dict.fromkeys(members, b"x"))
    with pytest.raises(RosterError, match="call .* class .*/download.zip`"):
        open_class(tmp_path)


def test_a_folder_that_holds_one_students_zip_is_a_class(tmp_path):
    pack(tmp_path / "ada.zip", {"work/02_vae.ipynb": b"{}", "work/03_loss.ipynb": b"{}"})
    assert open_class(tmp_path) == (tmp_path, [])


def test_a_zipped_folder_of_zips_is_the_folder_in_it(tmp_path):
    folder, _ = open_class(pack(tmp_path / "d.zip", {"all/ada.zip": b"1", "all/bob.zip": b"2"}))
    assert folder == tmp_path / "d" / "all"


def test_a_file_that_cannot_be_unpacked_leaves_an_empty_one_so_that_nobody_is_lost(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(class_zip, "MAX_ARCHIVE_BYTES", 100)
    path = pack(tmp_path / "all.zip", {"ada.zip": b"x" * 101, "bob.zip": b"fine" * 20})
    damaged = path.read_bytes().replace(b"bob.zip", b"eve.zip", 1)  # of two headers, the first
    path.write_bytes(damaged)
    folder, notes = open_class(path)
    assert contents(folder) == {"ada.zip": b"", "bob.zip": b""}
    assert "ada.zip is larger than 0 MB; an empty file stands in for it." in notes
    assert any(note.startswith("bob.zip is damaged") for note in notes)


@pytest.mark.parametrize("name", ["../ada.zip", "/ada.zip", "C:/ada.zip", "..\\ada.zip"])
def test_nothing_is_written_outside_the_folder(tmp_path, name):
    place = tmp_path / "in"
    place.mkdir()
    folder, notes = open_class(pack(place / "all.zip", {name: b"x", "bob.zip": b"b"}))
    assert contents(folder) == {"bob.zip": b"b"}
    assert len(notes) == 2 and sorted(tmp_path.iterdir()) == [place]


def test_names_that_no_disk_takes_are_shortened_or_named(tmp_path):
    long = "x" * 300
    members = {f"ada/{long}.zip": b"1", "bob": b"2", "bob/vae.zip": b"3"}
    folder, notes = open_class(pack(tmp_path / "all.zip", members))
    (kept,) = (folder / "ada").iterdir()
    assert kept.suffix == ".zip" and kept.read_bytes() == b"1"
    assert any(note.startswith("bob/vae.zip cannot be unpacked") for note in notes)


def test_two_files_of_one_name_are_both_kept(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive, pytest.warns(UserWarning):
        archive.writestr("ada/x.zip", b"1")
        archive.writestr("ada/x.zip", b"2")
        archive.writestr("bob.zip", b"3")
    folder, _ = open_class(tmp_path / "all.zip")
    assert contents(folder) == {"ada/x.zip": b"1", "ada/x-2.zip": b"2", "bob.zip": b"3"}


def test_a_download_without_room_on_the_disk_or_damaged_leaves_nothing_behind(
    tmp_path, monkeypatch
):
    path = pack(tmp_path / "all.zip", {"ada.zip": b"x"})
    usage = shutil.disk_usage(tmp_path)._replace(free=0)
    monkeypatch.setattr(class_zip.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(RosterError, match="no room"):
        open_class(path)
    path.write_bytes(b"PK no zip")
    with pytest.raises(RosterError, match="damaged, or no zip"):
        open_class(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_no_zip_is_one_sentence(tmp_path):
    path = make(tmp_path, "all.rar") / "all.rar"
    with pytest.raises(RosterError, match="neither a folder nor a zip file"):
        open_class(path)
