"""Points that would change: comparing two results of a student."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from ...text import printable

Points = Mapping[str, tuple[float, float]]  # task → (points, maximum)
MAX_ROWS = 200  # of a table


@dataclass(frozen=True)
class Difference:
    """A task of a student whose points would change; "-" where there were, or will be, none."""

    student: str
    task: str
    before: str
    after: str


def differences(student: str, before: Points, after: Points) -> list[Difference]:
    """List the tasks whose points or maximum differ, in the order of `after`."""
    tasks = [*after, *(task for task in before if task not in after)]
    return [
        Difference(student, task, _format(before.get(task)), _format(after.get(task)))
        for task in tasks
        if _rounded(before.get(task)) != _rounded(after.get(task))
    ]


def differences_table(rows: list[Difference]) -> Table:
    """Make a table of the first MAX_ROWS differences; its last row counts the others."""
    table = Table("student", "task", "before", "after", title="Points that would change")
    for row in rows[:MAX_ROWS]:
        student, task = Text(printable(row.student)), Text(printable(row.task))
        table.add_row(student, task, row.before, row.after)
    if len(rows) > MAX_ROWS:
        table.add_row(f"and {len(rows) - MAX_ROWS:,} more", "", "", "")
    return table


def _rounded(points):
    """Return points and maximum; None for a task that is new, gone, or worth no points."""
    return tuple(round(each, 6) for each in points) if points and points[1] else None


def _format(points):
    return "-" if points is None else f"{points[0]:g}/{points[1]:g}"
