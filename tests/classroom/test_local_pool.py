"""Worker processes: calls end, and killed processes cost no other call."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.classroom.intake.bundle import Bundle, File
from autograder.classroom.workers.local_pool import LocalPool, WorkerError
from autograder.classroom.workers.worker import grade_bundle
from tests.classroom.stub_grading import GRADER
from tests.paths import ROOT


def pid(*_):
    return str(os.getpid())


def fail(kind):
    raise {"error": ValueError("no"), "exit": SystemExit(3), "end of file": EOFError("no")}[kind]


def die(flag=None):
    """Kill this process, where there is a flag only the first time."""
    if flag is None or not Path(flag).exists():
        Path(flag or os.devnull).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "survived"


def log(path, seconds):
    with open(path, "a") as file:
        file.write("started\n")
    time.sleep(seconds)
    return "done"


@pytest.fixture
def pool():
    with LocalPool(1) as pool:
        yield pool


def test_calls_run_in_one_other_process(pool):
    pids = {pool.submit(pid, n).result() for n in range(3)}
    assert len(pids) == 1 and str(os.getpid()) not in pids


@pytest.mark.parametrize(
    "kind, says",
    [("error", "ValueError: no"), ("exit", "SystemExit: 3"), ("end of file", "EOFError")],
)
def test_what_a_call_raises_is_the_futures_and_the_process_goes_on(pool, kind, says):
    before = pool.submit(pid).result()
    with pytest.raises(WorkerError, match=says):
        pool.submit(fail, kind).result()
    assert pool.submit(pid).result() == before


def test_a_call_whose_process_is_killed_is_tried_once_more(pool, tmp_path):
    assert pool.submit(die, str(tmp_path / "flag")).result() == "survived"


def test_a_call_that_kills_each_process_is_reported_and_the_next_has_a_new_one(pool):
    before = pool.submit(pid).result()
    with pytest.raises(WorkerError, match=r"its worker process was killed \(signal 9\)"):
        pool.submit(die).result()
    assert pool.submit(pid).result() != before


def test_a_call_without_end_is_ended_and_not_tried_again(tmp_path):
    with LocalPool(1) as pool:
        assert pool.submit(pid).result()
        pool._seconds = 1.5
        with pytest.raises(WorkerError, match="it took longer than 1.5 s"):
            pool.submit(log, str(tmp_path / "log"), 60).result()
        pool._seconds = 600
        assert pool.submit(pid).result()
    assert (tmp_path / "log").read_text() == "started\n"


def test_no_process_and_no_folder_is_left(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with pytest.raises(KeyboardInterrupt), LocalPool(2) as pool:
        slow = pool.submit(log, str(tmp_path / "log"), 60)
        pool.submit(pid).result()
        while not (tmp_path / "log").exists():
            time.sleep(0.01)
        raise KeyboardInterrupt
    assert slow.done() and not multiprocessing.active_children()
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


ORPHANS = """
import sys, time
from autograder.classroom.workers.local_pool import LocalPool
from tests.classroom.test_local_pool import log, pid
if __name__ == "__main__":
    pool = LocalPool(2)
    pool.submit(log, sys.argv[1], 60)
    print(pool.submit(pid).result(), flush=True)
    time.sleep(60)
"""


def test_processes_end_with_a_main_process_that_is_killed(tmp_path):
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    search_path = f"{ROOT}{os.pathsep}{ROOT / 'tests'}"
    environment = {**os.environ, "PYTHONPATH": search_path, "TMPDIR": str(tmp_path)}
    command = [sys.executable, script, tmp_path / "log"]
    main = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    worker = int(main.stdout.readline())
    main.kill()
    main.wait()
    wait_until(lambda: not is_running(worker) and not list(tmp_path.glob("class-*")))


def bundle_of(orders, *notes):
    """Bundle of a submission whose notebook orders this."""
    return Bundle("ada", (File("02_vae.ipynb", json.dumps(orders).encode(), 1),), notes)


def test_a_graded_submission_is_json_text_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    orders = {"points": [1, 0], "notes": ["Hm."]}
    answer = json.loads(grade_bundle(bundle_of(orders, "x.rar is no zip."), GRADER))
    assert answer["status"] == "graded"
    assert (answer["report"]["submission"], answer["report"]["score"]) == ("ada", 1)
    assert answer["report"]["notes"] == ["x.rar is no zip.", "Hm."]
    assert json.loads(answer["notebooks"]["02_vae.ipynb"])["cells"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "orders, status, problem",
    [
        ({"raise": "no\x1b[31m"}, "failed", "ValueError: no\N{REPLACEMENT CHARACTER}[31m"),
        ({"refuse": "Nothing."}, "refused", "Nothing."),
    ],
)
def test_whatever_a_submission_does_to_the_grader_is_its_result(orders, status, problem):
    answer = json.loads(grade_bundle(bundle_of(orders), GRADER))
    assert answer == {"status": status, "problem": problem}


def test_an_empty_submission_says_where_nothing_was_found():
    answer = json.loads(grade_bundle(Bundle("ada", (), ("vae.rar was not unpacked.",)), GRADER))
    sentence = "The submission holds none of the notebooks. vae.rar was not unpacked."
    assert answer == {"status": "refused", "problem": sentence}


def is_running(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
