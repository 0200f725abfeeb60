"""Submissions from a student's folder to the grader's: nothing gets out, and sizes are limited."""

import io
import os
import stat
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.intake import bundle, unpacking
from autograder.classroom.intake.bundle import Bundle, File, digest_of, read_bundle
from autograder.classroom.intake.entries import Entry, Source, read_uploads
from autograder.classroom.intake.unpacking import unpack_bundle
from autograder.errors import SubmissionError

LINK = zipfile.ZipInfo("02_vae.ipynb")
LINK.external_attr = (stat.S_IFLNK | 0o777) << 16
WHOLE = b'{"cells": []}'
ONE_NOTEBOOK = ("02_vae.ipynb", WHOLE)


def packed(*members, method=zipfile.ZIP_DEFLATED):
    """The bytes of a zip of (name or ZipInfo, contents)."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return raw.getvalue()


def unpack(folder, *files):
    """Unpack a submission of (path, bytes) → ({path: contents} of the files written, notes)."""
    folder.mkdir(exist_ok=True)
    target = folder / "submission"
    bundle_files = tuple(File(path, data, 10**18) for path, data in files)
    notes = unpack_bundle(Bundle("ada", bundle_files), target)
    found = [path for path in target.rglob("*") if path.is_file()]
    return {path.relative_to(target).as_posix(): path.read_bytes() for path in found}, notes


REFUSED = {
    "a path above": ([("../02_vae.ipynb", b"x")], "would lie outside of it"),
    "a path above, by backslashes": ([("..\\..\\02_vae.ipynb", b"x")], "would lie outside of it"),
    "a path above, in the middle": ([("a/../../02_vae.ipynb", b"x")], "would lie outside of it"),
    "an absolute path": ([("/tmp/02_vae.ipynb", b"x")], "would lie outside of it"),
    "another drive": ([("C:\\02_vae.ipynb", b"x")], "would lie outside of it"),
    "a path above, of another file": ([("../../.bashrc", b"x")], "would lie outside of it"),
    "a link": ([(LINK, b"/etc/passwd")], "is a link or a device"),
    "a bomb": ([("02_vae.ipynb", b"0" * (60 * 2**20))], "over 100 times its size"),
}


@pytest.mark.parametrize("members, phrase", REFUSED.values(), ids=REFUSED)
def test_a_zip_that_attacks_is_refused_and_nothing_is_outside(tmp_path, members, phrase):
    with pytest.raises(SubmissionError, match=phrase):
        unpack(tmp_path, ("submission.zip", packed(*members)))
    assert [path.name for path in tmp_path.iterdir()] == ["submission"]
    assert not any((tmp_path / "submission").rglob("*.ipynb"))


def test_limits_hold_for_all_zips_together(tmp_path, monkeypatch):
    zips = [(f"{n}.zip", packed(("02_vae.ipynb", b"123456"), ("a.py", b""))) for n in range(2)]
    unpack(tmp_path / "fits", *zips)
    monkeypatch.setattr(unpacking, "MAX_UNPACKED", 10)
    with pytest.raises(SubmissionError, match="1.zip unpacks to 0 MB; 0 MB are allowed"):
        unpack(tmp_path / "large", *zips)
    monkeypatch.setattr(unpacking, "MAX_MEMBERS", 3)
    with pytest.raises(SubmissionError, match="1.zip holds more than 3 files"):
        unpack(tmp_path / "many", *zips)


def test_a_zip_that_lies_about_its_sizes_gives_no_more_than_it_says(tmp_path):
    data = b"0" * 2**20
    true_size, wrong_size = struct.pack("<L", len(data)), struct.pack("<L", 10)
    raw = packed(("02_vae.ipynb", data)).replace(true_size, wrong_size)
    found, (note,) = unpack(tmp_path, ("submission.zip", raw))
    assert found == {} and "02_vae.ipynb in submission.zip is damaged" in note


IRRELEVANT = (
    ("photo.png", b"x"),
    (".ipynb_checkpoints/02_vae.ipynb", b"x"),
    ("__MACOSX/02_vae.ipynb", b"x"),
    ("venv/lib/a.py", b"x"),
    ("02_vae/utils.py", b"x"),
)
UNPACKED = {  # files of the submission, files that are written, notes
    "one zip": ([("submission.zip", packed(ONE_NOTEBOOK))], {"02_vae.ipynb": WHOLE}, ()),
    "a module of one's own beside notebooks": (
        [("s.zip", packed(("ada/02_vae.ipynb", WHOLE), ("ada/u.py", b"x"), ("lib/v.py", b"x")))],
        {"ada/02_vae.ipynb": WHOLE, "ada/u.py": b"x"},
        (),
    ),
    "a module that is too large": (
        [("s.zip", packed(ONE_NOTEBOOK, ("u.py", b"#" * (2**20 + 1))))],
        {"02_vae.ipynb": WHOLE},
        ("u.py in s.zip is larger than 1 MB, and was left out.",),
    ),
    "folders in it": (
        [("s.zip", packed(("ada/vae/02_vae.ipynb", WHOLE)))],
        {"ada/vae/02_vae.ipynb": WHOLE},
        (),
    ),
    "Windows' separators": (
        [("s.zip", packed(("vae\\02_vae.ipynb", WHOLE)))],
        {"vae/02_vae.ipynb": WHOLE},
        (),
    ),
    "a zip beside notebooks": (
        [("02_vae.ipynb", b"a"), ("s.zip", packed(("02_vae.ipynb", b"b")))],
        {"02_vae.ipynb": b"a", "s/02_vae.ipynb": b"b"},
        (),
    ),
    "a zip whose folder is there already": (
        [("s/02_vae.ipynb", b"a"), ("s.zip", packed(("02_vae.ipynb", b"b")))],
        {"s/02_vae.ipynb": b"a", "s-1/02_vae.ipynb": b"b"},
        (),
    ),
    "a zip in a zip": (
        [("s.zip", packed(("s.zip", packed(ONE_NOTEBOOK))))],
        {"02_vae.ipynb": WHOLE},
        (),
    ),
    "zips in zips in zips": (
        [("a.zip", packed(("b.zip", packed(("c.zip", packed(ONE_NOTEBOOK))))))],
        {},
        ["c.zip lies too deep in other zips, and was not unpacked."],
    ),
    "what nobody reads": (
        [("s.zip", packed(ONE_NOTEBOOK, *IRRELEVANT))],
        {"02_vae.ipynb": WHOLE},
        (),
    ),
    "no zip at all": (
        [("s.zip", b"Rar!")],
        {},
        ["s.zip is damaged, or no zip file (File is not a zip file)."],
    ),
    "another packing": (
        [("s.zip", packed(ONE_NOTEBOOK, method=zipfile.ZIP_LZMA))],
        {},
        ["02_vae.ipynb in s.zip is packed in an unusual way; deflate is the usual one."],
    ),
    "a name that is too long": (
        [("s.zip", packed((f"{'x' * 300}.ipynb", WHOLE), ONE_NOTEBOOK))],
        {"02_vae.ipynb": WHOLE},
        [f"{'x' * 300}.ipynb in s.zip cannot be unpacked (File name too long)."],
    ),
}


@pytest.mark.parametrize("files, written, notes", UNPACKED.values(), ids=UNPACKED)
def test_zips_are_unpacked_where_the_grader_looks(tmp_path, files, written, notes):
    assert unpack(tmp_path, *files) == (written, list(notes))


def test_a_damaged_or_locked_file_costs_only_itself(tmp_path):
    members = ("02_vae.ipynb", b"0123456789"), ("03_loss.ipynb", WHOLE)
    raw = bytearray(packed(*members, method=zipfile.ZIP_STORED))
    raw[raw.index(b"0123456789")] ^= 1
    found, (note,) = unpack(tmp_path / "damaged", ("s.zip", bytes(raw)))
    assert found == {"03_loss.ipynb": WHOLE} and "02_vae.ipynb in s.zip is damaged" in note
    locked = bytearray(packed(ONE_NOTEBOOK))
    locked[locked.index(b"PK\1\2") + 8] |= 1  # the flag of encryption
    found, notes = unpack(tmp_path / "locked", ("s.zip", bytes(locked)))
    assert notes == ["02_vae.ipynb in s.zip is protected by a password."]


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
def test_a_damaged_zip_is_reported_and_never_raises_another_error(tail, index, value):
    raw = bytearray(packed(ONE_NOTEBOOK, ("a/03_loss.ipynb", WHOLE * 9)) + tail)
    raw[index % len(raw)] = value
    with tempfile.TemporaryDirectory() as folder:
        try:
            unpack(Path(folder), ("s.zip", bytes(raw)))
        except SubmissionError as error:
            assert str(error).startswith("s.zip")
        assert os.listdir(folder) == ["submission"]


def test_files_keep_the_time_of_their_change(tmp_path):
    dated = zipfile.ZipInfo("02_vae.ipynb", (2024, 5, 6, 7, 8, 10))
    undated = zipfile.ZipInfo("03_loss.ipynb", (1980, 0, 0, 0, 0, 0))
    unpack(tmp_path, ("s.zip", packed((dated, WHOLE), (undated, WHOLE))))
    modified = (tmp_path / "submission" / "02_vae.ipynb").stat().st_mtime
    assert 1_714_900_000 < modified < 1_715_100_000


def entry(*paths):
    return Entry("ada", tuple(Source(path, path.name if path.is_file() else "") for path in paths))


def tree(folder, files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def paths(found):
    return [file.path for file in found.files]


def test_a_bundle_holds_what_may_be_read_and_names_what_it_leaves_out(tmp_path, monkeypatch):
    files = {"a.ipynb": b"1", "sub/b.ipynb": b"2", "sub/deep/er/still/c.ipynb": b"3"}
    folder = tree(tmp_path / "ada", files)
    (folder / "photo.png").write_bytes(b"x")
    (folder / "work.rar").write_bytes(b"x")
    (folder / ".hidden.ipynb").write_bytes(b"x")
    (tmp_path / "secret.ipynb").write_bytes(b"secret")
    (folder / "link.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (folder / "inside.ipynb").symlink_to(folder / "a.ipynb")
    (folder / "loop.ipynb").symlink_to(folder / "loop.ipynb")
    os.mkfifo(folder / "pipe.ipynb")
    monkeypatch.setitem(bundle.MAX_BYTES, ".pt", 0)
    (folder / "vae.pt").write_bytes(b"x")
    found = read_bundle(entry(folder))
    assert paths(found) == ["a.ipynb", "inside.ipynb", "sub/b.ipynb"]
    assert b"secret" not in b"".join(file.data for file in found.files)
    said = {note.split()[0]: note for note in found.notes}
    assert said.keys() == {"link.ipynb", "loop.ipynb", "pipe.ipynb", "vae.pt", "work.rar"}
    assert "a link to a file outside" in said["link.ipynb"]
    assert "only zip files are" in said["work.rar"]


def test_a_submission_is_bounded(tmp_path, monkeypatch):
    files = {"a.ipynb": b"1" * 10, "b.ipynb": b"2" * 10, "c.ipynb": b"3" * 10}
    folder = tree(tmp_path / "ada", files)
    monkeypatch.setattr(bundle, "MAX_TOTAL", 25)
    assert paths(read_bundle(entry(folder))) == ["a.ipynb", "b.ipynb"]
    monkeypatch.setattr(bundle, "MAX_FILES", 1)
    found = read_bundle(entry(folder))
    assert paths(found) == ["a.ipynb"]
    assert found.notes[0] == "b.ipynb was left out, since the submission is too large."


def test_two_sources_of_a_student_do_not_hide_each_other(tmp_path):
    first = tree(tmp_path / "one", {"a.ipynb": b"1"})
    second = tree(tmp_path / "two", {"a.ipynb": b"2"})
    assert paths(read_bundle(entry(first, second))) == ["1/a.ipynb", "2/a.ipynb"]
    one, two = first / "a.ipynb", second / "a.ipynb"
    assert paths(read_bundle(entry(one, two))) == ["2-a.ipynb", "a.ipynb"]


def test_the_digest_is_of_paths_and_contents_only(tmp_path):
    folder = tree(tmp_path / "ada", {"a.ipynb": b"1", "b.ipynb": b"2"})
    before = digest_of(entry(folder))
    os.utime(folder / "a.ipynb", (0, 0))
    (folder / "photo.png").write_bytes(b"x")
    assert digest_of(entry(folder)) == before == read_bundle(entry(folder)).digest
    assert read_bundle(entry(folder)).size == 2
    swapped = tree(tmp_path / "bob", {"a.ipynb": b"2", "b.ipynb": b"1"})
    assert digest_of(entry(swapped)) != before


def test_modules_of_ones_own_come_along_and_those_of_libraries_do_not(tmp_path, monkeypatch):
    folder = tmp_path / "ada"
    names = ("02_vae.ipynb", "a_utils.py", "library/b.py", "more/03_loss.ipynb", "more/c.py")
    tree(folder, {name: b"x" for name in names})
    assert paths(read_bundle(entry(folder))) == [
        "02_vae.ipynb",
        "more/03_loss.ipynb",
        "a_utils.py",
        "more/c.py",
    ]
    monkeypatch.setattr(bundle, "MAX_FILES", 2)
    found = read_bundle(entry(folder))
    assert paths(found) == ["02_vae.ipynb", "more/03_loss.ipynb"]
    assert found.notes[0] == "a_utils.py was left out, since the submission is too large."


def test_exported_modules_belong_to_their_student(tmp_path):
    for number, name in enumerate(("02_vae.ipynb", "utils.py"), 67890):
        (tmp_path / f"lovelaceada_12345_{number}_{name}").write_bytes(b"x")
    (found,), _ = read_uploads(tmp_path)
    assert paths(read_bundle(Entry("ada", found.sources))) == ["02_vae.ipynb", "utils.py"]
