"""What a person must look at after a run: the file problems.csv in the results folder."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from ... import atomic_files
from ...text import printable

FILE = "problems.csv"
MAX_ROWS = 40  # of the table in the terminal
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins so


@dataclass(frozen=True)
class Problem:
    """One thing that a person must look at.

    kind: "stranger", "missing", "ambiguous", "double", "group", "time" or "not graded".
    who: the student, the group, or the name in the download.
    what: a sentence.
    way_out: what to do, a sentence.
    """

    kind: str
    who: str
    what: str
    way_out: str = ""


def write_problems(results: Path, problems: Sequence[Problem]) -> None:
    """Write the file anew: a table with a header, for any spreadsheet.

    Raises:
        OSError: where it cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(("kind", "who", "what", "way out"))
    writer.writerows([_cell(part) for part in astuple(problem)] for problem in problems)
    atomic_files.write(results / FILE, text.getvalue().encode("utf-8-sig"))


def problems_table(problems: Sequence[Problem]) -> Table:
    """Make a table of the first MAX_ROWS problems; its last row counts the others."""
    table = Table("who", "what", "way out", title="To look at")
    for problem in problems[:MAX_ROWS]:
        table.add_row(*(Text(_one_line(part)) for part in astuple(problem)[1:]))
    if len(problems) > MAX_ROWS:
        kinds = Counter(problem.kind for problem in problems[MAX_ROWS:])
        rest = ", ".join(f"{number:,} {kind}" for kind, number in kinds.items())
        table.add_row("…", f"and {rest}", f"{FILE} has them all")
    return table


def _one_line(text):
    return printable(" ".join(text.split()))


def _cell(text):
    """A cell's text that no spreadsheet takes for a formula."""
    text = _one_line(text)
    return f"'{text}" if text.startswith(_FORMULA) else text
