"""The last lines of a run: how many students, what they reached, and which tasks were hard."""

import statistics
from collections.abc import Collection, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...text import printable
from .store import Result

STUDENTS = 60  # at most, in a table of all


def print_summary(
    console: Console,
    results: Collection[Result],
    titles: Mapping[str, str],
    counts: Mapping[str, int],
) -> None:
    """Print tables of students (of a small class) and tasks, and one line of counts.

    results: those that count. titles: of the tasks. counts: phrase → how many students; zeros are
    left out.
    """
    if results and len(results) <= STUDENTS:
        console.print(_students(results))
    if results:
        console.print(_tasks(results, titles))
    phrases = [f"{number:,} {phrase}" for phrase, number in counts.items() if number]
    console.print(Text(", ".join(phrases) + "."))


def _students(results):
    table = Table("student", "points", "failed tasks", title="Students")
    for result in results:
        failed = [task for task, (points, maximum) in result.points.items() if points < maximum]
        whole = sum(maximum for _, maximum in result.points.values())
        table.add_row(
            Text(printable(result.student)), f"{result.score:g}/{whole:g}", ", ".join(failed)
        )
    return table


def _tasks(results, titles):
    shares = {}
    for result in results:
        for task, (points, maximum) in result.points.items():
            shares.setdefault(task, []).append(points / maximum if maximum else None)
    scores = [result.score for result in results]
    footer = f"{statistics.mean(scores):.1f} points, median {statistics.median(scores):g}"
    table = Table(title="Tasks", show_footer=True)
    table.add_column("task", footer="mean")
    table.add_column("title")
    table.add_column("reached", footer=footer)
    for task, values in shares.items():
        counted = [value for value in values if value is not None]
        reached = (
            f"{100 * statistics.mean(counted):.0f} % of {len(counted):,}"
            if counted
            else "no points"
        )
        table.add_row(task, titles.get(task, ""), reached)
    return table
