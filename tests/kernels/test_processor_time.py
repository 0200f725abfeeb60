"""A kernel's own time is what it took by itself, however busy the machine is."""

import subprocess
import sys
import time

import pytest

from autograder.kernels import Limits, StudentKernel, exchange
from autograder.kernels.exchange import KernelStarved
from autograder.kernels.inside.processor_time import OwnTime, Processes, Thread, read_processes
from tests.kernels.test_exchange import kernel

__all__ = ["kernel"]
TICK = 0.1  # seconds between two looks


class World:
    """Threads on a made-up machine, and what Linux tells of them.

    A thread "runs", "sleeps" or "waits" for a processor; Linux counts a wait when it has ended.
    """

    def __init__(self):
        self.now = self.children = 0.0
        self.ran, self.waited, self.waiting = {}, {}, {}
        self.own_time = OwnTime(lambda: self.now)

    def pass_by(self, seconds, *doing):
        """Let time pass, in which thread 0, 1, ... does one thing, and look at every tick."""
        for _ in range(round(seconds / TICK)):
            self.now += TICK
            for number, what in enumerate(doing):
                self._advance(number, what)
            threads = dict(enumerate(map(self._thread, range(len(doing)), doing)))
            self.own_time.look(Processes(sum(self.ran.values()) + self.children, threads))
        return self.own_time.seconds

    def _thread(self, number, what):
        state = "S" if what == "sleeps" else "R"
        return Thread(state, self.ran[number], self.waited[number])

    def _advance(self, number, what):
        for times in (self.ran, self.waited, self.waiting):
            times.setdefault(number, 0.0)
        if what == "waits":
            self.waiting[number] += TICK
            return
        self.waited[number] += self.waiting[number]
        self.waiting[number] = 0.0
        self.ran[number] += TICK if what == "runs" else 0.0


def about(seconds):
    return pytest.approx(seconds, abs=2 * TICK)


def test_a_loop_and_a_sleeper_take_what_passes():
    assert World().pass_by(5, "runs") == about(5)
    assert World().pass_by(5, "sleeps", "sleeps") == about(5)


def test_waiting_for_a_processor_takes_nothing():
    world = World()
    world.pass_by(2, "runs")
    assert world.pass_by(1000, "waits") == about(2)
    assert world.pass_by(3, "runs") == about(5)


def test_a_thread_that_gets_a_tenth_of_a_processor_takes_a_tenth_of_the_time():
    world = World()
    for _ in range(50):
        world.pass_by(0.9, "waits")
        world.pass_by(0.1, "runs")
    assert world.own_time.seconds == pytest.approx(5, rel=0.15)


def test_a_thread_that_sleeps_while_another_one_waits_takes_nothing():
    world = World()
    world.pass_by(1, "sleeps", "runs")
    assert world.pass_by(100, "sleeps", "waits") == about(1)


def test_threads_that_run_at_once_take_the_sum():
    assert World().pass_by(5, "runs", "runs", "sleeps") == about(10)


def test_what_a_process_used_stays_when_it_is_gone():
    world = World()
    world.pass_by(5, "sleeps", "runs")
    del world.ran[1]  # nobody waited for it
    assert world.pass_by(5, "sleeps") == about(10)
    assert world.own_time.processor_seconds == about(5)


def test_children_that_nobody_waits_for_count_while_they_live():
    world = World()
    for _ in range(10):
        world.pass_by(0.5, "sleeps", "runs", "runs")
        del world.ran[1], world.ran[2]
    assert world.own_time.seconds == about(10)


def test_processes_too_short_to_be_seen_take_what_passes():
    world = World()
    for _ in range(50):
        world.children += TICK / 2  # somebody waited for them
        world.pass_by(TICK, "sleeps")
    assert world.own_time.seconds == about(5)
    assert world.own_time.processor_seconds == about(2.5)


def test_linux_tells_a_busy_process_from_a_sleeping_one():
    programs = ("while True: pass", "import time; time.sleep(60)")
    busy, asleep = (subprocess.Popen([sys.executable, "-c", program]) for program in programs)
    try:
        while read_processes([busy.pid]).processor_seconds < 0.3:
            time.sleep(0.02)
        assert read_processes([busy.pid]).threads[busy.pid].state == "R"
        before = read_processes([asleep.pid])
        assert before.threads[asleep.pid].state in "SRD"
        assert before.processor_seconds < read_processes([busy.pid]).processor_seconds
    finally:
        for process in (busy, asleep):
            process.kill()
            process.wait()
    assert read_processes([busy.pid]) == Processes(0, {})


def test_a_stopped_kernel_is_asleep_and_a_loop_in_any_process_counts(tmp_path):
    loop = "import os\nif os.fork() == 0:\n    while True: pass\nos.wait()"
    with StudentKernel(tmp_path) as student:
        result = student.run_cell(loop, timeout=0.5)
        assert result.error == "took longer than 0.5 s and was stopped"


def test_all_processes_of_a_kernel_have_one_budget_of_processor_time(tmp_path):
    loops = "import os\nfor _ in range(4): os.fork()\nwhile True: pass"
    with StudentKernel(tmp_path, limits=Limits(cpu_seconds=3)) as student:
        result = student.run_cell(loops)
        assert (result.status, result.error) == ("died", "used more than 3 s of processor time")


class Clock:
    """The own time of a kernel that a test moves; each reading lets some of it pass."""

    def __init__(self, step):
        self.now, self.step = 0.0, step

    def __call__(self):
        self.now += self.step
        return self.now


@pytest.fixture
def silent(kernel, monkeypatch):
    """A kernel that never answers."""
    monkeypatch.setattr(kernel._client.shell_channel, "send", lambda request: None)
    return kernel


def test_a_cell_of_a_busy_machine_is_not_stopped_while_it_gets_no_processor(silent, monkeypatch):
    monkeypatch.setattr(silent._manager, "own_seconds", Clock(0.0))
    interrupted = []
    monkeypatch.setattr(silent._manager, "interrupt_kernel", lambda: interrupted.append(1))
    request = exchange.Exchange(silent._manager, silent._client, timeout=0.02)
    with pytest.raises(KernelStarved, match="took up only 0.0 s in 0.2 s"):
        request.perform("execute_request", {}, lambda message: None)
    assert not interrupted


def test_a_cell_is_stopped_after_its_own_time(silent, monkeypatch):
    monkeypatch.setattr(silent._manager, "own_seconds", Clock(20.0))
    interrupted = []
    monkeypatch.setattr(silent._manager, "interrupt_kernel", lambda: interrupted.append(1))
    result = silent.run_cell("x = 1", timeout=60)
    assert interrupted and result.status == "died"
    assert result.error == "took longer than 60 s and did not react to an interrupt"


def test_what_was_just_told_of_a_kernel_is_not_asked_again(tmp_path, monkeypatch):
    with StudentKernel(tmp_path) as student:
        provisioner = student._manager.provisioner
        questions = []
        for fresh_seconds in (0, 3600):
            monkeypatch.setattr("autograder.kernels.provisioner.FRESH_SECONDS", fresh_seconds)
            before = provisioner._asked
            student.own_seconds()
            student.own_seconds()
            questions.append(provisioner._asked - before)
    assert questions == [2, 0]
