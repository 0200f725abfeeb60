"""The command `python -m autograder feedback`: nbgrader's feedback pages, by several processes."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ..paths import ROOT
from ..processes import usable_cores
from ..terminal import fail
from ..text import printable
from .gradebook.sync import CONFIG
from .intake.entries import ASSIGNMENT
from .workers.local_pool import LocalPool, WorkerError


def feedback_command(
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes on this machine; one for each core.")
    ] = None,
) -> None:
    """Make nbgrader's feedback pages of everybody who is graded; those of before are replaced.

    Ends with 0 where all have their pages, and 1 where somebody has none.
    """
    root = Path.cwd() if Path(CONFIG).is_file() else ROOT
    with Console(stderr=True).status("Making the pages"):
        try:
            made, failed = make_all_pages(root, workers or usable_cores())
        except WorkerError as error:
            fail(f"Not all pages could be made: {error}.", 1)
    if not made and not failed:
        fail("Nobody is graded yet: `python -m autograder class SUBMITTED_DIR` comes first.", 1)
    for student in failed:
        print(
            f"{printable(student)} has no pages; `nbgrader generate_feedback {ASSIGNMENT} --force` "
            "says why."
        )
    print(f"Pages of {len(made):,} student{'s' * (len(made) != 1)} are in feedback/.")
    raise typer.Exit(1 if failed else 0)


def make_all_pages(root: Path, workers: int) -> tuple[list[str], list[str]]:
    """Make the pages of a course folder in several processes.

    Args:
        root: the course folder, with nbgrader_config.py.
        workers: number of processes.

    Returns:
        The students who have pages, and those for whom they could not be made.

    Raises:
        WorkerError: where a process failed.
    """
    with LocalPool(workers) as pool:
        futures = [pool.submit(make_share, str(root), share, workers) for share in range(workers)]
        parts = [json.loads(future.result()) for future in futures]
    made = sorted(student for part, _ in parts for student in part)
    failed = sorted(student for _, part in parts for student in part)
    return made, failed


def make_share(root: str, share: int, shares: int) -> str:
    """Make one process's share of the pages; return the result of `make_pages` as JSON text."""
    from .gradebook.feedback_pages import make_pages  # loads nbgrader, which takes seconds

    return json.dumps(make_pages(root, share, shares))
