"""The command `python -m autograder class SUBMITTED_DIR`, which grades a whole class."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ..paths import ROOT
from ..terminal import open_console, print_error
from .errors import KEPT, ClassError
from .gradebook.sync import CONFIG
from .run import FAILED, Settings, run_class

WIDTH = 120  # columns, where the output is no terminal
INTERRUPTED = 130  # exit code: 128 + SIGINT


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
    student: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Grade this submission alone; with --yes, replace its points alone. Repeatable.",
        ),
    ] = None,
) -> None:
    """Grade a whole class; called again, only what changed.

    Ends with 0 where all are graded, 1 where some could not be, 2 where there is nothing to grade,
    and 3 where points that differ wait for --yes.
    """
    console = open_console(WIDTH)
    settings = Settings(
        submitted,
        results=results or submitted.absolute().parent / "graded",
        course=Path.cwd() if Path(CONFIG).is_file() else ROOT,
        gradebook=gradebook,
        force=force,
        scheduler=scheduler,
        workers=workers,
        options={"sandbox": require_sandbox},
        students=tuple(student or ()),
    )
    raise typer.Exit(grade_class(settings, console, lambda students: yes or _ask(students)))


def grade_class(settings: Settings, console: Console, accept: Callable[[int], bool]) -> int:
    """Call `run_class`, and print one sentence where an error stops it.

    Returns:
        The exit code.
    """
    try:
        return run_class(settings, console, accept)
    except ClassError as error:
        print_error(str(error))
        return error.code
    except OSError as error:
        path = error.filename or settings.results
        print_error(f"{path}: {error.strerror or error}. {KEPT}")
        return FAILED
    except KeyboardInterrupt:
        print_error(f"Stopped. {KEPT}")
        return INTERRUPTED


def _ask(students):
    """Ask on the terminal whether to replace points; without a terminal, the answer is no."""
    if not sys.stdin.isatty():
        return False
    return typer.confirm(f"Replace the points of {students:,} student(s)?")
