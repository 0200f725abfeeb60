"""Grade the hostile class and print what each attack gained, and what was seen of it.

Run `python -m tests.hostile [WORDS]`; with words, only attacks whose name holds them.
"""

import tempfile
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.text import printable

from .catalogue import CATALOGUE
from .honest import HONEST
from .judge import Run, comparable, run_hostile_class

WIDTH = 120  # columns, where the output is no terminal
SEEN = 100  # characters


def main(
    words: str = typer.Argument("", help="Only attacks whose name holds these words."),
) -> None:
    """Grade the hostile class and print a table of what each attack gained.

    Exits with 1 where an attack gains a point, or an honest submission is graded differently.
    """
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    attacks = [attack for attack in CATALOGUE if words in attack.name]
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        run = run_hostile_class(Path(folder), attacks)
        console.print(table(run))
        alone = dict(run.alone())
    gained = sum(run.gained(attack) for attack in run.attacks)
    same = sum(
        comparable(run.found[student].report) == comparable(alone[student]) for student in HONEST
    )
    console.print(
        f"{len(run.attacks)} attacks gained {gained:g} points; {same} honest submissions were "
        "graded as if alone."
    )
    raise typer.Exit(code=int(gained > 0 or same < len(HONEST)))


def table(run: Run) -> Table:
    """Make a table with a row for each attack, then one for each honest student."""
    made = Table(
        "submission", "points gained", "what was seen", title=f"One class, {run.seconds:.0f} s"
    )
    for attack in run.attacks:
        seen = printable(run.seen(attack).strip()) or "nothing"
        made.add_row(Text(attack.name), f"{run.gained(attack):g}", Text(seen[:SEEN]))
    made.add_section()
    for student in HONEST:
        report = run.found[student].report
        made.add_row(student, "", f"{report['score']} of {report['max_score']} points")
    return made


if __name__ == "__main__":
    typer.run(main)
