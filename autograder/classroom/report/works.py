"""Reading a class: automatic results, marks by hand, and what was handed in, as plain values."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...assignment import TASKS
from ..gradebook.marks import Marks
from ..results.handins import Handin
from ..results.store import COUNTING, Result, Store
from .answers import code_of, texts_of

TARGETS = {task.id for task in TASKS if task.kind == "target"}
MANUAL = {task.id: task for task in TASKS if task.kind == "manual"}


@dataclass(frozen=True)
class CheckResult:
    """One check of one submission; `diagnosis` is "" where it passed."""

    task: str
    check: str
    diagnosis: str
    message: str

    @property
    def passed(self) -> bool:
        """Whether the property holds."""
        return not self.diagnosis


@dataclass(frozen=True)
class Work:
    """One submission.

    submission: its id.
    members: how many students it counts for.
    points: task → points, None while a person has to look; targets are left out.
    maxima: task → maximum of the same tasks.
    checks: of all tasks.
    losses: task → name of a loss → nats per image.
    weights: file name → hash.
    notes: what the grader noticed.
    texts: task → the answer in words.
    code: all solution cells, as one text.
    """

    submission: str
    members: int = 1
    points: Mapping[str, float | None] = field(default_factory=dict, hash=False)
    maxima: Mapping[str, float] = field(default_factory=dict, hash=False)
    checks: tuple[CheckResult, ...] = ()
    losses: Mapping[str, Mapping[str, float]] = field(default_factory=dict, hash=False)
    weights: Mapping[str, str] = field(default_factory=dict, hash=False)
    notes: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict, hash=False)
    code: str = ""

    @property
    def waits(self) -> list[str]:
        """The tasks that a person has to look at."""
        return [task for task, points in self.points.items() if points is None]

    @property
    def total(self) -> float:
        """The points so far."""
        return sum(points or 0 for points in self.points.values())

    @property
    def maximum(self) -> float:
        """The points of all tasks."""
        return sum(self.maxima.values())


def read_works(
    store: Store, handins: Mapping[str, Handin], marks: Mapping[str, Marks]
) -> list[Work]:
    """Read all submissions that have a result which counts, sorted by their ids.

    Args:
        store: the automatic results.
        handins: who handed in; a submission that is not in it has one member.
        marks: those in the gradebook; {} where there is none, and then only automatic tasks count.
    """
    works = []
    for submission, result in sorted(store.counting.items()):
        report = store.read_report(COUNTING, submission)
        points, maxima = _points(result, marks.get(submission), bool(marks))
        handin = handins.get(submission)
        notebooks = _read_notebooks(store, result)
        works.append(
            Work(
                submission,
                len(handin.members) if handin else 1,
                points,
                maxima,
                _checks(report),
                _losses(report),
                report.get("weights", {}),
                tuple(report.get("notes", ())),
                texts_of(notebooks, set(MANUAL) | set(points)),
                code_of(notebooks),
            )
        )
    return works


def _points(result: Result, marks: Marks | None, gradebook: bool):
    """Points and maxima by task, in the assignment's order; marks count before the results."""
    points = {task: reached for task, (reached, _) in result.points.items()}
    maxima = {task: maximum for task, (_, maximum) in result.points.items()}
    if marks:
        points |= {task: None if mark.waits else mark.points for task, mark in marks.tasks.items()}
        maxima |= {task: mark.maximum for task, mark in marks.tasks.items()}
    elif gradebook:
        points |= dict.fromkeys(MANUAL)
        maxima |= {name: task.points for name, task in MANUAL.items()}
    order = {task.id: index for index, task in enumerate(TASKS)}
    names = sorted(set(points) - TARGETS, key=lambda name: (order.get(name, len(order)), name))
    return {name: points[name] for name in names}, {name: maxima[name] for name in names}


def _checks(report: dict[str, Any]) -> tuple[CheckResult, ...]:
    """Read the checks of a report; one of a result from before ids has that of its check."""
    return tuple(
        CheckResult(
            task["id"],
            check["name"],
            "" if check["passed"] else check.get("diagnosis") or "without-id",
            check["message"],
        )
        for task in report.get("tasks", ())
        for check in task["checks"]
    )


def _losses(report: dict[str, Any]) -> dict[str, dict[str, float]]:
    return {
        task["id"]: check["numbers"]
        for task in report.get("tasks", ())
        for check in task["checks"]
        if check.get("numbers")
    }


def _read_notebooks(store: Store, result: Result) -> dict[str, Any]:
    """File name → the graded notebook's JSON; {} where they are lost."""
    if not result.notebooks:
        return {}
    try:
        texts = store.read_notebooks(result)
        return {name: json.loads(text) for name, text in texts.items()}
    except (OSError, EOFError, ValueError, zlib.error):
        return {}


def gradebook_file(url: str) -> Path | None:
    """Name the file of an SQLite database; None for another database."""
    prefix = "sqlite:///"
    return Path(url.removeprefix(prefix)) if url.startswith(prefix) else None
