"""A new release replaces the last one whole, and nothing else is ever erased."""

import os
from pathlib import Path

import pytest

from autograder.release import folder as folders
from autograder.release.folder import ReleaseFolder, WorkInTheWay


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.txt").write_bytes(text.encode())
    return folder


@pytest.fixture
def released(tmp_path):
    """A folder with a release of the files a and b."""
    folder = ReleaseFolder(tmp_path / "vae")
    folder.replace_with(write(tmp_path / "new", a="1\n", b="2\n"))
    return folder


def snapshot(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in Path(folder).rglob("*")
        if path.is_file()
    }


def test_the_last_release_is_no_work(released):
    assert released.foreign_files() == []
    released.require_no_work()


def test_a_new_release_replaces_the_last_one_whole(released, tmp_path):
    released.replace_with(write(tmp_path / "new", a="3\n", c="4\n"))
    assert snapshot(released.path) == {"a.txt": b"3\n", "c.txt": b"4\n"}
    assert released.foreign_files() == []


def change(folder):
    write(folder, a="mine\n")


def add(folder):
    write(folder / "sub", c="mine\n")


def link(folder):
    (folder / "linked").symlink_to(folder.parent)


WORK = {"changed": (change, "a.txt"), "added": (add, "sub/c.txt"), "linked": (link, "linked")}


@pytest.mark.parametrize("work, name", WORK.values(), ids=WORK)
def test_work_in_the_folder_is_named_and_stays_as_it_is(released, tmp_path, work, name):
    work(released.path)
    before = snapshot(released.path)
    with pytest.raises(WorkInTheWay, match=f"not of the last release: {name};"):
        released.require_no_work()
    with pytest.raises(WorkInTheWay):
        released.replace_with(write(tmp_path / "new", a="3\n"))
    assert snapshot(released.path) == before
    assert released.foreign_files() == [name]


def test_a_folder_without_a_list_is_all_work(tmp_path):
    folder = ReleaseFolder(write(tmp_path / "vae", a="1\n"))
    assert folder.foreign_files() == ["a.txt"]


def test_what_git_writes_into_a_list_that_it_could_not_merge_lists_nothing(released):
    lines = released.list_path.read_text().splitlines(keepends=True)
    kept = [line for line in lines if "b.txt" in line]
    released.list_path.write_text("".join(["<<<<<<< HEAD\n", *kept, "=======\n", ">>>>>>> main\n"]))
    assert released.foreign_files() == ["a.txt"]


def test_many_files_are_counted(tmp_path):
    names = {f"f{number:02}": "x" for number in range(12)}
    with pytest.raises(WorkInTheWay, match="f07.txt and 4 more;"):
        ReleaseFolder(write(tmp_path / "vae", **names)).require_no_work()


def test_a_deleted_file_is_no_work(released):
    (released.path / "a.txt").unlink()
    released.require_no_work()


@pytest.mark.parametrize("name", [".ipynb_checkpoints", "__pycache__", ".idea"])
def test_what_looking_leaves_behind_is_no_work(released, tmp_path, name):
    write(released.path / name, x="?")
    released.replace_with(write(tmp_path / "new", a="3\n"))
    assert not (released.path / name).exists()


@pytest.mark.parametrize("name", ["data", ".venv"])
def test_what_was_downloaded_moves_into_the_new_release(released, tmp_path, name):
    write(released.path / name, x="large")
    released.replace_with(write(tmp_path / "new", a="3\n"))
    assert (released.path / name / "x.txt").read_bytes() == b"large"


def test_line_ends_of_windows_are_no_work_but_bytes_of_a_zip_are(tmp_path):
    folder = ReleaseFolder(tmp_path / "vae")
    folder.replace_with(write(tmp_path / "new", a="1\n", b="\0\n"))
    write(folder.path, a="1\r\n", b="\0\r\n")
    assert folder.foreign_files() == ["b.txt"]


def test_a_swap_that_fails_leaves_the_old_release_with_its_downloads(
    released, tmp_path, monkeypatch
):
    write(released.path / "data", x="large")
    before, new = snapshot(released.path), write(tmp_path / "new", a="3\n")
    rename = Path.rename

    def fail(path, target):
        if path == new:
            raise PermissionError("open in another program")
        return rename(path, target)

    monkeypatch.setattr(folders.Path, "rename", fail)
    with pytest.raises(PermissionError):
        released.replace_with(new)
    assert snapshot(released.path) == before
    assert released.foreign_files() == []


def test_work_saved_while_the_release_is_made_is_seen_by_the_swap(released, tmp_path):
    released.require_no_work()
    change(released.path)
    with pytest.raises(WorkInTheWay):
        released.replace_with(write(tmp_path / "new", a="3\n"))
    assert (released.path / "a.txt").read_text() == "mine\n"


def test_the_room_beside_is_on_the_same_disk_and_is_removed(tmp_path):
    with ReleaseFolder(tmp_path / "vae").room_beside() as room:
        assert os.stat(room).st_dev == os.stat(tmp_path).st_dev
    assert list(tmp_path.iterdir()) == []
