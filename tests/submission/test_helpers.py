"""A student's own modules come with the notebooks, and take the place of nobody else's."""

import os

import pytest

from autograder.submission import read_submission
from autograder.submission_limits import MAX_HELPER_BYTES, MAX_HELPERS
from tests.submission.written_files import LOSS, VAE, write_notebook


@pytest.fixture
def release(tmp_path):
    """A release with one notebook and a module."""
    folder = tmp_path / "release"
    write_notebook(folder / VAE)
    (folder / "lab.py").write_text("released = True")
    return folder


@pytest.fixture
def read(tmp_path, release):
    """A function that reads a submission with these modules: {name: text} → names, notes."""

    def read_modules(modules):
        folder = tmp_path / "ada"
        for name in (VAE, LOSS):
            write_notebook(folder / name)
        for name, text in modules.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        submission = read_submission(folder, release)
        notes = [note for note in submission.notes if "missing" not in note]
        return [path.name for path in submission.helpers], notes

    return read_modules


def test_modules_beside_the_notebooks_are_read_and_named(read):
    names, notes = read({"utils.py": "x = 1", "more.py": "", "deeper/other.py": "", "data.csv": ""})
    assert names == ["more.py", "utils.py"]
    assert notes == [
        "The submission's own modules lie beside the notebooks as they run: more.py, utils.py."
    ]


def test_files_that_no_notebook_can_import_are_none(read):
    assert read({"02_vae.py": "x = 1", "my-utils.py": ""}) == ([], [])


@pytest.mark.parametrize("name", ["lab.py", "answers.py", "curves.py"])
def test_the_courses_own_modules_are_the_graders(read, release, name):
    (release / name).write_text("released = True")
    assert read({name: "released = True"}) == ([], [])
    names, (note,) = read({name: "changed = True"})
    assert names == []
    assert note == f"{name} has the name of one of the course's modules: the grader used its own."


@pytest.mark.parametrize(
    "name", ["torch.py", "random.py", "d2l.py", "sitecustomize.py", "x_config.py"]
)
def test_a_module_with_the_name_of_a_library_is_not_read_and_named(read, name):
    names, (note,) = read({name: ""})
    assert names == []
    assert note == f"{name} has a name that Python or a library uses, and was not read."


def test_what_is_too_large_or_too_many_is_left_out_and_named(read):
    names, notes = read({"large.py": "#" * (MAX_HELPER_BYTES + 1), "small.py": ""})
    assert names == ["small.py"] and notes[0] == "large.py is larger than 1 MB."
    names, notes = read({f"m{number:02}.py": "" for number in range(MAX_HELPERS + 1)})
    assert len(names) == MAX_HELPERS
    assert f"was not read, because there are more than {MAX_HELPERS} modules." in notes[1]


def test_a_link_out_of_the_folder_is_not_followed(read, tmp_path):
    (tmp_path / "secret.py").write_text("x = 1")
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "utils.py").symlink_to(tmp_path / "secret.py")
    os.symlink("/dev/zero", tmp_path / "ada" / "lab.py")
    names, notes = read({})
    assert names == []
    assert notes == [
        "lab.py has the name of one of the course's modules: the grader used its own.",
        "utils.py is a link to a file outside the folder.",
    ]
