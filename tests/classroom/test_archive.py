"""The command `archive`: it moves all of a year, or nothing, and never without saying so."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.classroom.archive import move_all
from autograder.classroom.results.store import Store

CONFIG = """
c = get_config()
c.CourseDirectory.db_url = "sqlite:///{folder}/gradebook.db"
"""
YEAR = ("gradebook.db", "submitted/ada.zip", "autograded/ada.ipynb", "graded/ada.json")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course after a year, as the working directory."""
    (tmp_path / "nbgrader_config.py").write_text(CONFIG.format(folder=tmp_path))
    for name in (*YEAR, "solutions/02_vae.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def archive(*arguments):
    """Run the command."""
    return CliRunner().invoke(app, ["archive", *map(str, arguments)])


def files(folder):
    """List the files of a folder, without locks."""
    paths = (path for path in Path(folder).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in paths if path.name != ".lock"}


def test_a_year_is_moved_whole_and_the_masters_stay(course):
    done = archive("2026", "--yes")
    assert done.exit_code == 0, done.output
    assert files(course / "archive" / "2026") == set(YEAR)
    rest = {"nbgrader_config.py", "solutions/02_vae.ipynb"}
    assert {each for each in files(course) if not each.startswith("archive")} == rest
    assert all((course / "archive/2026" / name).read_text() == name for name in YEAR)


def test_it_says_what_it_will_move_and_moves_nothing_without_a_yes(course):
    before = files(course)
    done = archive("2026")
    assert done.exit_code == 3
    assert all(name.split("/")[0] in done.output for name in YEAR)
    assert files(course) == before


def test_what_a_platforms_zip_was_unpacked_to_is_moved_with_it(course):
    download = {"download.zip", "download/ada.zip", "download-2/.unpacked-from"}
    for name in (*download, "download/.unpacked-from", "notes/mine.txt"):
        (course / name).parent.mkdir(exist_ok=True)
        (course / name).write_text(name)
    assert archive("2026", "--yes").exit_code == 0
    moved = files(course / "archive" / "2026")
    assert moved == {*YEAR, *download, "download/.unpacked-from"}
    assert (course / "notes" / "mine.txt").exists()


@pytest.mark.parametrize("name", ["../2026", "a/b", ".hidden"])
def test_the_name_of_a_year_is_no_path(course, name):
    assert archive(name, "--yes").exit_code == 2
    assert (course / "gradebook.db").exists()


def test_an_earlier_archive_is_never_touched(course):
    (course / "archive" / "2026").mkdir(parents=True)
    (course / "archive" / "2026" / "mine").write_text("Mine.")
    assert archive("2026", "--yes").exit_code == 2
    assert files(course / "archive") == {"2026/mine"} and (course / "gradebook.db").exists()


def test_while_a_class_is_graded_nothing_is_moved(course):
    before = files(course)
    with Store(course / "graded"):
        done = archive("2026", "--yes")
    assert done.exit_code == 1 and "wait" in done.output
    assert files(course) == before


def test_a_course_without_anything_to_move_says_so(course):
    archive("2026", "--yes")
    assert archive("2027", "--yes").exit_code == 2


def test_where_one_part_cannot_be_moved_all_stay(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    with pytest.raises(OSError):
        move_all([tmp_path / "a", tmp_path / "none", tmp_path / "b"], tmp_path / "archive" / "2026")
    assert files(tmp_path) == {"a/file", "b/file"}
