"""The page of the report, one self-contained HTML file, and its table as CSV."""

import csv
import io
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from ...assignment import BATCH_SIZE, TARGETS
from .alike import Pair
from .attention import Attention
from .command import MARK
from .counts import HardCheck, Misconception, Question, finished
from .plots import losses_plot, misconceptions_plot, points_plot, questions_plot
from .works import Work

MAX_PAIRS = 60  # on the page; the table has all
MAX_MISCONCEPTIONS = 60
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class ClassReport:
    """All that the page and the table say.

    made: when.
    marked: whether a gradebook gave marks; without, automatic points are all.
    """

    made: datetime
    works: Sequence[Work]
    questions: Sequence[Question]
    misconceptions: Sequence[Misconception]
    hard_checks: Sequence[HardCheck]
    pairs: Sequence[Pair]
    attention: Sequence[Attention]
    marked: bool

    @property
    def finished(self) -> list[Work]:
        """The submissions in which nothing waits for a person."""
        return finished(self.works)

    @property
    def maximum(self) -> float:
        """The points of all tasks."""
        return max((work.maximum for work in self.works), default=0)


def make_page(report: ClassReport) -> str:
    """Make the page as HTML."""
    totals = [work.total for work in report.finished]
    losses = _losses(report.works)
    return _TEMPLATES.get_template("template.html").render(
        report=report,
        mark=MARK,
        students=sum(work.members for work in report.works),
        mean=statistics.mean(totals) if totals else None,
        median=statistics.median(totals) if totals else None,
        batch=BATCH_SIZE,
        losses={TARGETS[name].model: _loss_row(name, each) for name, each in losses.items()},
        max_pairs=MAX_PAIRS,
        max_misconceptions=MAX_MISCONCEPTIONS,
        plots={
            "points": points_plot(totals, report.maximum) if totals else "",
            "questions": questions_plot(report.questions) if report.questions else "",
            "misconceptions": misconceptions_plot(report.misconceptions, len(report.works))
            if report.misconceptions
            else "",
            "losses": losses_plot(losses) if losses else "",
        },
    )


def _losses(works: Sequence[Work]) -> dict[str, list[dict[str, float]]]:
    """Target → the losses of each submission that has some."""
    return {
        name: found
        for name in TARGETS
        if (found := [dict(work.losses[name]) for work in works if name in work.losses])
    }


def _loss_row(name: str, losses: list[dict[str, float]]) -> dict[str, float | int]:
    """Summarise a target: how many were measured, lie in the band, and the median in its unit."""
    target = TARGETS[name]
    scaled = [{part: value / BATCH_SIZE for part, value in each.items()} for each in losses]
    inside = [
        each
        for each in scaled
        if target.reconstruction[0] <= each["reconstruction"] <= target.reconstruction[1]
        and target.kl[0] <= each["KL"] <= target.kl[1]
    ]
    return {
        "measured": len(scaled),
        "inside": len(inside),
        "median": statistics.median(each["reconstruction"] + each["KL"] for each in scaled),
        "target": target.loss,
    }


def make_table(report: ClassReport) -> bytes:
    """Make the table: one row for each number or fact, in UTF-8 as spreadsheets read it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(("part", "submission", "other", "task", "what", "value"))
    for row in _rows(report):
        writer.writerow([_plain(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _rows(report: ClassReport) -> Iterator[tuple]:
    for work in report.works:
        yield "points", work.submission, "", "", "total", work.total
        yield "points", work.submission, "", "", "answers that wait", len(work.waits)
        for task, losses in work.losses.items():
            for part, nats in losses.items():
                yield "losses", work.submission, "", task, f"{part}, nats per image", nats
    for row in report.questions:
        yield "questions", "", "", row.task, "mean share", row.mean
        yield "questions", "", "", row.task, "discrimination", row.discrimination
        yield "questions", "", "", row.task, "waiting", row.waiting
    for each in report.misconceptions:
        yield "misconceptions", "", "", each.task, each.diagnosis, each.works
    for hard in report.hard_checks:
        yield "checks that good students fail", "", "", hard.task, hard.check, hard.good
    for pair in report.pairs:
        for task, cosine in pair.texts.items():
            yield "alike", pair.one, pair.other, task, "text, cosine", cosine
        if pair.code is not None:
            yield "alike", pair.one, pair.other, "", "code, cosine", pair.code
        for name in pair.weights:
            yield "alike", pair.one, pair.other, "", "equal weights", name
    for look in report.attention:
        yield "to look at", look.submission, "", "", look.kind, look.why


def _plain(cell: object) -> object:
    """Return a cell that no spreadsheet computes; None is empty."""
    if isinstance(cell, float):
        return f"{cell:.6g}"
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
