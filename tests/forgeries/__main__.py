"""python -m tests.forgeries [WORDS]: the forged-answer table in Markdown: what each gains, what the
student reads.
"""

import typer

from .catalogue import CATALOGUE
from .judge import Found, judge_all

WIDTH = 120  # characters of a sentence
HEAD = (
    "| forgery | aims at | gained | kept beside it | what the student reads |\n| --- | --- | --- "
    "| --- | --- |"
)


def row(found: Found) -> str:
    """One line of the table."""
    forgery = found.forgery
    sentence = " ".join((found.sentences or [""])[0].split()).replace("|", "∣")
    said = sentence if len(sentence) <= WIDTH else sentence[: WIDTH - 1] + "…"
    beside = f"{found.kept} of {len(forgery.beside)}" if forgery.beside else "–"
    gained = f"{found.gained} of {len(forgery.aims)}"
    return f"| {forgery.name} | {', '.join(forgery.aims)} | {gained} | {beside} | {said} |"


def main(
    words: str = typer.Argument("", help="Only forgeries whose name holds these words."),
) -> None:
    """Grade every forgery and print the table; exit 1 if one gains a point."""
    print(HEAD)
    found = []
    for each in judge_all([forgery for forgery in CATALOGUE if words in forgery.name]):
        found.append(each)
        print(row(each), flush=True)
    gained = sum(each.gained for each in found)
    print(f"\n{len(found)} forgeries gained {gained} points.")
    raise typer.Exit(code=int(gained > 0))


if __name__ == "__main__":
    typer.run(main)
