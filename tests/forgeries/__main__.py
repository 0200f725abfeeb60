"""Print a table of what each forgery gains and what the student reads, in Markdown.

Run `python -m tests.forgeries [WORDS]`; with words, only forgeries whose name holds them.
"""

import typer

from .catalogue import CATALOGUE
from .judge import ForgeryResult, judge_all

WIDTH = 120  # characters of a sentence
HEAD = """\
| forgery | aims at | gained | kept beside it | what the student reads |
| --- | --- | --- | --- | --- |"""


def row(result: ForgeryResult) -> str:
    """Return one line of the table."""
    forgery = result.forgery
    sentence = " ".join((result.sentences or [""])[0].split()).replace("|", "∣")
    said = sentence if len(sentence) <= WIDTH else sentence[: WIDTH - 1] + "…"
    beside = f"{result.kept} of {len(forgery.beside)}" if forgery.beside else "–"
    gained = f"{result.gained} of {len(forgery.aims)}"
    return f"| {forgery.name} | {', '.join(forgery.aims)} | {gained} | {beside} | {said} |"


def main(
    words: str = typer.Argument("", help="Only forgeries whose name holds these words."),
) -> None:
    """Grade every forgery and print the table; exit 1 if one gains a point."""
    print(HEAD)
    results = []
    for result in judge_all([forgery for forgery in CATALOGUE if words in forgery.name]):
        results.append(result)
        print(row(result), flush=True)
    gained = sum(result.gained for result in results)
    print(f"\n{len(results)} forgeries gained {gained} points.")
    raise typer.Exit(code=int(gained > 0))


if __name__ == "__main__":
    typer.run(main)
