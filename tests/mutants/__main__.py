"""Print what becomes of the key's mutants: python -m tests.mutants [--processes N] [NAME]."""

import os
from collections.abc import Sequence
from typing import Annotated

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["MPLBACKEND"] = "Agg"

import typer  # noqa: E402 - what is imported below reads these variables
from rich.console import Console  # noqa: E402
from rich.progress import track  # noqa: E402
from rich.table import Table  # noqa: E402

from .equivalent import reason, stale_entries  # noqa: E402
from .generate import mutants  # noqa: E402
from .judge import Judged, judge_all  # noqa: E402


def main(
    names: Annotated[
        list[str] | None, typer.Argument(help="Definitions to change; all of them without.")
    ] = None,
    processes: Annotated[int, typer.Option(min=1)] = os.cpu_count() or 1,
    says: Annotated[bool, typer.Option(help="Print each mutant and what is said of it.")] = False,
) -> None:
    """Judge each mutant, and print how many are caught, and each that is not.

    Exits with 1 for a survivor that `equivalent` does not list, and for an entry out of date.
    """
    console = Console(width=150, highlight=False, markup=False, soft_wrap=True)
    made = [mutant for mutant in mutants() if not names or mutant.definition in names]
    progress = track(judge_all(made, processes), total=len(made), transient=True, console=console)
    judged = list(progress)
    if says:
        console.print(*(f"{each.mutant}\n    {each.complaint}" for each in judged), sep="\n")
    console.print(table(judged))
    survivors = [each.mutant for each in judged if each.survives]
    unlisted = [f"survives: {mutant}" for mutant in survivors if not reason(mutant)]
    stale = [] if names else [f"no such survivor: {entry}" for entry in stale_entries(survivors)]
    all_right = "Each survivor is as right as the key, and equivalent.py says why."
    console.print(*(unlisted + stale) or [all_right], sep="\n")
    raise typer.Exit(1 if unlisted or stale else 0)


def table(judged: Sequence[Judged]) -> Table:
    """Lay out how many mutants of each definition are caught, and how many survive."""
    result = Table("definition", *(("mutants", "caught", "equivalent", "survivors")))
    definitions = list(dict.fromkeys(each.mutant.definition for each in judged))
    for definition in (*definitions, "all"):
        rows = [each for each in judged if definition in (each.mutant.definition, "all")]
        survivors = [each.mutant for each in rows if each.survives]
        equivalent = sum(reason(mutant) is not None for mutant in survivors)
        counts = (len(rows), len(rows) - len(survivors), equivalent, len(survivors) - equivalent)
        result.add_row(definition, *map(str, counts), end_section=definition == definitions[-1])
    return result


if __name__ == "__main__":
    typer.run(main)
