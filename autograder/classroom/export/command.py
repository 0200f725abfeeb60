"""The command `python -m autograder export --for PLATFORM`, which writes a file of grades."""

from pathlib import Path
from typing import Annotated

import typer

from ...errors import describe_os_error
from ...paths import ROOT
from ...terminal import fail, open_console
from ..errors import ClassError
from ..gradebook.sync import CONFIG
from .settings import ITEM, Missing, Platform, Settings, Unfinished

WIDTH = 120  # columns, where the output is no terminal


def export_command(
    platform: Annotated[Platform, typer.Option("--for", help="Who reads the file.")],
    questions: Annotated[
        bool, typer.Option("--questions", help="An item for each question, too; not for Moodle.")
    ] = False,
    item: Annotated[str, typer.Option(metavar="NAME", help="The grade item's name.")] = ITEM,
    decimal_comma: Annotated[
        bool, typer.Option("--decimal-comma", help="Write 27,5 instead of 27.5.")
    ] = False,
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The platform's own list of students; the one that the class was graded with.",
        ),
    ] = None,
    results: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where `class` keeps results; `graded`.")
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The file to write; DIR/exports/grades-PLATFORM.csv."),
    ] = None,
    unfinished: Annotated[
        Unfinished, typer.Option(help="Students whose answers are not all marked.")
    ] = Unfinished.REFUSE,
    missing: Annotated[
        Missing, typer.Option(help="Students who handed in nothing that can be graded.")
    ] = Missing.LEAVE,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
) -> None:
    """Write everybody's points for a learning platform, or as a table.

    Ends with 0 where the file is written, 1 where it is not or somebody with points is not in it,
    2 where these options or this roster do not fit, and 3 where answers wait for a person.

    Example: python -m autograder export --for brightspace --roster grades.csv --dry-run
    """
    root = Path.cwd() if Path(CONFIG).is_file() else ROOT
    results = results or root / "graded"
    try:
        settings = Settings(platform, item, questions, decimal_comma, unfinished, missing)
        code = _export(root, results, settings, roster, to, dry_run)
    except ClassError as error:
        fail(str(error), error.code)
    except OSError as error:
        fail(f"{describe_os_error(error, results)} No grades are written.", 1)
    raise typer.Exit(code)


def _export(root, results, settings, roster, to, dry_run) -> int:
    from .run import Places, export_grades  # these load nbgrader, which takes seconds
    from .sources import open_gradebook

    with open_gradebook(root) as gradebook:
        places = Places(results, roster, to)
        return export_grades(gradebook, settings, places, open_console(WIDTH), dry_run)
