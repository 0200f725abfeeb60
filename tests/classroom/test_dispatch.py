"""Sending submissions: memory is bounded; who shared the machine with a killer is tried alone."""

import json
import threading
from concurrent.futures import Executor, Future

import pytest

from autograder.classroom.intake.bundle import Bundle, File
from autograder.classroom.intake.entries import Entry, Source
from autograder.classroom.workers import dispatch, local_pool
from autograder.classroom.workers.dispatch import grade_submissions
from autograder.classroom.workers.local_pool import LocalPool
from autograder.classroom.workers.worker import grade_bundle
from autograder.kernels import KernelLostError, KernelStartError
from tests.classroom import stub_grading
from tests.classroom.stub_grading import GRADER, submit

NAMES = "abcdefgh"


class Slow(Executor):
    """An Executor that refuses each submission after a moment, and counts the calls in flight."""

    ambiguous_failures = ()

    def __init__(self, max_in_flight):
        self.max_in_flight = max_in_flight
        self.now = self.most = 0

    def submit(self, function, /, *args):
        future, self.now = Future(), self.now + 1
        self.most = max(self.most, self.now)

        def end():
            self.now -= 1
            future.set_result(json.dumps({"status": "refused", "problem": ""}))

        threading.Timer(0.01, end).start()
        return future


def entries(folder, names=NAMES):
    return [Entry(name, (Source(submit(folder / name)),)) for name in names]


@pytest.mark.parametrize("most", [1, 3])
def test_a_limited_number_of_submissions_is_in_flight(tmp_path, most):
    executor = Slow(most)
    outcomes = grade_submissions(executor, entries(tmp_path))
    assert {outcome.entry.student for outcome in outcomes} == set(NAMES)
    assert executor.most == most


class Gathering(Executor):
    """An Executor that answers calls together, by `answer`, a moment after they came."""

    def __init__(self):
        self.given = []

    def submit(self, function, bundle, /, *args):
        future = Future()
        self.given.append((bundle.student, future))
        threading.Timer(0.05, self.work).start()
        return future

    def work(self):
        given, self.given = self.given, []
        self.answer(given)


class SharedFate(Gathering):
    """An Executor of one worker that holds three calls; where one kills it, all three are lost."""

    max_in_flight = 3
    ambiguous_failures = (ConnectionError,)

    def __init__(self, killers):
        super().__init__()
        self.killers = killers

    def answer(self, given):
        for student, future in given:
            if any(student in self.killers for student, _ in given):
                future.set_exception(ConnectionError("the worker died"))
            else:
                future.set_result(json.dumps({"status": "graded"}))


def statuses(killers, students, folder):
    """Grade the students with a SharedFate → [(student, status)], sorted."""
    outcomes = grade_submissions(SharedFate(killers), entries(folder, students))
    return sorted((outcome.entry.student, outcome.status) for outcome in outcomes)


def test_a_submission_that_shared_a_worker_with_a_killer_is_graded(tmp_path):
    assert statuses({"bob"}, ["ada", "bob", "cyd", "dan", "eve"], tmp_path) == [
        ("ada", "graded"),
        ("bob", "failed"),
        ("cyd", "graded"),
        ("dan", "graded"),
        ("eve", "graded"),
    ]


def test_several_killers_are_each_tried_alone(tmp_path):
    assert statuses({"ada", "bob"}, ["ada", "bob", "cyd"], tmp_path) == [
        ("ada", "failed"),
        ("bob", "failed"),
        ("cyd", "graded"),
    ]


class Crowded(Gathering):
    """An Executor that fails each call of some students while another call is in flight."""

    max_in_flight, ambiguous_failures = 3, ()

    def __init__(self, needy, hopeless=()):
        super().__init__()
        self.needy, self.hopeless = needy, hopeless
        self.log = []

    def answer(self, given):
        self.log += [[student for student, _ in given]] if given else []
        for student, future in given:
            crowded = student in self.needy and len(given) > 1
            result = {"status": "graded"}
            if crowded or student in self.hopeless:
                result = {"status": "failed", "problem": "No room.", "blameless": True}
            future.set_result(json.dumps(result))


def test_a_submission_that_got_no_kernel_beside_others_is_graded_alone_at_the_end(tmp_path):
    executor = Crowded(needy={"ada", "cyd"})
    outcomes = grade_submissions(executor, entries(tmp_path, ["ada", "bob", "cyd", "dan"]))
    assert {each.entry.student: each.status for each in outcomes} == dict.fromkeys(
        ["ada", "bob", "cyd", "dan"], "graded"
    )
    assert sorted(executor.log[-2:]) == [["ada"], ["cyd"]]


def test_a_submission_that_gets_no_kernel_alone_either_is_reported(tmp_path):
    executor = Crowded(needy=set(), hopeless={"bob"})
    outcomes = grade_submissions(executor, entries(tmp_path, ["ada", "bob"]))
    assert {each.entry.student: each.problem for each in outcomes} == {"ada": "", "bob": "No room."}
    assert executor.log[-1] == ["bob"]


def test_a_submission_whose_worker_is_killed_beside_others_is_graded_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(local_pool, "TRIES", 1)
    submit(tmp_path / "ada", once=str(tmp_path / "flag"))
    submit(tmp_path / "bob", kill=True)
    both = [Entry(name, (Source(tmp_path / name),)) for name in ("ada", "bob")]
    with LocalPool(2, seconds=600) as pool:
        outcomes = {each.entry.student: each for each in grade_submissions(pool, both, GRADER)}
    assert outcomes["ada"].status == "graded"
    assert "was killed (signal 9)" in outcomes["bob"].problem


@pytest.mark.parametrize("error", [KernelStartError, KernelLostError])
def test_a_kernel_that_does_not_start_or_is_lost_is_no_fault_of_the_submission(monkeypatch, error):
    def fail(folder):
        raise error("It had no sockets.")

    monkeypatch.setattr(stub_grading, "grade", fail)
    bundle = Bundle("ada", (File("02_vae.ipynb", b"{}", 1),), ())
    answer = json.loads(grade_bundle(bundle, GRADER))
    assert answer == {"status": "failed", "problem": "It had no sockets.", "blameless": True}


def test_a_limited_number_of_bytes_is_in_flight(tmp_path, monkeypatch):
    monkeypatch.setattr(dispatch.bundle, "MAX_TOTAL", len('{"points": [1, 1]}'))
    monkeypatch.setattr(dispatch, "MAX_BYTES", 2 * dispatch.bundle.MAX_TOTAL)
    executor = Slow(5)
    assert len(list(grade_submissions(executor, entries(tmp_path)))) == len(NAMES)
    assert executor.most == 2


def test_a_submission_larger_than_all_bytes_is_graded_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(dispatch, "MAX_BYTES", 0)
    executor = Slow(5)
    assert len(list(grade_submissions(executor, entries(tmp_path)))) == len(NAMES)
    assert executor.most == 1


def test_what_cannot_be_read_costs_only_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(dispatch.bundle, "read_bundle", fail_for("b", dispatch.bundle.read_bundle))
    graded = grade_submissions(Slow(2), entries(tmp_path, "abc"))
    outcomes = {outcome.entry.student: outcome for outcome in graded}
    assert outcomes["b"].status == "failed"
    assert outcomes["b"].problem == "it cannot be read (Permission denied)"
    assert outcomes["a"].status == outcomes["c"].status == "refused"


def fail_for(student, read):
    def reading(entry):
        if entry.student == student:
            raise PermissionError(13, "Permission denied")
        return read(entry)

    return reading
