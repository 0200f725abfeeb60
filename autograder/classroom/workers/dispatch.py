"""Sending submissions through an executor: a bounded number at once, one Outcome for each."""

import json
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field
from typing import Any

from ..errors import KEPT, ClassError
from ..intake import bundle
from ..intake.entries import Entry
from .executors import GradingExecutor
from .local_pool import WorkerError
from .worker import describe_error, grade_bundle

MAX_BYTES = 2 * bundle.MAX_TOTAL  # of all submissions in flight
# Seconds. A Ctrl+C in the moment before a wait begins would be noticed after its end only.
LONGEST_WAIT = 1.0


@dataclass(frozen=True)
class Outcome:
    """The outcome of one submission.

    status, problem, blameless, report, notebooks: see `grade_bundle`.
    digest: the hash of what was graded.
    """

    entry: Entry
    status: str
    problem: str = ""
    blameless: bool = False
    digest: str = ""
    report: dict[str, Any] = field(default_factory=dict)
    notebooks: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Sent:
    """A submission in flight; size: its bytes."""

    entry: Entry
    digest: str
    size: int


def grade_submissions(
    executor: GradingExecutor, entries: Iterable[Entry], *arguments: Any
) -> Iterator[Outcome]:
    """Grade submissions, and yield one Outcome for each in the order in which they are done.

    A submission that may have failed because of another one is graded again at the end, with
    nothing else in flight: that one may have ended its worker, or taken up what a kernel needs.

    Args:
        executor: where they are graded.
        entries: what was handed in.
        arguments: the arguments of `grade_bundle` after the Bundle.

    Raises:
        ClassError: where the executor is gone, or a worker can grade nobody.
    """
    waiting, suspects = deque(entries), deque()
    suspected: set[str] = set()
    in_flight: dict[Future[str], _Sent] = {}
    while waiting or suspects or in_flight:
        queue = waiting if waiting or in_flight else suspects
        if queue and _has_room(executor, in_flight):
            entry = queue.popleft()
            try:
                future, sent = _send(executor, entry, arguments)
                in_flight[future] = sent
            except OSError as error:
                yield Outcome(entry, "failed", f"it cannot be read ({error.strerror})")
            continue
        for future in wait(in_flight, LONGEST_WAIT, FIRST_COMPLETED).done:
            sent = in_flight.pop(future)
            student, outcome = sent.entry.student, _outcome(sent, future)
            innocent = outcome.blameless or _is_ambiguous(executor, future)
            if innocent and student not in suspected:
                suspected.add(student)
                suspects.append(sent.entry)
            else:
                yield outcome


def _send(executor, entry, arguments):
    """Read one submission and submit it. Raises OSError where it cannot be read."""
    read = bundle.read_bundle(entry)
    future = executor.submit(grade_bundle, read, *arguments)
    return future, _Sent(entry, read.digest, read.size)


def _has_room(executor, in_flight):
    """Whether one more submission, of any size, may be in flight; a first one always may."""
    if not in_flight:
        return True
    size = sum(sent.size for sent in in_flight.values())
    return len(in_flight) < executor.max_in_flight and size + bundle.MAX_TOTAL <= MAX_BYTES


def _is_ambiguous(executor, future):
    """Whether a call failed so that another call on its worker may be the cause."""
    return not future.cancelled() and isinstance(future.exception(), executor.ambiguous_failures)


def _outcome(sent: _Sent, future: Future[str]) -> Outcome:
    """Read the outcome of a call that is done; raise ClassError where the run cannot go on."""
    try:
        outcome = Outcome(sent.entry, digest=sent.digest, **json.loads(future.result()))
    except CancelledError as error:
        raise ClassError(f"The connection to the scheduler is lost. {KEPT}") from error
    except WorkerError as error:
        return Outcome(sent.entry, "failed", str(error))
    except Exception as error:  # noqa: BLE001 - what a cluster's worker raises, or no JSON
        return Outcome(sent.entry, "failed", describe_error(error))
    if outcome.status == "stopped":
        raise ClassError(f"{outcome.problem} {KEPT}")
    return outcome
