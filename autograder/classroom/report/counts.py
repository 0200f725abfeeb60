"""Statistics of a class: points, questions, misconceptions, checks, losses."""

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ...assignment import TASKS
from .works import CheckResult, Work

MIN_WORKS = 5  # below, a correlation says nothing
GOOD = 1 / 3  # of the submissions, by their points
MANY_GOOD = 0.1  # of the good ones fail a check that is worth a look
# Ids of checks that wait for another one; what that one found is counted.
FOLLOWS = "judged-after-"


@dataclass(frozen=True)
class Question:
    """One task over all submissions whose points are known.

    works: how many these are.
    waiting: how many wait for a person.
    mean: share of the maximum, None where there is none.
    discrimination: correlation of its points with those of all other tasks; None where it cannot be
        told.
    """

    task: str
    question: str
    title: str
    kind: str
    maximum: float
    works: int
    waiting: int
    mean: float | None
    discrimination: float | None


@dataclass(frozen=True)
class Misconception:
    """A diagnosis over all submissions.

    works: those that have it.
    share: of all submissions.
    example: the message of one of them.
    """

    task: str
    diagnosis: str
    works: int
    share: float
    example: str


@dataclass(frozen=True)
class HardCheck:
    """A check that good students fail.

    good, others: shares of the better submissions, and of all others, that fail it.
    diagnosis: what most of the good ones have.
    """

    task: str
    check: str
    good: float
    others: float
    diagnosis: str


def questions(works: Sequence[Work], titles: dict[str, str]) -> list[Question]:
    """Count each task that is worth points."""
    known = {task.id: task for task in TASKS}
    rows = []
    for name in dict.fromkeys(task for work in works for task in work.points):
        task, having = known.get(name), [work for work in works if name in work.points]
        graded = [work for work in having if work.points[name] is not None]
        maximum = max(work.maxima[name] for work in having)
        mean = _mean((work.points[name] or 0) / maximum for work in graded) if maximum else None
        rows.append(
            Question(
                name,
                task.question if task else "",
                task.title if task else titles.get(name, name),
                task.kind if task else "auto",
                maximum,
                len(graded),
                len(having) - len(graded),
                mean,
                _discrimination(graded, name),
            )
        )
    return rows


def _mean(values: Iterable[float]) -> float | None:
    values = list(values)
    return statistics.mean(values) if values else None


def _discrimination(works: Sequence[Work], task: str) -> float | None:
    """Correlate the points of a task with those of all other tasks (Pearson's r)."""
    own = [work.points[task] or 0.0 for work in works]
    rest = [work.total - mine for work, mine in zip(works, own, strict=True)]
    if len(works) < MIN_WORKS or len(set(own)) < 2 or len(set(rest)) < 2:
        return None
    r = statistics.correlation(own, rest)
    return r if math.isfinite(r) else None


def finished(works: Iterable[Work]) -> list[Work]:
    """List the submissions in which no task waits for a person."""
    return [work for work in works if not work.waits]


def misconceptions(works: Sequence[Work]) -> list[Misconception]:
    """Count in how many submissions each diagnosis was made, the most frequent first."""
    found: dict[tuple[str, str], list[CheckResult]] = defaultdict(list)
    for work in works:
        first = {(each.task, each.diagnosis): each for each in reversed(_failed(work))}
        for key, each in first.items():
            found[key].append(each)
    rows = [
        Misconception(task, diagnosis, len(each), len(each) / len(works), each[0].message)
        for (task, diagnosis), each in found.items()
    ]
    return sorted(rows, key=lambda row: (-row.works, row.task, row.diagnosis))


def _failed(work: Work) -> list[CheckResult]:
    return [
        each for each in work.checks if not each.passed and not each.diagnosis.startswith(FOLLOWS)
    ]


def hard_checks(works: Sequence[Work]) -> list[HardCheck]:
    """Find the checks that many of the better submissions fail, most of all first."""
    if len(works) < MIN_WORKS:
        return []
    ranked = sorted(works, key=lambda work: -work.total)
    limit = ranked[max(1, round(GOOD * len(works))) - 1].total
    good = [work for work in works if work.total >= limit]
    others = [work for work in works if work.total < limit]
    rows = []
    for task, check in _checks_of_points(works):
        fails = _failing(task, check)
        share = _share(good, fails)
        if share >= MANY_GOOD:
            diagnoses = Counter(
                each.diagnosis for work in good for each in work.checks if fails(each)
            )
            [(diagnosis, _)] = diagnoses.most_common(1)
            rows.append(HardCheck(task, check, share, _share(others, fails), diagnosis))
    return sorted(rows, key=lambda row: -row.good)


def _checks_of_points(works: Sequence[Work]) -> Iterable[tuple[str, str]]:
    return dict.fromkeys(
        (each.task, each.check)
        for work in works
        for each in work.checks
        if work.maxima.get(each.task)
    )


def _failing(task: str, check: str) -> Callable[[CheckResult], bool]:
    return lambda each: (each.task, each.check) == (task, check) and not each.passed


def _share(works: Sequence[Work], fails: Callable[[CheckResult], bool]) -> float:
    """Return the share of submissions in which a check fails; 0 of none."""
    failing = sum(any(map(fails, work.checks)) for work in works)
    return failing / len(works) if works else 0.0
