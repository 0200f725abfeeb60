"""Fingerprints: results depend on what grading uses, and on nothing else."""

import json

import pytest

from autograder.classroom.results.fingerprints import NOT_USED_BY_GRADING, course_hashes
from tests.test_architecture import PACKAGE, imported

CHANGES = {  # a file that changes → the hashes that change with it
    "autograder/__main__.py": set(),
    "autograder/classroom/run.py": set(),
    "solutions/vae/vae.pt": set(),
    "autograder/checks/losses.py": {"checks"},
    "autograder/text.py": {"checks"},
    "notebooks/vae/02_vae.ipynb": {"assignment"},
    "solutions/vae/lab.py": {"assignment"},
}


def test_hashes_are_of_what_can_change_a_result(tmp_path):
    for name in CHANGES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before")
    for name, expected in CHANGES.items():
        before = course_hashes(tmp_path)
        (tmp_path / name).write_text("after")
        after = course_hashes(tmp_path)
        assert {part for part in after if after[part] != before[part]} == expected, name


def change(notebook, cell, **parts):
    """Copy a notebook with parts of one cell changed."""
    cells = [dict(each) for each in notebook["cells"]]
    cells[cell] |= parts
    return {**notebook, "cells": cells}


MASTER = {
    "cells": [
        {"cell_type": "markdown", "source": ["A rubric"], "metadata": {}},
        {"cell_type": "code", "source": ["x = 1"], "outputs": [], "metadata": {}},
    ],
    "metadata": {},
}
GRADED = {"nbgrader": {"grade_id": "x-test", "grade": True, "points": 1}}


@pytest.mark.parametrize(
    ("after", "again"),
    [
        (change(MASTER, 0, source="A rubric, better"), False),
        (change(MASTER, 1, outputs=[{"text": "1"}], execution_count=3), False),
        (change(MASTER, 1, source="x = 1"), False),  # as one text
        ({**MASTER, "metadata": {"kernelspec": {}}}, False),
        (change(MASTER, 1, source="x = 2"), True),
        (change(MASTER, 1, cell_type="markdown"), True),
        (change(MASTER, 1, metadata=GRADED), True),
        (change(MASTER, 0, metadata={"tags": ["instructor-only"]}), True),
    ],
)
def test_only_code_of_a_notebook_and_what_its_cells_are_grades_a_class_again(
    tmp_path, after, again
):
    path = tmp_path / "solutions" / "vae" / "02_vae.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(MASTER))
    before = course_hashes(tmp_path)
    path.write_text(json.dumps(after))
    assert (course_hashes(tmp_path) != before) == again


def test_the_table_names_exactly_what_grading_does_not_import():
    modules = {path.relative_to(PACKAGE).parts[0] for path in PACKAGE.rglob("*.py")}
    unused = modules - used_by("grading") - {"__init__.py"}
    assert unused == NOT_USED_BY_GRADING


def used_by(package):
    """The files and folders of autograder/ that a package imports, directly or indirectly.

    All files of a folder count once one is imported: some are run by name, not imported.
    """
    used, unread = set(), [package]
    while unread:
        name = unread.pop()
        entry = name if (PACKAGE / name).is_dir() else f"{name}.py"
        if entry in used:
            continue
        used.add(entry)
        path = PACKAGE / entry
        for file in path.rglob("*.py") if path.is_dir() else [path]:
            unread += [names[1] for names in imported(file) if is_ours(names)]
    return used


def is_ours(names):
    return names[0] == "autograder" and len(names) > 1
