"""Verdicts of the checks on mutants: what a check that fails says.

Each mutant is judged in this process, within a limit of processor time. The grader, too, fails what
runs out of its time.
"""

import contextlib
import functools
import multiprocessing
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch

from autograder.assignment import AUTO
from autograder.checks.by_task import CHECKS
from autograder.checks.judging import repeatable
from autograder.checks.outcome import Check
from autograder.probes.student import InProcess
from tests.mistakes.judge import DECIDES
from tests.mistakes.key import definitions, namespace

from . import Mutant
from .equivalent import reason

# A mutant survives where it passes on the inputs of each seed; one that may, on those of the first.
SEEDS = (0, 1)
TIME_LIMIT = 20  # seconds of processor time; the slowest verdict takes 2


class OutOfTimeError(BaseException):
    """The mutant takes too long; no Exception, so that no answer catches it."""


@dataclass(frozen=True)
class Judged:
    """A mutant, and what a failed check says; None where it passes all."""

    mutant: Mutant
    complaint: str | None

    @property
    def survives(self) -> bool:
        """Tell whether no check fails."""
        return self.complaint is None


def judge_all(mutants: Iterable[Mutant], processes: int) -> Iterator[Judged]:
    """Judge mutants in several processes, and yield them in their order."""
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(judge, mutants, chunksize=8)


def judge(mutant: Mutant) -> Judged:
    """Judge a mutant in this process, whose main thread must call it."""
    try:
        with _time_limit(), contextlib.redirect_stdout(None):
            seeds = SEEDS[:1] if reason(mutant) else SEEDS
            complaints = (_failure(mutant, seed) for seed in seeds)
            return Judged(mutant, next(filter(None, complaints), None))
    except OutOfTimeError:
        return Judged(mutant, "It runs out of time.")


def _failure(mutant: Mutant, seed: int) -> str | None:
    """Return "name: message" of a check that fails on the inputs of this seed."""
    name = mutant.definition.partition(".")[0]
    sources = {**definitions(mutant.notebook), name: mutant.source}
    student = InProcess(namespace(mutant.notebook, sources))
    checks = _checks(mutant.definition)
    for check in checks:
        torch.manual_seed(seed)
        np.random.seed(seed)
        with repeatable(seed):
            outcome = check(student)
        if not outcome.passed:
            # The next mutant of this definition meets this check first, which saves time.
            checks.remove(check)
            checks.insert(0, check)
            return f"{outcome.name}: {outcome.message}"
    return None


@functools.cache
def _checks(definition: str) -> list[Check]:
    """Return the checks of all tasks that the definition decides."""
    name = definition.partition(".")[0]
    return [check for task in AUTO if name in DECIDES[task.id] for check in CHECKS[task.id]]


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    """Raise OutOfTimeError after TIME_LIMIT seconds of processor time, again and again."""

    def stop(*_):
        raise OutOfTimeError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, TIME_LIMIT, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
