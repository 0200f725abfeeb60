"""The command line: python -m autograder feedback, nbgrader's own feedback pages made by several
processes.
"""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ..paths import ROOT
from ..processes import usable_cores
from ..text import printable
from .gradebook.sync import CONFIG
from .intake.roster import ASSIGNMENT
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
            made, failed = make_all(root, workers or usable_cores())
        except WorkerError as error:
            print(f"Not all pages could be made: {error}.", file=sys.stderr)
            raise typer.Exit(1) from None
    if not made and not failed:
        print(
            "Nobody is graded yet: `python -m autograder class SUBMITTED_DIR` comes first.",
            file=sys.stderr,
        )
        raise typer.Exit(1)
    for student in failed:
        print(
            f"{printable(student)} has no pages; `nbgrader generate_feedback {ASSIGNMENT} --force` "
            "says why."
        )
    print(f"Pages of {len(made):,} student{'s' * (len(made) != 1)} are in feedback/.")
    raise typer.Exit(1 if failed else 0)


def make_all(root: Path, workers: int) -> tuple[list[str], list[str]]:
    """Make the pages of a course folder in so many processes.

    Returns who has pages, and who has none.

    Raises WorkerError.
    """
    with LocalPool(workers) as pool:
        shares = [pool.submit(make_pages, str(root), share, workers) for share in range(workers)]
        parts = [json.loads(share.result()) for share in shares]
    return tuple(sorted(student for part in parts for student in part[place]) for place in (0, 1))


def make_pages(root: str, share: int, shares: int) -> str:
    """`make_share` in a worker process, as JSON text."""
    from .gradebook.feedback_pages import (
        make_share,
    )  # loads nbgrader, which the command line need not wait for

    return json.dumps(make_share(root, share, shares))
