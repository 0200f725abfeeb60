"""python -m tests.forgeries: the forged-answer table: what each aims at, what it gains, what the student reads."""

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .catalogue import CATALOGUE
from .judge import judge_all


def main(words: str = typer.Argument("", help="Only forgeries whose name holds these words.")) -> None:
    """Grade every forgery and print the table; exit 1 if one gains a point."""
    chosen = [forgery for forgery in CATALOGUE if words in forgery.name]
    table = Table("forgery", "aims at", "gained", "beside it", "what the student reads", box=box.MARKDOWN)
    found = []
    for each in judge_all(chosen):
        found.append(each)
        beside = f"{each.kept} of {len(each.forgery.beside)}" if each.forgery.beside else ""
        said = each.sentences[0] if each.sentences else ""
        table.add_row(each.forgery.name, ", ".join(each.forgery.aims), f"{each.gained} of {len(each.forgery.aims)}",
                      beside, Text(said[:160]))  # fmt: skip
    gained = sum(each.gained for each in found)
    console = Console()
    console.print(table)
    console.print(f"{len(found)} forgeries gained {gained} points.")
    raise typer.Exit(code=int(gained > 0))


if __name__ == "__main__":
    typer.run(main)
