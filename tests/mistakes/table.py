"""Confusion table of the catalogue: wrong answers caught, diagnosed; right answers accepted.

False green and false red are answers that a visible test cell judges otherwise than they deserve.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table

from . import Answer
from .judge import Verdict


@dataclass
class Count:
    """Numbers of verdicts; an answer that is judged several times counts each time."""

    wrong: int = 0
    caught: int = 0
    diagnosed: int = 0
    right: int = 0
    accepted: int = 0
    false_green: int = 0
    false_red: int = 0

    def add(self, answer: Answer, verdict: Verdict) -> None:
        """Count one verdict; caught is a wrong answer that loses exactly the tasks it should."""
        self.false_green += verdict.is_false_green(answer)
        self.false_red += verdict.is_false_red(answer)
        if answer.costs:
            self.wrong += 1
            self.caught += verdict.is_deserved(answer)
            self.diagnosed += verdict.is_deserved(answer) and verdict.diagnoses(answer)
        else:
            self.right += 1
            self.accepted += verdict.is_deserved(answer)


def confusion(verdicts: Iterable[tuple[Answer, Verdict]]) -> dict[str, Count]:
    """Count verdicts by notebook: {notebook: its count}, and "all" at the end."""
    counts: dict[str, Count] = {}
    for answer, verdict in verdicts:
        for row in (answer.notebook, "all"):
            counts.setdefault(row, Count()).add(answer, verdict)
    return {**{row: counts[row] for row in sorted(counts) if row != "all"}, "all": counts["all"]}


def table(counts: dict[str, Count]) -> Table:
    """Lay the counts out as a table."""
    result = Table(
        "notebook",
        "wrong caught",
        "diagnosed, of those",
        "right accepted",
        "false green",
        "false red",
    )
    for row, count in counts.items():
        result.add_row(
            row,
            share(count.caught, count.wrong),
            share(count.diagnosed, count.caught),
            share(count.accepted, count.right),
            str(count.false_green),
            str(count.false_red),
            end_section=row == list(counts)[-2],
        )
    return result


def share(part: int, whole: int) -> str:
    """Format a count and its share: 3 / 4 = 75.0 %."""
    return f"{part} / {whole}" + (f" = {100 * part / whole:.1f} %" if whole else "")
