"""The command `python -m autograder class SUBMITTED_DIR`, which grades a whole class."""

import sys
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.text import Text

from ..errors import describe_os_error
from ..paths import ROOT
from ..preflight import mention_missing_data, warn_of_missing_sandbox
from ..terminal import fail, open_console, print_error
from ..text import printable
from .errors import KEPT, ClassError
from .gradebook.sync import CONFIG
from .intake.class_folder import open_class
from .intake.times import in_zone
from .results.course_settings import read_settings
from .run import run_class
from .settings import FAILED, Settings

WIDTH = 120  # columns, where the output is no terminal
UNREADABLE = 2  # exit code: an option, the roster or the folder cannot be read
INTERRUPTED = 130  # exit code: 128 + SIGINT


def class_command(
    submitted: Annotated[
        Path,
        typer.Argument(
            metavar="SUBMITTED_DIR", help="The folder of all submissions, or the platform's zip."
        ),
    ],
    results: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where results are kept; `graded` beside SUBMITTED_DIR."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Processes on this machine; one for each core, as far as memory allows."
        ),
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
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Who takes the course: a table of id, name, email, group, or the gradebook or "
            "grading worksheet of Brightspace, Canvas or Moodle. Later calls remember it.",
        ),
    ] = None,
    due: Annotated[
        str | None,
        typer.Option(metavar='"2026-11-05 23:59"', help="Later is late. Later calls remember it."),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(
            metavar="Europe/Amsterdam", help="Of times that name none; that of this machine."
        ),
    ] = None,
    student: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Grade this submission alone; with --yes, replace its points alone. Repeatable.",
        ),
    ] = None,
) -> None:
    """Grade a whole class; called again, only what changed.

    Ends with 0 where all are graded, 1 where some could not be, 2 where there is nothing to grade
    or the roster cannot be read, 3 where points that differ wait for --yes, and 4 where
    problems.csv in the results names somebody to look at: not graded, missing, or not clearly who.
    """
    zone = _zone(time_zone) if time_zone else None
    folder = results or submitted.absolute().parent / "graded"
    due_time = _due(due, zone or read_settings(folder).zone) if due else None
    console = open_console(WIDTH)
    opened = _open(submitted, console)
    if opened.is_dir():
        if scheduler is None and not require_sandbox:
            warn_of_missing_sandbox()
        mention_missing_data()
    settings = Settings(
        opened,
        results=folder,
        course=Path.cwd() if Path(CONFIG).is_file() else ROOT,
        gradebook=gradebook,
        force=force,
        scheduler=scheduler,
        workers=workers,
        options={"sandbox": require_sandbox},
        roster=roster,
        due=due_time,
        zone=zone,
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
        print_error(f"{describe_os_error(error, settings.results)} {KEPT}")
        return FAILED
    except KeyboardInterrupt:
        print_error(f"Stopped. {KEPT}")
        return INTERRUPTED


def _zone(name: str) -> ZoneInfo:
    """The time zone of this name; ends the command where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fail(f"--time-zone {name}: there is no such zone; Europe/Amsterdam is one.", UNREADABLE)


def _due(text: str, zone: tzinfo | None) -> datetime:
    """The time that is written; ends the command where it is none."""
    try:
        return in_zone(datetime.fromisoformat(text), zone)
    except ValueError:
        fail(f'--due {text}: write the time as "2026-11-05 23:59".', UNREADABLE)


def _open(submitted: Path, console: Console) -> Path:
    """Return the folder of all submissions; ends the command where there is none."""
    try:
        folder, notes = open_class(submitted)
    except ClassError as error:
        fail(str(error), error.code)
    except OSError as error:
        fail(describe_os_error(error, submitted), FAILED)
    for note in notes:
        console.print(Text(printable(note)), soft_wrap=True)
    return folder


def _ask(students):
    """Ask on the terminal whether to replace points; without a terminal, the answer is no."""
    if not sys.stdin.isatty():
        return False
    return typer.confirm(f"Replace the points of {students:,} student(s)?")
