"""Submissions through an Executor: only so many at once are read and sent, and each has an outcome."""

import json
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from dataclasses import dataclass, field
from typing import Any

from ..errors import KEPT, ClassError
from ..intake import bundle
from ..intake.roster import Entry
from .local_pool import WorkerError
from .worker import describe, grade_bundle

MAX_BYTES = 2 * bundle.MAX_TOTAL  # of all submissions that are on their way at once


@dataclass(frozen=True)
class Outcome:
    """What came of one submission: as `grade_bundle` says it, and the digest of what was graded."""

    entry: Entry
    status: str
    problem: str = ""
    digest: str = ""
    report: dict[str, Any] = field(default_factory=dict)
    notebooks: dict[str, str] = field(default_factory=dict)


def grade_all(executor: Executor, entries: Iterable[Entry], *arguments: Any) -> Iterator[Outcome]:
    """Grade submissions; one Outcome each, in the order in which they are done.

    arguments: what `grade_bundle` gets beside the Bundle. A submission that was lost in company is
    graded again at the end, alone: another one may have ended its worker. Raises ClassError where
    the executor is gone, or a worker can grade nobody.
    """
    waiting, suspects, alone, flight = deque(entries), deque(), set(), {}
    while waiting or suspects or flight:
        queue = waiting if waiting or flight else suspects
        if queue and _has_room(executor, flight):
            entry = queue.popleft()
            try:
                sent = bundle.read_bundle(entry)
                flight[executor.submit(grade_bundle, sent, *arguments)] = (
                    entry,
                    sent.digest,
                    sent.size,
                )
            except OSError as error:
                yield Outcome(entry, "failed", f"it cannot be read ({error.strerror})")
            continue
        for future in wait(flight, return_when=FIRST_COMPLETED).done:
            entry, digest, _ = flight.pop(future)
            if entry.student not in alone and _lost_in_company(executor, future):
                alone.add(entry.student)
                suspects.append(entry)
                continue
            outcome = _outcome(entry, digest, future)
            if outcome.status == "stopped":
                raise ClassError(f"{outcome.problem} {KEPT}")
            yield outcome


def _has_room(executor, flight):
    """Whether one more may be sent: few enough are on their way, and, with one of any size, small
    enough.
    """
    size = sum(size for _, _, size in flight.values())
    return not flight or len(flight) < executor.in_flight and size + bundle.MAX_TOTAL <= MAX_BYTES


def _lost_in_company(executor, future):
    return not future.cancelled() and isinstance(future.exception(), executor.lost_in_company)


def _outcome(entry: Entry, digest: str, future: Future[str]) -> Outcome:
    try:
        return Outcome(entry, digest=digest, **json.loads(future.result()))
    except CancelledError as error:
        raise ClassError(f"The connection to the scheduler is lost. {KEPT}") from error
    except WorkerError as error:
        return Outcome(entry, "failed", str(error))
    except Exception as error:  # noqa: BLE001 - what a cluster's worker raises, or no JSON
        return Outcome(entry, "failed", describe(error))
