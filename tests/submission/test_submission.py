"""A folder is read as a Submission whatever is in it: which file is which notebook, and a sentence
on each defect.
"""

import json
import os

import nbformat
import nbformat.v4 as v4
import pytest

from autograder.assignment import NOTEBOOKS
from autograder.submission import folder as module
from autograder.submission import read_submission
from autograder.submission.folder import SubmissionError
from autograder.submission.identify import meant_by
from benchmarks.samples import is_solution
from tests.paths import RELEASE

VAE, LOSS = "02_vae.ipynb", "03_loss.ipynb"


def notebook(*sources):
    return v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])


def write(path, value=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (
        value
        if isinstance(value, str)
        else json.dumps(notebook("x = 1") if value is None else value)
    )
    path.write_text(text, encoding="utf-8")


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
    with pytest.raises(
        SubmissionError, match=r"holds none of the seven notebooks .*07_discussion.ipynb\)\.$"
    ):
        read_submission(tmp_path)
    (tmp_path / "submission.zip").write_bytes(b"")
    with pytest.raises(SubmissionError, match="unpack the zip file first"):
        read_submission(tmp_path)
    with pytest.raises(SubmissionError, match="is not a folder"):
        read_submission(tmp_path / "nowhere")


def test_a_broken_or_missing_notebook_is_a_note_and_the_others_are_read(folder):
    write(folder / LOSS, "{")
    (folder / VAE).unlink()
    submission = read_submission(folder)
    assert submission.notes == (f"{VAE} is missing.", f"{LOSS} cannot be read as a notebook.")
    assert len(submission.notebooks) == 5


def test_links_out_of_the_folder_and_huge_files_are_not_read(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    write(outside / VAE)
    (outside / "secret.pt").write_bytes(b"x")
    (folder / VAE).unlink()
    (folder / VAE).symlink_to(outside / VAE)
    (folder / "deeper").symlink_to(outside)
    (folder / "vae.pt").symlink_to(outside / "secret.pt")
    with (folder / "cvae.pt").open("wb") as file:
        file.truncate(51 * 2**20)
    with (folder / LOSS).open("wb") as file:
        file.truncate(201 * 2**20)
    (folder / "folder.pt").mkdir()
    submission = read_submission(folder)
    assert submission.weights == ()
    assert submission.notes == (
        f"{VAE} is a link to a file outside the folder.",
        f"{LOSS} is larger than 200 MB.",
        "cvae.pt is larger than 50 MB.",
        "folder.pt is not a file.",
        "vae.pt is a link to a file outside the folder.",
    )


def test_a_loop_of_links_is_a_note(folder):
    (folder / VAE).unlink()
    (folder / VAE).symlink_to(VAE)
    assert len(read_submission(folder).notes) == 1


def test_a_flood_of_notebooks_does_not_keep_the_right_ones_from_being_read(folder, monkeypatch):
    monkeypatch.setattr(module, "MAX_FILES", 9)
    for number in range(20):
        write(folder / f"02_vae ({number}).ipynb")
        write(folder / ("a" * (number + 1)) / f"{number}.ipynb")
    assert tuple(read_submission(folder).notebooks) == NOTEBOOKS


NAMES = {
    VAE: [
        "02_vae.ipynb",
        "02_vae (1).ipynb",
        "02_vae(12).ipynb",
        "02_vae-Copy1.ipynb",
        "Copy of 02_vae.ipynb",
        "02_VAE.IPYNB",
        "02_vae - Kopie.ipynb",
        "2 vae.ipynb",
        "02-vae_final_v3.ipynb",
        "Ada Lovelace_02_vae.ipynb",
        "02_vae.ipynb.txt",
        "02_vae.json",
        "Kopie von 02_vae.ipynb",
        "４２_02_vae.ipynb",
    ],
    "05_latent_space.ipynb": [
        "05_latent_space.ipynb",
        "05 Latent Space (2).ipynb",
        "5-latent-space.ipynb",
    ],
    "06_cvae.ipynb": ["06_cvae.ipynb", "06_CVAE-Copy3.ipynb"],
    None: [
        "02_cvae.ipynb",
        "12_vae.ipynb",
        "02_vae.py",
        "02_vae.pdf",
        "02_vae and 03_loss.ipynb",
        "notes.ipynb",
        "02_vaexyz.ipynb",
        "submission.json",
        "",
    ],
}


@pytest.mark.parametrize(
    "meant, name", [(meant, name) for meant, names in NAMES.items() for name in names]
)
def test_what_a_files_name_means(meant, name):
    assert meant_by(name) == meant


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
    found.cells = found.cells[:10] if part == 1 else found.cells[10:]
    return found


def merged(*names):
    """One notebook that holds all cells of several."""
    found = released(names[0], "all")
    found.cells = [cell for name in names for cell in released(name, "all").cells]
    return found


# What lies in the folder, the later the newer → what each notebook holds that was read, and the
# notes.
CHOICES = {
    "another name": (
        {"02_vae (1).ipynb": released(VAE, 1)},
        {VAE: [1]},
        f"{VAE} is missing; 02_vae (1).ipynb was read in its place.",
    ),
    "capitals": (
        {"02_VAE.IPYNB": released(VAE, 1)},
        {VAE: [1]},
        "02_VAE.IPYNB was read in its place.",
    ),
    "a wholly other name": (
        {"final.ipynb": released(VAE, 1)},
        {VAE: [1]},
        "final.ipynb was read in its place.",
    ),
    "a wholly other name and no marks": (
        {"final.ipynb": released(VAE, 1, keep_marks=False)},
        {VAE: [1]},
        "final.ipynb was read in its place.",
    ),
    "a wholly other name, nothing to write": (
        {"a.ipynb": released("01_data.ipynb")},
        {"01_data.ipynb": []},
        "01_data.ipynb is missing; a.ipynb was read in its place.",
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
        f"{VAE}: of several files {VAE} was read, not 02_vae-Copy1",
    ),
    "an answered copy and the untouched release": (
        {"02_vae-Copy1.ipynb": released(VAE, 2), VAE: released(VAE)},
        {VAE: [2]},
        f"{VAE} holds no answer; 02_vae-Copy1.ipynb was read in its place.",
    ),
    "an untouched copy and the untouched release": (
        {VAE: released(VAE), "02_vae-Copy1.ipynb": released(VAE)},
        {VAE: []},
        f"{VAE} was read, not 02_vae-Copy1.ipynb.",
    ),
    "an answered copy and a broken file": (
        {VAE: "{", "02_vae-Copy1.ipynb": released(VAE, 2)},
        {VAE: [2]},
        f"{VAE} cannot be read as a notebook; 02_vae-Copy1.ipynb was read in its place.",
    ),
    "a broken copy alone": (
        {"02_vae (1).ipynb": "{", LOSS: released(LOSS, 3)},
        {LOSS: [3]},
        f"{VAE} is missing, and 02_vae (1).ipynb cannot be read as a notebook.",
    ),
    "two copies": (
        {"02_vae (9).ipynb": released(VAE, 9), "02_vae (10).ipynb": released(VAE, 10)},
        {VAE: [10]},
        f"{VAE}: of several files 02_vae (10).ipynb was read, not 02_vae (9).ipynb.",
    ),
    "two copies, the lower number is newer": (
        {"02_vae (2).ipynb": released(VAE, 2), "02_vae (1).ipynb": released(VAE, 1)},
        {VAE: [1]},
        "not 02_vae (2)",
    ),
    "02 saved as 03": (
        {LOSS: released(VAE, 1)},
        {VAE: [1]},
        f"{LOSS} holds the cells of {VAE}, and its own are in no",
    ),
    "02 saved as 03, and 02": (
        {VAE: released(VAE, 1), LOSS: released(VAE, 2)},
        {VAE: [1]},
        f"{LOSS} holds the cells of {VAE}, and its own are in no other file.",
    ),
    "02 and 03 exchanged": (
        {VAE: released(LOSS, 3), LOSS: released(VAE, 2)},
        {VAE: [2], LOSS: [3]},
        f"{VAE} holds the cells of {LOSS}; {LOSS} was read in its place.",
    ),
    "an untouched notebook and one that builds on it": (
        {VAE: released(VAE), "04_training.ipynb": released("04_training.ipynb", 1)},
        {VAE: [], "04_training.ipynb": [1]},
        None,
    ),
    "all in one": (
        {"all.ipynb": merged(VAE, LOSS)},
        {VAE: ["all"], LOSS: ["all"]},
        "all.ipynb was read in its place",
    ),
    "all in one of them, the others untouched": (
        {VAE: merged(VAE, LOSS), LOSS: released(LOSS)},
        {VAE: ["all"], LOSS: ["all"]},
        f"{LOSS} holds no answer; {VAE} was read in its place.",
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
        f"{VAE} (read from 02_vae (1).ipynb) is cut off or damaged in line 1; the cells that",
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
        write(tmp_path / name, value)
        os.utime(tmp_path / name, (1e9 + age, 1e9 + age))
    submission = read_submission(tmp_path)
    assert list(submission.notebooks) == list(expected)
    for name, versions in expected.items():
        text = "\n".join(cell.source for cell in submission.notebooks[name].cells)
        assert [
            v
            for v in (1, 2, 3, 9, 10, "all", "part 1", "part 2")
            if f"return {v!r}\n" in f"{text}\n"
        ] == versions
    absent = {f"{name} is missing." for name in NOTEBOOKS}
    remarks = [remark for remark in submission.notes if remark not in absent]
    assert note in " ".join(remarks) if note else remarks == []
