"""All of nbgrader's ways to a release: they erase no work, and give away nothing of the key."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import v4, write
from nbgrader.api import Base, Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from sqlalchemy import create_engine

from autograder.release.generate import WriteRelease
from tests.paths import ROOT

SECRETS = ("vae.pt", "cvae.pt", "team-vae.zip", "team-vae.pdf", "notes.html", ".env")


def master(grade_id="answer"):
    """A notebook with one answer; nbgrader refuses one without an id."""
    marks = {"grade": False, "solution": True, "locked": False, "grade_id": grade_id}
    marks["schema_version"] = 3
    cell = v4.new_code_cell("### BEGIN SOLUTION\n1\n### END SOLUTION")
    cell.metadata.nbgrader = marks
    return v4.new_notebook(cells=[cell])


@pytest.fixture
def course(tmp_path):
    """A course of two notebooks, with files of the instructor's beside them."""
    folder = tmp_path / "solutions" / "vae"
    folder.mkdir(parents=True)
    for name in ("02_vae", "03_loss"):
        write(master(), folder / f"{name}.ipynb")
    for name in ("lab.py", *SECRETS):
        (folder / name).write_text(name)
    return tmp_path


def release(course, force=True, gradebook=False, **settings):
    """Generate the release of a course, as nbgrader does."""
    folders = {"source_directory": "solutions", "release_directory": "notebooks"}
    names = {"root": str(course), "assignment_id": "vae", **folders, **settings}
    converter = WriteRelease(coursedir=CourseDirectory(**names), no_database=not gradebook)
    converter.force, converter.with_checks = force, True
    if not gradebook:
        steps = WriteRelease.preprocessors.default()
        converter.preprocessors = [step for step in steps if step is not SaveCells]
    converter.start()
    return course / "notebooks" / "vae"


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


RELEASED = ["02_vae.ipynb", "03_loss.ipynb", "checks.zip", "lab.py"]


def test_the_release_has_the_checks_and_nothing_of_the_instructors(course):
    folder = release(course)
    assert names_in(folder) == RELEASED
    assert names_in(folder.parent) == ["vae", "vae.sha256"]
    assert names_in(release(course)) == RELEASED


def test_work_in_the_release_stops_it_in_one_sentence(course):
    folder = release(course)
    (folder / "02_vae.ipynb").write_text("my work")
    with pytest.raises(NbGraderException, match="not of the last release: 02_vae.ipynb; move"):
        release(course)
    assert (folder / "02_vae.ipynb").read_text() == "my work"
    assert names_in(folder.parent) == ["vae", "vae.sha256"]


def test_a_release_that_fails_leaves_the_old_one(course):
    folder = release(course)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    write(master(grade_id=""), course / "solutions/vae/03_loss.ipynb")
    (course / "solutions/vae/lab.py").write_text("newer")
    with pytest.raises(NbGraderException):
        release(course)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert names_in(folder.parent) == ["vae", "vae.sha256"]


def test_a_release_that_fails_leaves_the_gradebook_as_it_was(course):
    url = f"sqlite:///{course / 'gradebook.db'}"
    Base.metadata.create_all(create_engine(url))
    with Gradebook(url, "vae-course") as gradebook:
        gradebook.add_assignment("vae", course_id="vae-course")
    broken = course / "solutions/vae/03_loss.ipynb"
    write(master(grade_id=""), broken)
    settings = {"gradebook": True, "db_url": url, "course_id": "vae-course"}
    with pytest.raises(NbGraderException):
        release(course, **settings)
    assert notebooks_in(url) == [] and not (course / "notebooks" / "vae").exists()
    write(master(), broken)
    assert names_in(release(course, **settings)) == RELEASED
    assert notebooks_in(url) == ["02_vae", "03_loss"]


def notebooks_in(url):
    with Gradebook(url, "vae-course") as gradebook:
        return sorted(each.name for each in gradebook.find_assignment("vae").notebooks)


def test_one_notebook_alone_is_made_anew_and_the_others_stay(course):
    folder = release(course)
    before = (folder / "03_loss.ipynb").read_bytes()
    write(v4.new_notebook(), course / "solutions/vae/02_vae.ipynb")
    write(v4.new_notebook(), course / "solutions/vae/03_loss.ipynb")
    release(course, notebook_id="02_vae")
    assert names_in(folder) == RELEASED
    assert b"YOUR CODE HERE" not in (folder / "02_vae.ipynb").read_bytes()
    assert (folder / "03_loss.ipynb").read_bytes() == before


def test_without_force_a_release_that_is_there_stays(course):
    folder = release(course)
    (folder / "lab.py").write_text("my work")
    release(course, force=False)
    assert (folder / "lab.py").read_text() == "my work"


# The Formgrader's button Generate, inside its event loop.
BUTTON = """
import asyncio
from nbgrader.apps.api import NbGraderAPI
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension

async def press():
    app = FormgradeExtension()
    app.initialize([])
    return NbGraderAPI(app.coursedir, parent=app).generate_assignment("vae", force=True)

result = asyncio.run(press())
print(result.get("log", ""))
raise SystemExit(not result["success"])
"""
BIN = Path(sys.executable).parent
# A make that takes this environment for ready, whatever is newer.
MAKE = ["make", "release", f"VENV={BIN.parent}", "--old-file", f"{BIN.parent}/ready"]
WAYS = {
    "make": MAKE,
    "the line without make": [
        *(sys.executable, "-m", "nbgrader", "generate_assignment", "vae", "--force")
    ],
    "the Formgrader": [sys.executable, "-c", BUTTON],
}


@pytest.fixture(scope="module")
def real_course(tmp_path_factory):
    """A copy of what a release is made with."""
    folder = tmp_path_factory.mktemp("course")
    left_out = shutil.ignore_patterns("__pycache__", "data")
    for name in ("solutions", "autograder", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=left_out)
    for name in ("nbgrader_config.py", "Makefile"):
        shutil.copy(ROOT / name, folder)
    (folder / "solutions/vae/my-vae.pdf").write_text("handed in")
    return folder


def call(command, folder):
    unset = ("MPLBACKEND", "PYTHONPATH")
    environment = {key: value for key, value in os.environ.items() if key not in unset}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", WAYS.values(), ids=WAYS)
def test_each_way_keeps_work_and_the_key_to_itself(real_course, command):
    folder = real_course / "notebooks" / "vae"
    released = names_in(folder)
    work = folder / "vae.pt"
    work.write_text("trained for an hour")
    code, said = call(command, real_course)
    assert code != 0 and "not of the last release: vae.pt; move" in said
    assert work.read_text() == "trained for an hour"
    work.unlink()
    (folder / "README.md").unlink()
    assert call(command, real_course)[0] == 0
    assert names_in(folder) == released
