"""The own time of a kernel: what it took by itself, however busy the machine is.

Own time passes while one of the kernel's threads runs, and while all of them sleep. It stands still
while they wait for a processor that others have. Where several run at once, each counts.
"""

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100  # of /proc/PID/stat, a second
RUNNABLE = "R"  # a thread's state, whether it runs or waits for a processor
# Linux counts processor time in hundredths: sums over less than this would round upwards.
WINDOW = 1.0  # seconds


@dataclass(frozen=True)
class Thread:
    """What Linux tells of a thread.

    Attributes:
        state: a letter.
        ran: seconds on a processor.
        waited: seconds until it got one; what it waits now is not in it.
    """

    state: str
    ran: float
    waited: float


@dataclass(frozen=True)
class Processes:
    """The processes of a kernel at one moment.

    Attributes:
        processor_seconds: of all of them, and of children that they waited for.
        threads: number → thread, of all of them.
    """

    processor_seconds: float
    threads: dict[int, Thread]


class OwnTime:
    """The times of one kernel, kept up by looks at its processes.

    What a process used between the last look and its end is missed where nobody waits for it, since
    its parent ignores the end of children.

    Attributes:
        seconds: its own time.
        processor_seconds: its processor time.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self.seconds = self.processor_seconds = 0.0
        self._clock = clock
        self._looked = clock()
        self._before = Processes(0.0, {})
        self._waiting: dict[int, float] = {}  # thread → seconds that it has been waiting now
        self._settled = 0.0  # own time before this window
        self._passed = self._used = self._waited = 0.0  # in this window

    def look(self, now: Processes) -> None:
        """Count what happened since the last look."""
        moment = self._clock()
        passed, self._looked = moment - self._looked, moment
        # The sum over processes lacks those that nobody waited for, the one over threads all that
        # have ended.
        by_processes = now.processor_seconds - self._before.processor_seconds
        used = max(0.0, by_processes, self._count_runs(now.threads))
        self.processor_seconds += used
        self._passed += passed
        self._used += used
        self._waited += self._count_waits(now.threads, passed)
        self._before = now
        window = self._settled + max(self._used, self._passed - self._waited)
        self.seconds = max(self.seconds, window)
        if self._passed >= WINDOW:
            self._settled = window
            self._passed = self._used = self._waited = 0.0

    def _count_runs(self, threads):
        """Return the seconds for which living threads ran since the last look."""
        return sum(
            thread.ran - (before.ran if before else 0.0)
            for thread, before in self._pairs(threads).values()
        )

    def _pairs(self, threads):
        """Return {number: (thread, itself at the last look)}; None for a new one."""
        pairs = {}
        for number, thread in threads.items():
            before = self._before.threads.get(number)
            is_new = before is None or thread.ran < before.ran or thread.waited < before.waited
            pairs[number] = (thread, None if is_new else before)
        return pairs

    def _count_waits(self, threads, passed):
        """Return the seconds for which threads waited for a processor since the last look."""
        total, waiting = 0.0, {}
        for number, (thread, before) in self._pairs(threads).items():
            if before is None:
                total += thread.waited
                continue
            total += thread.waited - before.waited - self._waiting.get(number, 0.0)
            if thread.state == RUNNABLE and (before.ran, before.waited) == (
                thread.ran,
                thread.waited,
            ):
                waiting[number] = self._waiting.get(number, 0.0) + passed
                total += waiting[number]
        self._waiting = waiting
        return total


def read_processes(processes: Iterable[int]) -> Processes:
    """Read from /proc what these processes and their threads did; none where they are gone."""
    used, threads = 0.0, {}
    for process in processes:
        fields = _stat_fields(f"/proc/{process}/stat")
        used += sum(map(int, fields[11:15])) / TICKS  # utime, stime, cutime, cstime
        threads |= _read_threads(f"/proc/{process}/task")
    return Processes(used, threads)


def _read_threads(folder):
    """Return {number: Thread} of one process."""
    try:
        numbers = os.listdir(folder)
    except OSError:
        return {}
    threads = {int(number): _read_thread(f"{folder}/{number}") for number in numbers}
    return {number: thread for number, thread in threads.items() if thread is not None}


def _read_thread(folder):
    """Return a Thread; None where it is gone."""
    fields = _stat_fields(f"{folder}/stat")
    if not fields:
        return None
    try:
        with open(f"{folder}/schedstat", encoding="ascii") as file:
            ran, waited, _ = map(int, file.read().split())
    except (OSError, ValueError):  # a Linux that does not count this: the state alone tells
        ran = waited = 0
    return Thread(fields[0], ran / 1e9, waited / 1e9)


def _stat_fields(path):
    """Return the fields of a stat file from the state on; empty where the process is gone."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()  # the name may hold anything
    except OSError:
        return []
