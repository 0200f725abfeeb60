"""The class's medians: of each task and of the total."""

import statistics
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ..gradebook.marks import Marks

MIN_CLASS = 5  # submissions; of fewer, a median tells what the others have


@dataclass(frozen=True)
class Medians:
    """Medians over the submissions whose points are settled.

    tasks: task → its median, where enough submissions have settled points.
    total: of those that are marked in full; None where these are too few.
    complete: number of submissions that are marked in full.
    """

    tasks: Mapping[str, float] = field(default_factory=dict)
    total: float | None = None
    complete: int = 0


def class_medians(marks: Collection[Marks]) -> Medians:
    """Compute the medians of a class."""
    points: dict[str, list[float]] = {}
    for each in marks:
        for task, mark in each.tasks.items():
            if mark.points is not None and not mark.waits:
                points.setdefault(task, []).append(mark.points)
    totals = [each.total for each in marks if not each.unmarked]
    medians = {task: statistics.median(values) for task, values in points.items() if _many(values)}
    return Medians(medians, statistics.median(totals) if _many(totals) else None, len(totals))


def _many(values):
    return len(values) >= MIN_CLASS
