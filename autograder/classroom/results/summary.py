"""Summary of a run: how many students, what they reached, and which tasks were hard."""

import statistics
from collections.abc import Collection, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...text import printable
from .store import Result

MAX_STUDENTS = 60  # in a table with a row for each


def print_summary(
    console: Console,
    results: Collection[Result],
    titles: Mapping[str, str],
    counts: Mapping[str, int],
    reasons: Mapping[str, str],
) -> None:
    """Print tables of students (of a small class) and tasks, and one line of counts.

    Args:
        console: where to print.
        results: the results that count.
        titles: task → its title.
        counts: phrase → number of students; zeros are left out.
        reasons: student → why they are not graded.
    """
    if 0 < len(results) + len(reasons) <= MAX_STUDENTS:
        console.print(_students_table(results, reasons))
    if results:
        console.print(_tasks_table(results, titles))
    phrases = [f"{number:,} {phrase}" for phrase, number in counts.items() if number]
    console.print(Text(", ".join(phrases) + "."))


def _students_table(results, reasons):
    table = Table("student", "points", "failed tasks", title="Students")
    for result in results:
        failed = [task for task, (points, maximum) in result.points.items() if points < maximum]
        maximum = sum(maximum for _, maximum in result.points.values())
        student, points = Text(printable(result.student)), f"{result.score:g}/{maximum:g}"
        table.add_row(student, points, ", ".join(failed))
    graded = {result.student for result in results}
    for student, reason in reasons.items():
        sentence = Text(f"not graded: {printable(reason)}".replace("\n", " "))
        points = "as before" if student in graded else "-"
        table.add_row(Text(printable(student)), points, sentence)
    return table


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
