"""An honest submission gets, beside any flood of loops, threads or forks, what it gets alone."""

import contextlib
import threading
import time

import psutil
import pytest

from benchmarks.flood import flood_entry, grade_honest, honest_entry
from tests.attacks import processes
from tests.hostile.floods import FLOODS
from tests.hostile.judge import comparable

pytestmark = pytest.mark.slow
END_SECONDS = 60  # until a worker's kernels have ended with it, on a busy machine
LOOK_SECONDS = 0.1  # between two looks at how many threads there are


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """The honest submission."""
    return honest_entry(tmp_path_factory.mktemp("class") / "honest", "honest mistakes")


class MostThreads:
    """The largest number of threads, of all processes below this one, while it was entered."""

    def __init__(self):
        self.number = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()

    def _look(self):
        while not self._done.wait(LOOK_SECONDS):
            self.number = max(self.number, sum(map(threads, processes())))


def threads(process):
    """Return the number of a process's threads; 0 where it is gone."""
    with contextlib.suppress(psutil.Error):
        return psutil.Process(process).num_threads()
    return 0


@pytest.fixture(scope="module")
def alone(honest):
    """The report that it gets alone, and the most threads meanwhile."""
    with MostThreads() as most:
        report = comparable(grade_honest([honest]).outcome.report)
    return report, most.number


@pytest.mark.parametrize("name", FLOODS)
def test_beside_a_flood_it_is_graded_as_if_alone_and_the_flood_ends(name, honest, alone, tmp_path):
    before = processes()
    with MostThreads() as most:
        beside = grade_honest([flood_entry(tmp_path / "flood", name), honest])
    report, threads_alone = alone
    assert comparable(beside.outcome.report) == report
    # Beside a submission that only waits there are not twice as many as alone.
    assert most.number > 2 * threads_alone
    deadline = time.monotonic() + END_SECONDS
    while processes() - before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes() <= before
