"""Class runs that are killed anywhere: nothing is lost, counted twice or half written."""

import errno
import itertools
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import Engine, event

from autograder import atomic_files
from autograder.classroom.results.store import Store
from autograder.paths import python_path
from tests.classroom.class_world import (
    automatic,
    copy_course,
    make_course,
    mark_by_hand,
    run_here,
    scores,
)
from tests.classroom.stub_grading import GRADER, QUESTION, submit

BEFORE = {"ada": (1, 0), "bob": (1, 1)}
AFTER = {"ada": (1, 1), "bob": (1, 1), "cyd": (0, 1)}
STRIDE = 4  # steps between those at which a run is killed
SCRIPT = """
import signal
import sys
from pathlib import Path
from rich.console import Console
from autograder.classroom.command import grade_class
from autograder.classroom.settings import Settings

if __name__ == "__main__":
    # What a shell starts in the background ignores Ctrl+C from its start on.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder, grader = Path(sys.argv[1]), sys.argv[2]
    settings = Settings(
        folder / "submitted", folder / "graded", gradebook=False, workers=2, grader=grader
    )
    sys.exit(grade_class(settings, Console(width=120, markup=False), lambda students: False))
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A course of two graded students, one marked by hand; then one hands in again, and a third."""
    folder = make_course(tmp_path_factory.mktemp("template"))
    hand_in(folder, BEFORE)
    with pytest.MonkeyPatch.context() as patch:
        assert run_here(folder, patch)[0] == 0
    mark_by_hand(folder, "ada", 0.5)
    hand_in(folder, AFTER)
    return folder


def hand_in(folder, points):
    for student, each in points.items():
        submit(folder / "submitted" / student / "vae", each, why=f"Because of {each}.")


def copy_all(template, folder):
    subprocess.run(["cp", "-a", f"{template}/.", folder], check=True)
    journal = folder / "graded" / "merged.jsonl"
    journal.write_text(journal.read_text().replace(str(template), str(folder)))
    return copy_course(template, folder)


def killed_at(step, folder):
    """Run the class in a process that is killed at this step; return whether it got there."""
    process = multiprocessing.get_context("fork").Process(target=_run_and_die, args=(step, folder))
    process.start()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def _run_and_die(step, folder):
    """Run the class, and kill this process at a step: a write to the disk or the database."""
    count = itertools.count()

    def die(*_):
        if next(count) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def dying(function):
        def call(*args, **kwargs):
            die()
            return function(*args, **kwargs)

        return call

    patch = pytest.MonkeyPatch()
    for name in ("fsync", "replace", "unlink"):
        patch.setattr(os, name, dying(getattr(os, name)))
    for name in ("before_cursor_execute", "commit"):
        event.listen(Engine, name, die)
    os._exit(run_here(folder, patch, accept=True)[0])


@pytest.mark.slow
def test_a_run_that_is_killed_at_any_step_goes_on_where_it_was(template, tmp_path, monkeypatch):
    steps = itertools.count(1, STRIDE)
    for step in steps:
        folder = copy_all(template, tmp_path / str(step))
        if not killed_at(step, folder):
            break
        for student, points in automatic(folder).items():
            assert points in (BEFORE.get(student), AFTER[student]), (step, student, "half written")
        code, printed = run_here(folder, monkeypatch, accept=True)
        assert code == 0, (step, printed)
        assert automatic(folder) == AFTER, step
        assert scores(folder)["ada"][QUESTION][1] == 0.5, step
        assert no_remains(folder), step
    assert step > 60, "too few steps were tried"


def no_remains(folder):
    return not [path for path in folder.rglob("*") if ".tmp" in path.name]


def start(folder):
    script = folder / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, script, folder, GRADER]
    environment = {**os.environ, "PYTHONPATH": python_path()}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def counting(folder):
    with Store(folder / "graded") as store:
        return {student: result.score for student, result in store.counting.items()}


def test_kill_9_in_the_middle_keeps_what_was_done_and_only_the_rest_is_graded(tmp_path):
    for number in range(12):
        submit(tmp_path / "submitted" / f"s{number:02}" / "vae", (1, number % 2), sleep=0.2)
    main = start(tmp_path)
    while len(list((tmp_path / "graded").glob("s*.json"))) < 4:
        time.sleep(0.01)
    main.send_signal(signal.SIGKILL)
    main.wait()
    done = counting(tmp_path)
    assert 4 <= len(done) < 12
    second = start(tmp_path)
    printed = second.communicate()[0]
    assert second.returncode == 0
    assert f"12 students, {12 - len(done)} graded now, {len(done)} as before." in printed
    assert counting(tmp_path) == {f"s{number:02}": 1 + number % 2 for number in range(12)}


def test_a_killed_worker_costs_no_submission(tmp_path):
    submit(tmp_path / "submitted" / "ada", (1, 0), once=str(tmp_path / "flag"))
    submit(tmp_path / "submitted" / "bob", kill=True)
    submit(tmp_path / "submitted" / "cyd", (1, 1))
    code, printed = run_here(tmp_path)
    assert code == 1
    assert "bob: could not be graded: its worker process was killed (signal 9)." in printed
    assert counting(tmp_path) == {"ada": 1, "cyd": 2}


def test_a_full_disk_stops_the_run_in_one_sentence_and_the_next_one_goes_on(
    tmp_path, monkeypatch, capsys
):
    hand_in(tmp_path, AFTER)
    # A result and its notebooks for each student; who they are (two files), settings, problems.
    files = 2 * len(AFTER) + 4
    for writes in range(files):
        with monkeypatch.context() as patch:
            patch.setattr(atomic_files.os, "fsync", full_after(writes))
            code, _ = run_here(tmp_path, patch, force=True)
        assert code == 1
        error = capsys.readouterr().err
        assert "No space left on device. Make room on that disk" in error
        assert "What was graded is kept; the same command goes on." in error
        assert error.count("\n") == 1 and no_remains(tmp_path)
    assert run_here(tmp_path, monkeypatch)[0] == 0
    assert counting(tmp_path) == {student: sum(points) for student, points in AFTER.items()}


def full_after(writes):
    """An fsync that succeeds so many times; then the disk is full."""
    left = itertools.count(writes, -1)
    sync = os.fsync

    def fsync(descriptor):
        if next(left) <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    return fsync


def test_two_runs_do_not_write_to_one_folder(tmp_path, monkeypatch, capsys):
    hand_in(tmp_path, AFTER)
    with Store(tmp_path / "graded"):
        assert run_here(tmp_path, monkeypatch)[0] == 1
    error = capsys.readouterr().err
    assert re.fullmatch(r"Another run writes to .*graded: wait for its end\.\n", error)


def test_ctrl_c_stops_the_run_in_one_sentence(tmp_path):
    for number in range(4):
        submit(tmp_path / "submitted" / f"s{number}", sleep=120)
    submit(tmp_path / "submitted" / "a", (1, 0))
    main = start(tmp_path)
    while not list((tmp_path / "graded").glob("a.json")):
        time.sleep(0.01)
    main.send_signal(signal.SIGINT)
    assert main.wait(60) == 130  # long before those at work would be done
    assert counting(tmp_path)["a"] == 1
