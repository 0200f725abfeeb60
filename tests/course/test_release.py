"""Tests of the release: generated from the masters, asks for every answer, contains none."""

import os
import re
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.assignment import NOTEBOOKS, TASKS
from tests.paths import RELEASE, ROOT, SOLUTIONS


def cells_of(folder, name):
    return nbformat.read(folder / name, as_version=4).cells


def is_graded(cell):
    return cell.metadata.get("nbgrader", {}).get("grade", False)


@pytest.mark.parametrize("folder", [SOLUTIONS, RELEASE])
def test_notebooks_hold_exactly_the_tasks_of_the_table_28_points_in_all(folder):
    found = {
        cell.metadata.nbgrader.grade_id: (name, cell.metadata.nbgrader.points)
        for name in NOTEBOOKS
        for cell in cells_of(folder, name)
        if is_graded(cell)
    }
    assert found == {task.id: (task.notebook, task.points) for task in TASKS}
    assert sum(points for _, points in found.values()) == 28


def test_release_is_what_nbgrader_generates_from_the_masters(tmp_path):
    left_out = shutil.ignore_patterns("__pycache__", "data")
    for name in ("solutions", "autograder"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=left_out)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "vae"],
        cwd=tmp_path,
        check=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
    )
    folder = tmp_path / "notebooks" / "vae"
    generated, committed = contents(folder), contents(RELEASE)
    assert committed.keys() == generated.keys()
    assert [name for name in committed if committed[name] != generated[name]] == []


def contents(folder):
    """Return {name: content} of a folder's files but weights; of a zip, what it holds.

    Two versions of zlib may compress the same text to other bytes.
    """
    paths = [path for path in folder.iterdir() if path.is_file() and path.suffix != ".pt"]
    return {path.name: unzipped(path) or path.read_bytes() for path in paths}


def unzipped(path):
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


REGION = re.compile(r"BEGIN (?:SOLUTION|HIDDEN TESTS|MARK SCHEME)[^\n]*\n(.*?)\n[^\n]*END ", re.S)


def given_and_secret(name):
    """The lines of a master that students may read, and those that only an instructor may read.

    Secret are solution regions, hidden tests and rubrics, whole model answers, and the instructor's
    own cells.
    """
    given, secret = set(), set()
    for cell in cells_of(SOLUTIONS, name):
        is_model_answer = is_graded(cell) and cell.cell_type == "markdown"
        if is_model_answer or "instructor-only" in cell.metadata.get("tags", []):
            secret |= stripped_lines(cell.source)
        else:
            given |= stripped_lines(REGION.sub("", cell.source))
        for region in REGION.findall(cell.source):
            secret |= stripped_lines(region)
    return given, secret


def stripped_lines(text):
    return {line.strip() for line in text.splitlines()}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_release_contains_no_line_of_an_answer(name):
    given, secret = given_and_secret(name)
    released = "\n".join(cell.source for cell in cells_of(RELEASE, name))
    assert [line for line in secret - given if len(line) > 15 and line in released] == []
    assert not re.search("SOLUTION|HIDDEN|MARK SCHEME|autograder|[Ii]nstructor only", released)


def test_release_carries_no_outputs_and_no_trained_weights():
    assert not list(RELEASE.glob("*.pt"))
    assert not any(cell.get("outputs") for name in NOTEBOOKS for cell in cells_of(RELEASE, name))


# The stub; an earlier notebook's, in one sentence; what `check` says of a stub; a name that such
# a cell should define.
EXPECTED_ERRORS = {"NotImplementedError", "LabError", "NotYet", "NameError"}


@pytest.mark.slow
def test_untouched_release_fails_only_where_an_answer_is_awaited(tmp_path):
    shutil.copytree(RELEASE, tmp_path, dirs_exist_ok=True)
    resources = {"metadata": {"path": str(tmp_path)}}
    for name in NOTEBOOKS:
        notebook = nbformat.read(tmp_path / name, as_version=4)
        client = NotebookClient(notebook, allow_errors=True, timeout=120, resources=resources)
        client.execute(env={**os.environ, "LAB_PROFILE": "quick"})
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        failures = [
            (output.ename, cell.source)
            for cell in cells
            for output in cell.outputs
            if output.output_type == "error"
        ]
        assert {error for error, _ in failures} <= EXPECTED_ERRORS, failures
        awaiting = any("NotImplementedError" in cell.source for cell in cells)
        assert bool(failures) == awaiting, (name, failures)
