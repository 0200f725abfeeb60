"""A folder is read as a Submission whatever is in it, and locked cells are put back."""

import json

import nbformat.v4 as v4
import pytest

from autograder.assignment import NOTEBOOKS
from autograder.submission import SubmissionError, is_test, read_notebook, read_submission, restore


def cell(source, grade_id=None, *, locked=False, grade=False, solution=False):
    marks = {"grade_id": grade_id, "locked": locked, "grade": grade, "solution": solution, "schema_version": 3}
    return v4.new_code_cell(source, metadata={"nbgrader": marks} if grade_id else {})


def notebook(*cells):
    return v4.new_notebook(cells=list(cells))


def write(path, value=None):
    path.write_text(json.dumps(notebook(cell("x = 1")) if value is None else value), encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    for name in NOTEBOOKS:
        write(tmp_path / name)
    return tmp_path


def test_seven_notebooks_and_their_weights_are_read_without_a_note(folder):
    (folder / "vae.pt").write_bytes(b"weights")
    submission = read_submission(folder)
    assert tuple(submission.notebooks) == NOTEBOOKS
    assert [path.name for path in submission.weights] == ["vae.pt"]
    assert submission.notes == ()


def test_a_folder_without_notebooks_is_one_sentence(tmp_path):
    with pytest.raises(SubmissionError, match="holds none of the seven notebooks"):
        read_submission(tmp_path)
    with pytest.raises(SubmissionError, match="is not a folder"):
        read_submission(tmp_path / "nowhere")


BROKEN = {
    "is empty": "",
    "has no cells": json.dumps(notebook()),
    "is not a text file in UTF-8": b"\xff\xfe\x00",
    "cannot be read as a notebook": "{",
    "cannot be read as a notebook (a list)": "[]",
    "cannot be read as a notebook (other JSON)": '{"cells": 3, "nbformat": 4}',
    "cannot be read as a notebook (nested too deep)": "[" * 100_000,
    "cannot be read as a notebook (a source that is a number)": json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {},
            "cells": [{"cell_type": "code", "source": 3, "metadata": {}}],
        }
    ),
    "cannot be read as a notebook (marks that are a list)": json.dumps(
        notebook(v4.new_markdown_cell("x", metadata={"nbgrader": []}))
    ),
}


@pytest.mark.parametrize("said, content", BROKEN.items(), ids=BROKEN)
def test_a_broken_notebook_is_a_note_and_the_others_are_read(folder, said, content):
    (folder / "03_loss.ipynb").write_bytes(content if isinstance(content, bytes) else content.encode())
    submission = read_submission(folder)
    assert submission.notes == (f"03_loss.ipynb {said.split(' (')[0]}.",)
    assert len(submission.notebooks) == 6


def test_a_missing_notebook_is_named_and_a_renamed_one_is_guessed(folder):
    (folder / "03_loss.ipynb").unlink()
    (folder / "02_vae.ipynb").rename(folder / "02_vae (1).ipynb")
    notes = read_submission(folder).notes
    assert notes == ("02_vae.ipynb is missing (is it 02_vae (1).ipynb?).", "03_loss.ipynb is missing.")


def test_links_out_of_the_folder_and_huge_files_are_not_read(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.pt"
    outside.write_bytes(b"x")
    (folder / "vae.pt").symlink_to(outside)
    with (folder / "cvae.pt").open("wb") as file:
        file.truncate(51 * 2**20)
    (folder / "folder.pt").mkdir()
    submission = read_submission(folder)
    assert submission.weights == ()
    assert submission.notes == (
        "cvae.pt is larger than 50 MB.",
        "folder.pt is not a file.",
        "vae.pt is a link to a file outside the folder.",
    )


def test_old_formats_and_byte_order_marks_are_fine(tmp_path):
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {},
           "worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1\n", "y = 2"], "language": "python",
                                      "metadata": {}, "outputs": [], "prompt_number": 1}]}]}  # fmt: skip
    write(tmp_path / "old.ipynb", old)
    assert read_notebook(tmp_path / "old.ipynb").cells[0].source == "x = 1\ny = 2"
    (tmp_path / "bom.ipynb").write_text("\ufeff" + json.dumps(notebook(cell("x = 1"))), encoding="utf-8")
    assert read_notebook(tmp_path / "bom.ipynb").cells[0].source == "x = 1"


STUB = "raise NotImplementedError()"
RELEASED = notebook(
    cell("import torch", "setup", locked=True),
    cell(STUB, "answer", solution=True),
    cell("# check", "check", locked=True, grade=True),
    cell("the_end = 1", "end", locked=True),
)
SETUP, ANSWER, CHECK, END = RELEASED.cells

# What a student did to the cells → the sources after restoring.
EDITS = {
    "nothing": ([SETUP, ANSWER, CHECK, END], ["import torch", STUB, "# check", "the_end = 1"]),
    "an answer": (
        [SETUP, cell("x = 1", "answer", solution=True), CHECK, END],
        ["import torch", "x = 1", "# check", "the_end = 1"],
    ),
    "a locked cell edited": (
        [cell("import evil", "setup", locked=True), ANSWER, CHECK, END],
        ["import torch", STUB, "# check", "the_end = 1"],
    ),
    "a locked cell turned into text": (
        [v4.new_markdown_cell("import torch", metadata=SETUP.metadata), ANSWER, CHECK, END],
        ["import torch", STUB, "# check", "the_end = 1"],
    ),
    "locked cells deleted": (
        [cell("mine"), ANSWER, cell("more")],
        ["import torch", "mine", STUB, "# check", "the_end = 1", "more"],
    ),
    "own cells between": (
        [SETUP, cell("a"), ANSWER, cell("b"), CHECK, END],
        ["import torch", "a", STUB, "b", "# check", "the_end = 1"],
    ),
    "all marks lost": (
        [cell("import torch"), cell("x = 1"), cell("# check"), cell("the_end = 1")],
        ["import torch", "x = 1", "# check", "the_end = 1"],
    ),
    "a locked cell copied and changed": (
        [SETUP, cell("import numpy", "setup", locked=True), ANSWER, CHECK, END],
        ["import torch", "import numpy", STUB, "# check", "the_end = 1"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("cells, sources", EDITS.values(), ids=EDITS)
def test_locked_cells_are_as_released_and_the_rest_is_the_students(cells, sources):
    student = notebook(*cells)
    before = json.dumps(student)
    restored = restore(student, RELEASED)
    assert [c.source for c in restored.cells] == sources
    assert json.dumps(student) == before  # the original stays
    assert json.dumps(restore(restored, RELEASED)) == json.dumps(restored)


def test_a_copied_test_cell_is_still_a_test():
    restored = restore(notebook(SETUP, ANSWER, CHECK, cell("# check", "check", locked=True, grade=True), END), RELEASED)
    assert [is_test(c) for c in restored.cells] == [False, False, True, True, False]
