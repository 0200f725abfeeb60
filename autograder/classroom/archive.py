"""The command `archive`: a year's work goes into a folder of its own, and the next one starts."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from filelock import FileLock, Timeout

from ..errors import describe_os_error
from ..paths import ROOT
from ..terminal import fail
from .gradebook.sync import CONFIG
from .intake.class_zip import MARK

NOT_MOVED = 1  # exit codes
NOTHING = 2
NOT_ACCEPTED = 3
_FOLDERS = ("submitted_directory", "autograded_directory", "feedback_directory")


def archive_command(
    year: Annotated[str, typer.Argument(metavar="YEAR", help="The name of the folder: 2026.")],
    results: Annotated[
        Path, typer.Option(metavar="DIR", help="Where `class` kept the results.")
    ] = Path("graded"),
    to: Annotated[Path, typer.Option(metavar="DIR", help="Where the archives are.")] = Path(
        "archive"
    ),
    yes: Annotated[bool, typer.Option("--yes", help="Move without asking.")] = False,
) -> None:
    """Move gradebook, submissions, results and feedback of a year away, and start afresh.

    It says first what it will move, and deletes nothing. Ends with 0, with 1 where something cannot
    be moved (then all is as before), with 2 where there is nothing to move, and with 3 where nobody
    said yes. Example: archive 2026
    """
    if Path(year).name != year or year.startswith("."):
        fail(f"{year} should be a plain name for a folder, such as 2026.", NOTHING)
    course = Path.cwd() if Path(CONFIG).is_file() else ROOT
    target = to.absolute() / year
    if target.exists():
        fail(f"{target} is there already; choose another name.", NOTHING)
    parts, note = parts_of_year(course, results.absolute())
    if note:
        print(note)
    if not parts:
        fail(f"There is nothing to move in {course}.", NOTHING)
    print(f"To {target} will move:", *(f"  {part}" for part in parts), sep="\n")
    if not (yes or _ask()):
        fail("Nothing was moved; --yes moves it.", NOT_ACCEPTED)
    try:
        with FileLock(results.absolute() / ".lock", timeout=0) if results.is_dir() else _Unlocked():
            move_all(parts, target)
    except Timeout:
        fail(f"A run writes to {results}: wait for its end. Nothing was moved.", NOT_MOVED)
    except OSError as error:
        fail(f"{describe_os_error(error, target)} Nothing was moved.", NOT_MOVED)
    print("Done. `make release` makes a gradebook for the new year.")


class _Unlocked:
    """A lock of nothing."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def parts_of_year(course: Path, results: Path) -> tuple[list[Path], str]:
    """Find what a year left behind.

    Args:
        course: the folder of nbgrader_config.py, which names the other folders.
        results: the folder of the results.

    Returns:
        Files and folders that are there, and a sentence on a gradebook that is no file.
    """
    from .gradebook.course import load_course  # takes seconds to load nbgrader

    settings, _ = load_course(course, log_level="ERROR")
    prefix, url = "sqlite:///", str(settings.db_url)
    note = "" if url.startswith(prefix) else "The gradebook is no file: keep its database yourself."
    database = [] if note else [Path(url.removeprefix(prefix))]
    # SQLite's journals, of a database that another program has open.
    files = [Path(f"{each}{ending}") for each in database for ending in ("", "-wal", "-shm")]
    folders = [course / str(getattr(settings, name)) for name in _FOLDERS]
    found = [path for path in (*files, *folders, *_downloads(course), results) if path.exists()]
    return list(dict.fromkeys(path.absolute() for path in found)), note


def _downloads(course: Path) -> list[Path]:
    """List the folders in which `class` unpacked a platform's zips, and the zips beside them."""
    folders = [mark.parent for mark in course.glob(f"*/{MARK}")]
    return [*folders, *(folder.with_name(f"{folder.name}.zip") for folder in folders)]


def move_all(parts: Sequence[Path], target: Path) -> None:
    """Move files and folders into a new folder, all or none.

    Raises:
        OSError: where one cannot be moved; all are then where they were.
    """
    target.mkdir(parents=True)
    moved: list[tuple[Path, Path]] = []
    try:
        for part in parts:
            place = target / part.name
            part.rename(place)
            moved.append((part, place))
    except OSError:
        for part, place in reversed(moved):
            place.rename(part)
        target.rmdir()
        raise


def _ask() -> bool:
    """Ask on the terminal; without one, the answer is no."""
    return sys.stdin.isatty() and typer.confirm("Move them?")
