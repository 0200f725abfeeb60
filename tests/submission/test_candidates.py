"""Of several files, the right one is read as each notebook, and each doubt is a note."""

import json
import os

import nbformat
import pytest

from autograder.assignment import NOTEBOOKS
from autograder.submission import read_submission
from benchmarks.samples import is_solution
from tests.paths import RELEASE
from tests.submission.written_files import LOSS, VAE, write_notebook

# What stubs return in the notebooks below, to tell the files apart.
VERSIONS = (1, 2, 3, 9, 10, "all", "part 1", "part 2")


def released(name, version=None, keep_marks=True):
    """A released notebook in which each stub returns `version`; None leaves the stubs."""
    found = nbformat.read(RELEASE / name, as_version=4)
    for cell in found.cells:
        if version is not None and is_solution(cell):
            cell.source = cell.source.replace("raise NotImplementedError()", f"return {version!r}")
            cell.source = cell.source.replace("YOUR ANSWER HERE", f"My answer {version}.")
        if not keep_marks:
            cell.metadata.pop("nbgrader", None)
    return found


def half(part):
    """One of two files into which an answered 06_cvae was split."""
    found = released("06_cvae.ipynb", f"part {part}")
    middle = len(found.cells) // 2
    found.cells = found.cells[:middle] if part == 1 else found.cells[middle:]
    return found


def merged(*names):
    """One notebook that holds all cells of several."""
    found = released(names[0], "all")
    found.cells = [cell for name in names for cell in released(name, "all").cells]
    return found


# Files in a folder, the newest last → the versions in each notebook that was read, and the notes.
CHOICES = {
    "another name": (
        {"02_vae (1).ipynb": released(VAE, 1)},
        {VAE: [1]},
        f"{VAE} is missing; 02_vae (1).ipynb was read instead.",
    ),
    "capitals": (
        {"02_VAE.IPYNB": released(VAE, 1)},
        {VAE: [1]},
        "02_VAE.IPYNB was read instead.",
    ),
    "a wholly other name": (
        {"final.ipynb": released(VAE, 1)},
        {VAE: [1]},
        "final.ipynb was read instead.",
    ),
    "a wholly other name and no marks": (
        {"final.ipynb": released(VAE, 1, keep_marks=False)},
        {VAE: [1]},
        "final.ipynb was read instead.",
    ),
    "a wholly other name, nothing to write": (
        {"a.ipynb": released("01_data.ipynb")},
        {"01_data.ipynb": []},
        "01_data.ipynb is missing; a.ipynb was read instead.",
    ),
    "a subfolder": ({"vae/02_vae.ipynb": released(VAE, 1)}, {VAE: [1]}, None),
    "folders of systems": (
        {
            "__MACOSX/02_vae.ipynb": "",
            ".ipynb_checkpoints/02_vae.ipynb": released(VAE, 2),
            "a/b/._02_vae.ipynb": "",
            "a/b/02_vae.ipynb": released(VAE, 1),
        },
        {VAE: [1]},
        None,
    ),
    "an answered copy and the exact name": (
        {VAE: released(VAE, 1), "02_vae-Copy1.ipynb": released(VAE, 2)},
        {VAE: [1]},
        f"{VAE}: several files look like it; {VAE} was read, not 02_vae-Copy1.ipynb.",
    ),
    "an answered copy and the untouched release": (
        {"02_vae-Copy1.ipynb": released(VAE, 2), VAE: released(VAE)},
        {VAE: [2]},
        f"{VAE} contains no answer; 02_vae-Copy1.ipynb was read instead.",
    ),
    "an untouched copy and the untouched release": (
        {VAE: released(VAE), "02_vae-Copy1.ipynb": released(VAE)},
        {VAE: []},
        f"{VAE} was read, not 02_vae-Copy1.ipynb.",
    ),
    "an answered copy and a broken file": (
        {VAE: "{", "02_vae-Copy1.ipynb": released(VAE, 2)},
        {VAE: [2]},
        f"{VAE} cannot be read as a notebook; 02_vae-Copy1.ipynb was read instead.",
    ),
    "a broken copy alone": (
        {"02_vae (1).ipynb": "{", LOSS: released(LOSS, 3)},
        {LOSS: [3]},
        f"{VAE} is missing, and 02_vae (1).ipynb cannot be read as a notebook.",
    ),
    "two copies": (
        {"02_vae (9).ipynb": released(VAE, 9), "02_vae (10).ipynb": released(VAE, 10)},
        {VAE: [10]},
        f"{VAE}: several files look like it; 02_vae (10).ipynb was read, not 02_vae (9).ipynb.",
    ),
    "two copies, the lower number is newer": (
        {"02_vae (2).ipynb": released(VAE, 2), "02_vae (1).ipynb": released(VAE, 1)},
        {VAE: [1]},
        "not 02_vae (2)",
    ),
    "02 saved as 03": (
        {LOSS: released(VAE, 1)},
        {VAE: [1]},
        f"{LOSS} contains the cells of {VAE}, and its own cells are in no other file.",
    ),
    "02 saved as 03, and 02": (
        {VAE: released(VAE, 1), LOSS: released(VAE, 2)},
        {VAE: [1]},
        f"{LOSS} contains the cells of {VAE}, and its own cells are in no other file.",
    ),
    "02 and 03 exchanged": (
        {VAE: released(LOSS, 3), LOSS: released(VAE, 2)},
        {VAE: [2], LOSS: [3]},
        f"{VAE} contains the cells of {LOSS}; {LOSS} was read instead.",
    ),
    "an untouched notebook and one that builds on it": (
        {VAE: released(VAE), "04_training.ipynb": released("04_training.ipynb", 1)},
        {VAE: [], "04_training.ipynb": [1]},
        None,
    ),
    "all in one": (
        {"all.ipynb": merged(VAE, LOSS)},
        {VAE: ["all"], LOSS: ["all"]},
        "all.ipynb was read instead",
    ),
    "all in one of them, the others untouched": (
        {VAE: merged(VAE, LOSS), LOSS: released(LOSS)},
        {VAE: ["all"], LOSS: ["all"]},
        f"{LOSS} contains no answer; {VAE} was read instead.",
    ),
    "one in two": (
        {"06_cvae a.ipynb": half(1), "06_cvae b.ipynb": half(2)},
        {"06_cvae.ipynb": ["part 1", "part 2"]},
        "was put together from 06_cvae a.ipynb and 06_",
    ),
    "a file that was cut off": (
        {VAE: json.dumps(released(VAE, 1))[:9000]},
        {VAE: [1]},
        f"{VAE} is cut off or damaged",
    ),
    "a copy that was cut off": (
        {"02_vae (1).ipynb": json.dumps(released(VAE, 1))[:9000]},
        {VAE: [1]},
        f"{VAE} (read from 02_vae (1).ipynb) is cut off or damaged in line 1; only its",
    ),
    "two students": (
        {
            "ada/02_vae.ipynb": released(VAE, 1),
            "ada/03_loss.ipynb": released(LOSS, 1),
            "bob/02_vae.ipynb": released(VAE, 2),
            "bob/03_loss.ipynb": "",
        },
        {VAE: [1], LOSS: [1]},
        "The notebooks in the folder ada were read; those in the folder bob were not.",
    ),
    "two students with as many": (
        {"ada/02_vae.ipynb": released(VAE, 1), "bob/02_vae.ipynb": released(VAE, 2)},
        {VAE: [2]},
        "in the folder bob were read; those in the folder ada were not.",
    ),
    "the release beside the work": (
        {VAE: released(VAE), "mine/02_vae.ipynb": released(VAE, 1)},
        {VAE: [1]},
        "in the folder mine were read; those in the folder itself were not.",
    ),
    "an old version in a subfolder": (
        {VAE: released(VAE, 1), "old/02_vae.ipynb": released(VAE, 2)},
        {VAE: [1]},
        "in the folder itself were read; those in the folder old were not.",
    ),
}


@pytest.mark.parametrize("files, expected, note", CHOICES.values(), ids=CHOICES)
def test_which_file_is_which_notebook(tmp_path, files, expected, note):
    for age, (name, value) in enumerate(files.items()):
        write_notebook(tmp_path / name, value)
        os.utime(tmp_path / name, (1e9 + age, 1e9 + age))
    submission = read_submission(tmp_path)
    assert list(submission.notebooks) == list(expected)
    for name, versions in expected.items():
        text = "\n".join(cell.source for cell in submission.notebooks[name].cells)
        assert [each for each in VERSIONS if f"return {each!r}\n" in f"{text}\n"] == versions
    absent = {f"{name} is missing." for name in NOTEBOOKS}
    remarks = [remark for remark in submission.notes if remark not in absent]
    assert note in " ".join(remarks) if note else remarks == []
