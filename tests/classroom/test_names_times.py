"""Names of students and times of submission: students choose them, and can harm no result."""

import os

import pytest

from autograder.classroom.gradebook import sync
from autograder.classroom.gradebook.writer import readable_time
from autograder.classroom.intake.roster import Entry
from tests.classroom.class_world import automatic, make_course, open_gradebook, run_here
from tests.classroom.stub_grading import submit


@pytest.fixture
def grade(tmp_path, monkeypatch):
    """Grade the class of a course in tmp_path → (exit code, what was printed)."""
    make_course(tmp_path)
    return lambda: run_here(tmp_path, monkeypatch)


@pytest.mark.parametrize("name", ["gradebook", "merged", "waiting", "notebooks"])
def test_a_student_may_be_called_as_one_of_our_files(grade, tmp_path, name):
    submit(tmp_path / "submitted" / name / "vae", points=(1, 0))
    grade()
    assert grade()[1].splitlines()[-1] == "1 student, 1 as before."


def test_a_time_of_submission_is_a_short_plain_file(tmp_path):
    time = "2024-01-02 12:00:00 UTC"
    (tmp_path / "text").write_text(time)
    (tmp_path / "long").write_text("x" * 1000)
    (tmp_path / "link").symlink_to(tmp_path / "text")
    os.mkfifo(tmp_path / "pipe")
    expected = {"text": time, "long": "x" * 100, "link": None, "pipe": None, "nowhere": None}
    for name, text in expected.items():
        assert sync._read_timestamp(Entry("ada", (), tmp_path / name)) == text, name


TIMES = {
    "2024-01-02 12:00:00 UTC": True,
    "2024-01-02 12:00:00.123456 Europe/Berlin": True,
    "2024-01-02T12:00:00+02:00": True,
    "2024-01-02 12:00:00 /etc/passwd": False,
    "2024-01-02 12:00:00 ../../../etc/passwd": False,
    "0001-01-01 00:00:00 86000": False,
    "2024-01-02 12:00:00 99999999999999999999": False,
    "yesterday": False,
    "": False,
}


@pytest.mark.parametrize("text", TIMES)
def test_only_what_nbgrader_can_read_is_a_time(text):
    assert readable_time(text) == (text if TIMES[text] else None)


def test_a_time_that_cannot_be_read_is_said_and_left_out(grade, tmp_path):
    folder = submit(tmp_path / "submitted" / "ada" / "vae", points=(1, 0))
    (folder / "timestamp.txt").write_text("2024-01-02 12:00:00 /proc/kmsg")
    code, printed = grade()
    assert code == 0 and "ada: timestamp.txt holds no time, and is left out." in printed
    assert automatic(tmp_path) == {"ada": (1, 0)}
    with open_gradebook(tmp_path) as gradebook:
        assert gradebook.find_submission("vae", "ada").timestamp is None
    assert grade()[1].splitlines()[-1] == "1 student, 1 as before."
