"""The confusion table of the catalogue: wrong answers caught and diagnosed, right answers accepted."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table

from . import Answer
from .judge import Verdict


@dataclass
class Count:
    """How the checks judged some answers, each perhaps several times."""

    wrong: int = 0
    caught: int = 0
    diagnosed: int = 0
    right: int = 0
    accepted: int = 0

    def add(self, answer: Answer, verdict: Verdict) -> None:
        """Count one verdict.

        Caught is a wrong answer that loses all the tasks that it should, and no other.
        """
        if answer.costs:
            self.wrong += 1
            self.caught += verdict.just(answer)
            self.diagnosed += verdict.just(answer) and verdict.diagnoses(answer)
        else:
            self.right += 1
            self.accepted += verdict.just(answer)


def confusion(verdicts: Iterable[tuple[Answer, Verdict]]) -> dict[str, Count]:
    """{notebook: its count}, and "all"."""
    counts = {}
    for answer, verdict in verdicts:
        for row in (answer.notebook, "all"):
            counts.setdefault(row, Count()).add(answer, verdict)
    return {**{row: counts[row] for row in sorted(counts) if row != "all"}, "all": counts["all"]}


def table(counts: dict[str, Count]) -> Table:
    """The counts as a table for people."""
    result = Table(
        "notebook", "wrong answers caught", "diagnosed, of those caught", "right answers accepted"
    )
    for row, count in counts.items():
        result.add_row(
            row,
            share(count.caught, count.wrong),
            share(count.diagnosed, count.caught),
            share(count.accepted, count.right),
            end_section=row == list(counts)[-2],
        )
    return result


def share(part: int, whole: int) -> str:
    """A count and its share: 3 / 4 = 75.0 %."""
    return f"{part} / {whole}" + (f" = {100 * part / whole:.1f} %" if whole else "")
