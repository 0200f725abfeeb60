"""A folder is read as a Submission whatever is in it, with a sentence on each defect."""

import pytest

from autograder.assignment import NOTEBOOKS
from autograder.submission import folder as folder_module
from autograder.submission import read_submission
from autograder.submission.folder import SubmissionError
from tests.submission.written_files import LOSS, VAE, write_notebook


@pytest.fixture
def folder(tmp_path):
    for name in NOTEBOOKS:
        write_notebook(tmp_path / name)
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
    write_notebook(folder / LOSS, "{")
    (folder / VAE).unlink()
    submission = read_submission(folder)
    assert submission.notes == (f"{VAE} is missing.", f"{LOSS} cannot be read as a notebook.")
    assert len(submission.notebooks) == 5


def test_links_out_of_the_folder_and_huge_files_are_not_read(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    write_notebook(outside / VAE)
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
    monkeypatch.setattr(folder_module, "MAX_FILES", 9)
    for number in range(20):
        write_notebook(folder / f"02_vae ({number}).ipynb")
        write_notebook(folder / ("a" * (number + 1)) / f"{number}.ipynb")
    assert tuple(read_submission(folder).notebooks) == NOTEBOOKS
