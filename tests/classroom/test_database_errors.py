"""A gradebook that is locked or cannot be written is one sentence, and nothing is lost."""

import contextlib
import sqlite3

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.classroom.errors import GradebookError
from autograder.classroom.gradebook.database_errors import gradebook_errors
from autograder.classroom.results.store import Store
from autograder.classroom.review import tables
from tests.classroom.class_world import automatic, make_course, run_here
from tests.classroom.stub_grading import submit

IN_USE = "The gradebook is in use by another program"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with one graded student, as the current folder."""
    make_course(tmp_path)
    submit(tmp_path / "submitted" / "ada" / "vae", (1, 0))
    assert run_here(tmp_path, monkeypatch)[0] == 0
    monkeypatch.chdir(tmp_path)
    # What waits for a lock shall not wait in tests.
    monkeypatch.setattr(tables, "BUSY_SECONDS", 0)
    connect = sqlite3.dbapi2.connect
    monkeypatch.setattr(
        sqlite3.dbapi2, "connect", lambda *args, **more: connect(*args, **more | {"timeout": 0})
    )
    return tmp_path


@contextlib.contextmanager
def locked(course):
    """Let another program write to the gradebook."""
    with contextlib.closing(sqlite3.connect(course / "gradebook.db", isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        yield


@pytest.mark.parametrize(
    "command", ["export --for csv", "feedback", "report", "review --no-browser"]
)
def test_a_locked_gradebook_is_one_sentence_of_every_command(course, command):
    with locked(course):
        result = CliRunner().invoke(app, command.split())
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert IN_USE in result.stderr and "do the same again" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_gradebook_locked_before_grading_stops_the_class_at_once(course, monkeypatch, capsys):
    submit(course / "submitted" / "bob" / "vae", (1, 1))
    with locked(course):
        assert run_here(course, monkeypatch)[0] == 1
    assert IN_USE in capsys.readouterr().err
    assert run_here(course, monkeypatch)[0] == 0 and automatic(course)["bob"] == (1, 1)


def test_a_gradebook_locked_while_grading_loses_no_result(course, monkeypatch):
    submit(course / "submitted" / "bob" / "vae", (1, 1))
    save = Store.save
    with contextlib.ExitStack() as lock:

        def lock_and_save(*args):
            lock.enter_context(locked(course))
            return save(*args)

        with monkeypatch.context() as patch:
            patch.setattr(Store, "save", lock_and_save)
            code, printed = run_here(course, patch)
    words = " ".join(printed.split())
    assert code == 1 and "bob: is graded, but not in the gradebook" in words and IN_USE in words
    assert run_here(course, monkeypatch)[0] == 0 and automatic(course)["bob"] == (1, 1)


@pytest.mark.parametrize(
    ("url", "statement", "words"),
    [
        ("file:{}/gradebook.db?mode=ro&uri=true", "DELETE FROM grade", "give yourself the right"),
        ("{}/nowhere/gradebook.db", "SELECT 1", "cannot be opened"),
        ("{}/gradebook.db", "SELECT * FROM elsewhere", "The gradebook says: no such table"),
    ],
)
def test_what_sqlite_complains_of_is_a_sentence(course, url, statement, words):
    engine = create_engine("sqlite:///" + url.format(course))
    with (
        pytest.raises(GradebookError, match=words),
        gradebook_errors(),
        engine.begin() as connection,
    ):
        connection.execute(text(statement))
