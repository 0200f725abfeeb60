"""Tests of packing: what the zip holds, what is said of each file, and that nothing is refused."""

import os
import zipfile

import pytest

from autograder.submission import read_submission
from tests.course.small_cells import code, words
from tests.paths import SOLUTIONS


@pytest.fixture
def pack(load_module, monkeypatch, tmp_path, capsys):
    """A function that packs the current folder, without a browser, and returns what is printed."""

    def run():
        handin = load_module("handin")
        monkeypatch.setattr(load_module("printout"), "_print", lambda *_: None)
        handin.pack_submission()
        return capsys.readouterr().out

    return run


def named(tmp_path, ending):
    return [path.name for path in tmp_path.glob(f"*{ending}")]


WHO = 'names = ["Ada", "Bob"]\ngroup = "{}"'


@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("7", "7-vae.zip"),
        ("Grüppe 7/b", "Gruppe-7-b-vae.zip"),
        ("../../etc", "etc-vae.zip"),
        ("", "vae-submission.zip"),
        ("???", "vae-submission.zip"),
    ],
)
def test_zip_is_named_after_the_group_in_letters_that_every_system_allows(
    pack, write, tmp_path, group, name
):
    write("01_data.ipynb", code(WHO.format(group)))
    pack()
    assert named(tmp_path, ".zip") == [name]


def test_zip_holds_notebooks_weights_own_modules_and_the_document_and_nothing_else(
    pack, write, tmp_path
):
    write("01_data.ipynb", code(WHO.format(7)))
    write("02_vae.ipynb", code("x = 1"))
    write("02_vae-Copy1.ipynb", code("x = 1"))
    for other in ("vae.pt", "utils.py", "lab.py", "diary.txt"):
        (tmp_path / other).write_bytes(b"")
    printed = pack()
    assert zipfile.ZipFile(tmp_path / "7-vae.zip").namelist() == [
        "01_data.ipynb",
        "02_vae.ipynb",
        "vae.pt",
        "utils.py",
        "7-vae.html",
    ]
    assert "Not packed, since the names are not those of the seven: 02_vae-Copy1.ipynb" in printed
    assert "Names: Ada, Bob; group: 7" in printed


def test_grader_finds_the_submission_in_the_unpacked_zip(pack, write, tmp_path):
    write("01_data.ipynb", code(WHO.format(2)))
    write("02_vae.ipynb", code("class VAE:\n    pass", "vae"))
    pack()
    zipfile.ZipFile(tmp_path / "2-vae.zip").extractall(tmp_path / "unpacked")
    submission = read_submission(tmp_path / "unpacked")
    assert set(submission.notebooks) == {"01_data.ipynb", "02_vae.ipynb"}
    assert not [note for note in submission.notes if "vae.html" in note]


def test_names_and_group_that_are_empty_are_told_and_nothing_is_refused(pack, write, tmp_path):
    write("01_data.ipynb", code('names = ["", ""]\ngroup = ""'))
    assert "The names and the group are empty" in pack()
    write("01_data.ipynb", code('names = ["Ada", ""]\ngroup = ""'))
    assert "The group is empty" in pack()
    assert named(tmp_path, ".zip") == ["vae-submission.zip"]


REMARKS = {
    "an open answer": ([code("raise NotImplementedError()")], "1 answer not yet written"),
    "open words": ([words("YOUR ANSWER HERE", name) for name in "ab"], "2 answers not yet written"),
    "empty words": ([words("", "a-question")], "1 empty answer"),
    "a cell not run": ([code("x = 1", run=False)], "1 cell not run"),
    "an error": ([code("x", error=("NameError", "x"))], "1 cell with an error"),
    "words that mention the mark": ([words("`YOUR ANSWER HERE` waits")], ""),
    "the cell that packs": ([code("pack_submission()", run=False)], ""),
    "the cell for Colab": ([code('"google.colab" in sys.modules', run=False)], ""),
    "all is well": ([code("x = 1"), words("Because.", "a-question")], ""),
}


@pytest.mark.parametrize(("cells", "remark"), REMARKS.values(), ids=REMARKS)
def test_each_notebook_is_listed_with_its_time_and_what_it_leaves_open(
    pack, write, tmp_path, cells, remark
):
    os.utime(write("03_loss.ipynb", *cells), (1_700_000_000, 1_700_000_000))
    (line,) = [line for line in pack().splitlines() if line.startswith("03_loss.ipynb")]
    assert " Nov, " in line and line.rstrip().endswith(remark or line[-6:])
    assert bool(remark) == ("   " in line[23:])


def test_missing_and_broken_files_are_told(pack, write, tmp_path):
    (tmp_path / "05_latent_space.ipynb").write_text("{")
    printed = pack()
    assert "04_training.ipynb      missing" in printed
    assert "cvae.pt                missing: run 06_cvae.ipynb to its end" in printed
    assert "   cannot be read as a notebook: open it in JupyterLab" in printed


def test_files_older_than_what_they_were_made_from_are_told(pack, write, tmp_path):
    for age, name in enumerate(["vae.pt", "02_vae.ipynb", "05_latent_space.ipynb"]):
        path = write(name, code("x = 1"))
        os.utime(path, (1_700_000_000 + 100 * age,) * 2)
    lines = {line.split()[0]: line for line in pack().splitlines() if line[:1].strip()}
    assert "older than 02_vae.ipynb" in lines["vae.pt"]
    assert "run 04_training.ipynb again" in lines["vae.pt"]
    assert "older" not in lines["05_latent_space.ipynb"]


def test_an_earlier_zip_and_document_are_named_before_they_are_replaced(pack, write, tmp_path):
    write("01_data.ipynb", code(WHO.format("7")))
    assert "replaced" not in pack()
    said = pack()
    assert "7-vae.zip of " in said and "7-vae.html of " in said
    assert said.count("is replaced by a new one.") == 2


def test_a_document_that_fails_stops_nothing(pack, load_module, write, monkeypatch, tmp_path):
    write("02_vae.ipynb", code("x = 1"))
    handin = load_module("handin")

    def fail(*_):
        raise ValueError("no such style")

    monkeypatch.setattr(load_module("printout"), "printable_document", fail)
    handin.pack_submission()
    assert zipfile.ZipFile(tmp_path / "vae-submission.zip").namelist() == ["02_vae.ipynb"]


def test_all_modules_of_the_course_are_known_as_such(load_module):
    assert set(load_module("handin").COURSE_MODULES) == {
        path.name for path in SOLUTIONS.glob("*.py")
    }
