"""Print the confusion table: python -m tests.mistakes [--seeds N] [--right] [--processes N]."""

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Annotated

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["MPLBACKEND"] = "Agg"

import typer  # noqa: E402 - what is imported below reads these variables
from rich.console import Console  # noqa: E402
from rich.progress import track  # noqa: E402

from . import Answer  # noqa: E402
from .catalogue import CATALOGUE  # noqa: E402
from .judge import Verdict, differing_ids, verdict_by_index  # noqa: E402
from .table import confusion, table  # noqa: E402


def main(
    seeds: Annotated[
        int, typer.Option(min=1, help="How many times to judge each answer, on other inputs.")
    ] = 1,
    right: Annotated[bool, typer.Option("--right", help="Judge the right answers alone.")] = False,
    processes: Annotated[int, typer.Option(min=1)] = os.cpu_count() or 1,
) -> None:
    """Judge every answer of the catalogue and print the confusion table.

    Exits with 1 where a verdict is wrong.
    """
    console = Console(width=130)
    used_seeds = range(seeds) if seeds > 1 else (None,)
    chosen = [index for index, each in enumerate(CATALOGUE) if not (right and each.costs)]
    cases = [(index, seed) for seed in used_seeds for index in chosen]
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        judged = track(
            pool.map(verdict_by_index, *zip(*cases, strict=True), chunksize=8),
            total=len(cases),
            description="Judging",
            transient=True,
            console=console,
        )
        verdicts = [
            (CATALOGUE[index], seed, each)
            for (index, seed), each in zip(cases, judged, strict=True)
        ]
    counts = confusion((answer, each) for answer, _, each in verdicts)
    console.print(table(counts))
    wrong = [
        line(answer, seed, each)
        for answer, seed, each in verdicts
        if not each.is_deserved(answer) or each.is_false_green(answer) or each.is_false_red(answer)
    ]
    wrong += [line_of_ids(*each) for each in answers_of_several_ids(verdicts)]
    all_right = (
        f"{len(verdicts)} verdicts on {len(chosen)} answers: the points that they deserve, and "
        "the same in the notebook, each time."
    )
    console.print(*wrong or [all_right], sep="\n")
    raise typer.Exit(1 if wrong else 0)


def answers_of_several_ids(
    verdicts: Iterable[tuple[Answer, int | None, Verdict]],
) -> Iterator[tuple[Answer, dict]]:
    """Yield the answers that have other ids for other inputs, with these ids."""
    by_answer: dict[Answer, list[Verdict]] = {}
    for answer, _, each in verdicts:
        by_answer.setdefault(answer, []).append(each)
    for answer, several in by_answer.items():
        if differing := differing_ids(several):
            yield answer, differing


def line_of_ids(answer: Answer, differing: dict) -> str:
    """Describe in a line that an answer's diagnosis hangs on the inputs."""
    return f"{answer} has several ids of diagnosis: {differing}"


def line(answer: Answer, seed: int | None, each: Verdict) -> str:
    """Describe one wrong verdict in a line."""
    return (
        f"{answer} (seed {seed}) lost {each.lost}, red {each.red}, should lose {answer.costs}: "
        f"{' | '.join(each.messages)[:300]}"
    )


if __name__ == "__main__":
    typer.run(main)
