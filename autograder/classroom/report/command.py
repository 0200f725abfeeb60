"""The command `report`: what the class learnt, as a page and a table."""

from pathlib import Path
from typing import Annotated

import typer

from ... import atomic_files
from ...errors import describe_os_error
from ...paths import ROOT
from ...terminal import fail
from ..errors import ClassError
from ..gradebook.sync import CONFIG

NOTHING = 2  # exit code: there are no results
FAILED = 1
MARK = "VAE class report"  # in each page's head, so that no other file is taken for one


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
    from .collect import read_report  # loads nbgrader, scikit-learn and matplotlib
    from .page import make_page, make_table

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
    except OSError as error:
        fail(describe_os_error(error, results), FAILED)
    except ValueError as error:
        fail(f"{results}: {error}.", FAILED)
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
