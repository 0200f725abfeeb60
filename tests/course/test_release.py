"""What students get is generated from the masters, asks for every answer, and contains none."""

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.assignment import NOTEBOOKS, TASKS
from tests.paths import RELEASE, ROOT, SOLUTIONS


def cells_of(folder, name):
    return nbformat.read(folder / name, as_version=4).cells


def graded(cell):
    return cell.metadata.get("nbgrader", {}).get("grade", False)


@pytest.mark.parametrize("folder", [SOLUTIONS, RELEASE])
def test_notebooks_hold_exactly_the_tasks_of_the_table_28_points_in_all(folder):
    found = {
        cell.metadata.nbgrader.grade_id: (name, cell.metadata.nbgrader.points)
        for name in NOTEBOOKS
        for cell in cells_of(folder, name)
        if graded(cell)
    }
    assert found == {task.id: (task.notebook, task.points) for task in TASKS if task.id}
    assert sum(points for _, points in found.values()) == 28


def test_release_is_what_nbgrader_generates_from_the_masters(tmp_path):
    for name in ("solutions", "autograder"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "data")
        )
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "vae"],
        cwd=tmp_path,
        check=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
    )
    folder = tmp_path / "notebooks" / "vae"
    generated = {path.name: path.read_text() for path in folder.iterdir() if path.suffix != ".pt"}
    committed = {path.name: path.read_text() for path in RELEASE.iterdir() if path.is_file()}
    assert committed.keys() == generated.keys()
    assert [name for name in committed if committed[name] != generated[name]] == []


REGION = re.compile(r"BEGIN (?:SOLUTION|HIDDEN TESTS|MARK SCHEME)[^\n]*\n(.*?)\n[^\n]*END ", re.S)


def given_and_secret(name):
    """The lines of a master that students may read, and those that only an instructor may read,
    each without blanks.

    Secret are solution regions, hidden tests and rubrics, whole model answers, and the instructor's
    own cells.
    """
    given, secret = set(), set()
    for cell in cells_of(SOLUTIONS, name):
        whole = "instructor-only" in cell.metadata.get("tags", []) or (
            graded(cell) and cell.cell_type == "markdown"
        )
        secret |= {
            line.strip()
            for part in [cell.source] * whole + REGION.findall(cell.source)
            for line in part.splitlines()
        }
        given |= (
            set() if whole else {line.strip() for line in REGION.sub("", cell.source).splitlines()}
        )
    return given, secret


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_release_contains_no_line_of_an_answer(name):
    given, secret = given_and_secret(name)
    released = "\n".join(cell.source for cell in cells_of(RELEASE, name))
    assert [line for line in secret - given if len(line) > 15 and line in released] == []
    assert not re.search("SOLUTION|HIDDEN|MARK SCHEME|autograder|[Ii]nstructor only", released)


def test_release_carries_no_outputs_and_no_trained_weights():
    assert not list(RELEASE.glob("*.pt"))
    assert not any(cell.get("outputs") for name in NOTEBOOKS for cell in cells_of(RELEASE, name))


@pytest.mark.slow
def test_untouched_release_fails_only_where_an_answer_is_awaited(tmp_path):
    shutil.copytree(RELEASE, tmp_path, dirs_exist_ok=True)
    env = {**os.environ, "LAB_PROFILE": "quick"}
    for name in NOTEBOOKS:
        notebook = nbformat.read(tmp_path / name, as_version=4)
        resources = {"metadata": {"path": str(tmp_path)}}
        NotebookClient(notebook, allow_errors=True, timeout=120, resources=resources).execute(
            env=env
        )
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        failures = [
            (output.ename, cell.source)
            for cell in cells
            for output in cell.outputs
            if output.output_type == "error"
        ]
        # the stub itself; an earlier notebook's stub, in one sentence; a name that such a cell
        # should have made
        assert {ename for ename, _ in failures} <= {
            "NotImplementedError",
            "LabError",
            "NameError",
        }, failures
        awaiting = any("NotImplementedError" in cell.source for cell in cells)
        assert bool(failures) == awaiting, (name, failures)
