"""The command `report`: what the class learnt, as a page and a table."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ... import atomic_files
from ...paths import ROOT
from ...terminal import fail
from ..errors import ClassError
from ..gradebook.marks import Marks
from ..gradebook.sync import CONFIG
from ..intake.entries import ASSIGNMENT
from ..results.handins import read_handins
from ..results.store import Store
from .alike import alike_pairs
from .attention import needing_a_person
from .counts import hard_checks, misconceptions, questions
from .page import MARK, ClassReport, make_page, make_table
from .works import gradebook_file, read_works

NOTHING = 2  # exit code: there are no results
FAILED = 1


def report_command(
    results: Annotated[
        Path, typer.Option(metavar="DIR", help="Where `class` kept the results.")
    ] = Path("graded"),
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The page, report.html in DIR; its table is written beside it."
        ),
    ] = None,
    gradebook: Annotated[
        bool, typer.Option(help="Read the marks from nbgrader's gradebook.")
    ] = True,
) -> None:
    """Write a page on what the class learnt, and its numbers as CSV.

    Ends with 0, with 1 where a file cannot be read or written, and with 2 where there are no
    results. Example: report --results graded
    """
    if not results.is_dir():
        fail(f"{results} is not a folder: name that of the results, by --results.", NOTHING)
    page = to or results / "report.html"
    _refuse_other_page(page)
    course = Path.cwd() if Path(CONFIG).is_file() else ROOT
    try:
        report = read_report(results, course if gradebook else None)
        if not report.works and not report.attention:
            fail(f"{results} holds no results: `class` makes them.", NOTHING)
        table = page.with_suffix(".csv")
        atomic_files.write(page, make_page(report).encode())
        atomic_files.write(table, make_table(report))
    except ClassError as error:
        fail(str(error), error.code)
    except (OSError, ValueError) as error:
        name = getattr(error, "filename", None) or results
        fail(f"{name}: {getattr(error, 'strerror', None) or error}.", FAILED)
    print(f"{page} is about {len(report.works):,} submissions; {table} has its numbers.")


def _refuse_other_page(page: Path) -> None:
    """End the command where the page would replace another file than an earlier report."""
    if page.suffix != ".html":
        fail(f"{page} should end with .html: the table beside it ends with .csv.", NOTHING)
    if page.exists() and not (page.is_file() and MARK.encode() in page.read_bytes()[:2000]):
        fail(f"{page} is another file; choose another name by --to.", FAILED)
    table = page.with_suffix(".csv")
    if table.exists() and not page.exists():
        fail(f"{table} is there already, without its page; choose another name by --to.", FAILED)


def read_report(results: Path, course: Path | None) -> ClassReport:
    """Read all that the report says.

    Args:
        results: the folder of results.
        course: the folder of nbgrader_config.py, None for no marks.

    Raises:
        ClassError, OSError, ValueError: where something cannot be read.
    """
    marks = _read_marks(course) if course else {}
    with Store(results) as store:
        works = read_works(store, read_handins(results), marks)
        attention = needing_a_person(store, works)
        return ClassReport(
            datetime.now(),
            works,
            questions(works, store.titles),
            misconceptions(works),
            hard_checks(works),
            alike_pairs(works),
            attention,
            bool(marks),
        )


def _read_marks(course: Path) -> Mapping[str, Marks]:
    """Read all marks of a course's gradebook; {} where there is none yet."""
    from nbgrader.api import Gradebook  # takes seconds to load

    from ..gradebook.course import load_course
    from ..gradebook.marks import read_marks

    settings, _ = load_course(course, log_level="ERROR")
    file = gradebook_file(settings.db_url)
    if file is not None and not file.is_file():
        return {}
    with Gradebook(settings.db_url, settings.course_id) as opened:
        return read_marks(opened, ASSIGNMENT)
