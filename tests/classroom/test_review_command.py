"""The command `autograder review`: what it says where nothing can be marked, and what it starts."""

import shutil
import socket

import pytest
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.classroom.review import command
from tests.classroom.class_world import copy_course, make_course
from tests.classroom.review_world import hand_in


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("template"))


@pytest.fixture
def course(template, tmp_path, monkeypatch):
    monkeypatch.chdir(copy_course(template, tmp_path / "course"))
    return tmp_path / "course"


@pytest.fixture
def review(monkeypatch):
    """Call the command → exit code, error sentence, and the desk and port that it serves."""
    served = []
    monkeypatch.setattr(
        command,
        "_serve",
        lambda desk, listener, browser, console: served.append((desk, listener.getsockname())),
    )

    def review(*options):
        result = CliRunner().invoke(app, ["review", "--no-browser", *options])
        return result.exit_code, result.stderr.strip(), served

    return review


def test_without_a_gradebook_a_sentence_says_what_comes_first(course, review):
    (course / "gradebook.db").unlink()
    code, sentence, _ = review()
    assert code == 1 and sentence.endswith(
        "`python -m autograder class SUBMITTED_DIR` comes first."
    )
    assert not (course / "gradebook.db").exists()


def test_where_nobody_is_graded_a_sentence_says_so(course, review):
    assert review()[:2] == (
        1,
        "Nobody is graded yet: `python -m autograder class SUBMITTED_DIR` comes first.",
    )


def test_a_gradebook_that_is_none_is_a_sentence(course, review):
    (course / "gradebook.db").write_bytes(b"no database at all")
    code, sentence, _ = review()
    assert code == 1 and sentence.startswith("The gradebook says: file is not a database")


def test_a_port_that_is_taken_is_a_sentence(course, review):
    with socket.socket() as taken:
        taken.bind((command.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, sentence, _ = review("--port", str(port))
    assert code == 1 and sentence == f"Port {port} is taken: choose another one with --port."


def test_the_pages_are_on_this_machine_alone_and_know_the_ta(course, review):
    hand_in(course, ada="Because.")
    code, _, [(desk, (host, port))] = review("--ta", " Ann  Lee ", "--sample", "4")
    assert code == 0 and host == "127.0.0.1" and port >= command.PORT
    assert (desk.book.ta, desk.sample) == ("Ann Lee", 4)


def test_without_the_master_copy_answers_can_still_be_marked(course, review):
    shutil.rmtree(course / "source", ignore_errors=True)
    hand_in(course, ada="Because.")
    _, _, [(desk, _)] = review()
    (question,) = desk.questions.values()
    assert question.rubric == "" and desk.find_next(desk.read_sheets(question.task))


def test_the_token_does_not_stand_in_a_command_line(tmp_path):
    page = command._write_redirect(tmp_path, "http://127.0.0.1:1/?token=secret")
    assert (
        "secret" not in page.as_uri() and "url=http://127.0.0.1:1/?token=secret" in page.read_text()
    )
