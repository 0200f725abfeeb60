"""What an export changes, compared with the last one."""

from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from ...text import printable
from .record import Cells

MAX_ROWS = 200  # of a table


@dataclass(frozen=True)
class Change:
    """A cell that differs; "-" where there was, or will be, no such cell or it is empty."""

    student: str
    column: str
    before: str
    after: str


def changes(before: Cells, after: Cells) -> list[Change]:
    """List the cells that differ, in the order of `after`; those who left come last."""
    found = []
    for student in [*after, *(each for each in before if each not in after)]:
        old, new = before.get(student, {}), after.get(student, {})
        for column in dict.fromkeys([*new, *old]):
            if old.get(column, "") != new.get(column, ""):
                change = Change(student, column, old.get(column) or "-", new.get(column) or "-")
                found.append(change)
    return found


def changes_table(rows: list[Change]) -> Table:
    """Make a table of the first MAX_ROWS changes; its last row counts the others."""
    table = Table("student", "column", "before", "after", title="Since the last export")
    for row in rows[:MAX_ROWS]:
        table.add_row(Text(printable(row.student)), row.column, row.before, row.after)
    if len(rows) > MAX_ROWS:
        table.add_row(f"and {len(rows) - MAX_ROWS:,} more", "", "", "")
    return table
