"""The command line: python -m autograder class SUBMITTED_DIR."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ..paths import ROOT
from ..terminal import complain, open_console
from .errors import KEPT, ClassError
from .gradebook.sync import CONFIG
from .run import FAILED, Settings, run_class

WIDTH = 120  # columns, where the output is no terminal
INTERRUPTED = 130


def class_command(
    submitted: Annotated[
        Path, typer.Argument(metavar="SUBMITTED_DIR", help="The folder of all submissions.")
    ],
    results: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where results are kept; `graded` beside SUBMITTED_DIR."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes on this machine; one for each core.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="tcp://HOST:PORT", help="Grade on the workers of this Dask scheduler."
        ),
    ] = None,
    gradebook: Annotated[
        bool, typer.Option(help="Write the points to nbgrader's gradebook.")
    ] = True,
    yes: Annotated[
        bool, typer.Option("--yes", help="Replace points that differ from those of before.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Grade everybody anew, changed or not.")
    ] = False,
    require_sandbox: Annotated[
        bool, typer.Option("--require-sandbox", help="Run nothing without a sandbox.")
    ] = False,
) -> None:
    """Grade a whole class; called again, only what changed.

    Ends with 0 where all are graded, 1 where some could not be, 2 where there is nothing to grade,
    and 3 where points that differ wait for --yes.
    """
    console = open_console(WIDTH)
    settings = Settings(
        submitted,
        results or submitted.absolute().parent / "graded",
        Path.cwd() if Path(CONFIG).is_file() else ROOT,
        gradebook,
        force,
        scheduler,
        workers,
        options={"sandbox": require_sandbox},
    )
    raise typer.Exit(grade_class(settings, console, lambda students: yes or _ask(students)))


def grade_class(settings: Settings, console: Console, accept) -> int:
    """`run_class`, with one sentence on the standard error stream for what stops it.

    Returns the exit code.
    """
    try:
        return run_class(settings, console, accept)
    except ClassError as error:
        complain(str(error))
        return error.code
    except OSError as error:
        place = error.filename or settings.results
        complain(f"{place}: {error.strerror or error}. {KEPT}")
        return FAILED
    except KeyboardInterrupt:
        complain(f"Stopped. {KEPT}")
        return INTERRUPTED


def _ask(students):
    """Ask whoever watches; without anybody, nothing is replaced."""
    if not sys.stdin.isatty():
        return False
    return typer.confirm(f"Replace the points of {students:,} student(s)?")
