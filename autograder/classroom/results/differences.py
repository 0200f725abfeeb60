"""Points before and after, where they differ."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from ...text import printable

Points = Mapping[str, tuple[float, float]]  # task → (points, of how many)
ROWS = 200  # of a table


@dataclass(frozen=True)
class Difference:
    """A task of a student whose points would change; "-" where there were, or will be, none."""

    student: str
    task: str
    before: str
    after: str


def differences(student: str, before: Points, after: Points) -> list[Difference]:
    """The tasks whose share of the points differs, in the order of `after`."""
    tasks = [*after, *(task for task in before if task not in after)]
    return [
        Difference(student, task, _shown(before.get(task)), _shown(after.get(task)))
        for task in tasks
        if _share(before.get(task)) != _share(after.get(task))
    ]


def table(rows: list[Difference]) -> Table:
    """The differences as a table; of very many, the first ones."""
    made = Table("student", "task", "before", "after", title="Points that would change")
    for row in rows[:ROWS]:
        made.add_row(Text(printable(row.student)), Text(printable(row.task)), row.before, row.after)
    if len(rows) > ROWS:
        made.add_row(f"and {len(rows) - ROWS:,} more", "", "", "")
    return made


def _share(points):
    """None for a task that is new or gone, and for one worth nothing, which changes nobody's
    points.
    """
    return round(points[0] / points[1], 6) if points and points[1] else None


def _shown(points):
    return "-" if points is None else f"{points[0]:g}/{points[1]:g}"
