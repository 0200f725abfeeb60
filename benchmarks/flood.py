"""python -m benchmarks.flood [STUDENT]: how long an honest submission takes beside each flood.

Two workers grade two submissions: an honest one of the hostile class, and one that floods the
machine from each of its notebooks (tests/hostile/floods.py). Beside it stands how long the honest
one takes alone, measured just before each, since other work on this machine counts as well.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from rich.console import Console
from rich.table import Table

from autograder.assignment import AUTO
from autograder.classroom.intake.entries import Entry, Source, read_uploads
from autograder.classroom.workers.dispatch import Outcome, grade_submissions
from autograder.classroom.workers.local_pool import LocalPool
from tests.hostile import TOOLS
from tests.hostile.floods import FLOODS, flood
from tests.hostile.honest import HONEST
from tests.hostile.judge import comparable
from tests.paths import RELEASE

WORKERS = 2
FLOOD_SECONDS = 7200  # longer than it is graded


@dataclass(frozen=True)
class Graded:
    """The honest submission's outcome, and how long it took (seconds)."""

    outcome: Outcome
    seconds: float


def main() -> None:
    """Measure and print the table, a row as soon as it is there."""
    parser = argparse.ArgumentParser(description="Time an honest submission beside floods.")
    parser.add_argument("student", nargs="?", default="honest mistakes", choices=HONEST)
    parser.add_argument("--flood", action="append", choices=FLOODS, help="only this one; repeat it")
    chosen = parser.parse_args()
    console = Console()
    table = Table("beside", "alone, s", "beside it, s", "ratio", "same report")
    with tempfile.TemporaryDirectory(prefix="flood-") as folder:
        for name in chosen.flood or FLOODS:
            row = measure(Path(folder, name), chosen.student, name)
            console.print(*row)
            table.add_row(*row)
    console.print(table)


def measure(folder: Path, student: str, name: str) -> tuple[str, ...]:
    """Grade the student alone and then beside a flood, and return the table's row."""
    honest, flooding = honest_entry(folder / "honest", student), flood_entry(folder / "flood", name)
    alone, beside = grade_honest([honest]), grade_honest([flooding, honest])
    reports = [comparable(each.outcome.report) for each in (alone, beside)]
    ratio = f"{beside.seconds / alone.seconds:.2f}"
    same = "yes" if reports[0] == reports[1] else "no"
    return name, f"{alone.seconds:.0f}", f"{beside.seconds:.0f}", ratio, same


def honest_entry(folder: Path, student: str) -> Entry:
    """Hand in, in this new folder, what an honest student of the hostile class hands in."""
    folder.mkdir(parents=True)
    HONEST[student][0](folder)
    (upload,) = read_uploads(folder)[0]
    return Entry(student, upload.sources)


def flood_entry(folder: Path, name: str) -> Entry:
    """Hand in the release with a flood at the top of each notebook that runs."""
    folder.mkdir(parents=True)
    for notebook in sorted({task.notebook for task in AUTO}):
        node = nbformat.read(RELEASE / notebook, as_version=4)
        cells = (f"paths = {{}}\n{TOOLS}", flood(name, FLOOD_SECONDS))
        node.cells = [*map(nbformat.v4.new_code_cell, cells), *node.cells]
        nbformat.write(node, folder / notebook)
    return Entry("flood", (Source(folder),))


def grade_honest(entries: list[Entry]) -> Graded:
    """Grade submissions side by side until the last of them, the honest one, is done."""
    pool = LocalPool(WORKERS)
    try:
        started = time.monotonic()
        for outcome in grade_submissions(pool, entries):
            if outcome.entry == entries[-1] and outcome.status == "graded":
                return Graded(outcome, time.monotonic() - started)
    finally:
        pool.shutdown(wait=False)
    raise RuntimeError("The honest submission was not graded.")


if __name__ == "__main__":
    main()
