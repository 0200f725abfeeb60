"""Summary of a run: how many students, what they reached, and which tasks were hard."""

import statistics
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...text import printable
from .store import Result

MAX_STUDENTS = 60  # in a table with a row for each


@dataclass(frozen=True)
class Remark:
    """What to say of a submission beside its points.

    label: its id and the names of its members.
    late: by how much it is late, "" where it is not.
    problem: why it is not graded, "" where it is.
    """

    label: str
    late: str = ""
    problem: str = ""


def print_summary(
    console: Console,
    results: Collection[Result],
    titles: Mapping[str, str],
    counts: Mapping[str, int],
    remarks: Mapping[str, Remark],
) -> None:
    """Print tables of students (of a small class) and tasks, and one line of counts.

    Args:
        console: where to print.
        results: the results that count.
        titles: task → its title.
        counts: phrase → number of students; zeros are left out.
        remarks: student → what to say of them in the table, for all of the class.
    """
    if 0 < len(remarks) <= MAX_STUDENTS:
        console.print(_students_table(results, remarks))
    if results:
        console.print(_tasks_table(results, titles))
    phrases = [f"{number:,} {phrase}" for phrase, number in counts.items() if number]
    console.print(Text(", ".join(phrases) + "."))


def _students_table(results, remarks):
    graded = {result.student: result for result in results}
    columns = ["student", "points", "failed tasks"]
    with_late = any(remark.late for remark in remarks.values())
    table = Table(*columns, *["late"] * with_late, title="Students")
    for student, remark in remarks.items():
        points, failed = _points(graded[student]) if student in graded else ("-", "")
        if remark.problem:
            failed = f"not graded: {printable(remark.problem)}".replace("\n", " ")
        late = [remark.late] * with_late
        table.add_row(Text(printable(remark.label)), points, Text(failed), *late)
    return table


def _points(result):
    """(points of the maximum, the tasks that failed) of a result."""
    failed = [task for task, (points, maximum) in result.points.items() if points < maximum]
    maximum = sum(maximum for _, maximum in result.points.values())
    return f"{result.score:g}/{maximum:g}", ", ".join(failed)


def _tasks_table(results, titles):
    scores = [result.score for result in results]
    footer = f"{statistics.mean(scores):.1f} points, median {statistics.median(scores):g}"
    table = Table(title="Tasks", show_footer=True)
    table.add_column("task", footer="mean")
    table.add_column("title")
    table.add_column("reached", footer=footer)
    for task, shares in _shares_by_task(results).items():
        table.add_row(task, titles.get(task, ""), _mean_percentage(shares))
    return table


def _shares_by_task(results):
    """Task → each student's share of the maximum, None where the task is worth no points."""
    shares = {}
    for result in results:
        for task, (points, maximum) in result.points.items():
            shares.setdefault(task, []).append(points / maximum if maximum else None)
    return shares


def _mean_percentage(shares):
    counted = [share for share in shares if share is not None]
    if not counted:
        return "no points"
    return f"{100 * statistics.mean(counted):.0f} % of {len(counted):,}"
