"""One export: read, join, check, compare with the last one, write."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from ..errors import ClassError
from ..intake.entries import ASSIGNMENT
from ..results.problems import FILE as PROBLEMS
from . import printing
from .cells import number
from .changes import changes
from .columns import make_columns, points_of_class
from .grades import NOTHING, ClassGrades, join_grades
from .platforms import brightspace, canvas, moodle, spreadsheet
from .record import Cells, Record, default_path, read_record, require_free, write_export
from .settings import Missing, Platform, Settings, Unfinished
from .sheet import Sheet
from .sources import Sources, read_sources

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

DONE = 0
INCOMPLETE = 1  # somebody who has points is not in the file
UNMARKED = 3  # nothing is written: answers wait for a person

_MAKERS = {
    Platform.BRIGHTSPACE: brightspace.make_file,
    Platform.CANVAS: canvas.make_file,
    Platform.MOODLE: moodle.make_file,
    Platform.CSV: spreadsheet.make_file,
}


@dataclass(frozen=True)
class Places:
    """Where an export reads and writes.

    results: the folder of results.
    roster: its file; None for the one that the class was graded with.
    target: the file to write; None for one in the results folder.
    students: the ids to export alone; None for everybody.
    """

    results: Path
    roster: Path | None = None
    target: Path | None = None
    students: frozenset[str] | None = None
    assignment: str = ASSIGNMENT


def export_grades(
    gradebook: "Gradebook",
    settings: Settings,
    places: Places,
    console: Console,
    dry_run: bool = False,
) -> int:
    """Write a file of grades, and print what is in it and what is not.

    Args:
        gradebook: nbgrader's, open.
        settings: what to write.
        places: where to read and write.
        console: where to print.
        dry_run: whether to print only.

    Returns:
        The exit code: DONE, INCOMPLETE or UNMARKED.

    Raises:
        ClassError: where nothing can be written.
        OSError: where a file cannot be read or written.
    """
    sources = read_sources(gradebook, places.assignment, places.results, places.roster)
    sheet = make_sheet(sources, settings, places.students)
    if settings.unfinished == Unfinished.REFUSE and sheet.grades.unfinished:
        printing.print_unfinished(console, sheet.grades.unfinished)
        return UNMARKED
    data = _MAKERS[settings.platform](sheet)
    printing.print_notes(console, sheet, sources)
    _compare_and_write(sheet, data, places, console, dry_run)
    is_complete = settings.platform == Platform.CSV or not sheet.grades.strangers
    return DONE if is_complete else INCOMPLETE


def make_sheet(sources: Sources, settings: Settings, only: frozenset[str] | None = None) -> Sheet:
    """Join the sources, and compute everybody's points.

    Raises:
        ClassError: where a student would get the marks of two submissions.
    """
    grades = join_grades(sources.roster, sources.handins, sources.marks, sources.refused)
    if only is not None:
        kept = tuple(grade for grade in grades.students if grade.student.id in only)
        grades = ClassGrades(kept)
    if settings.missing == Missing.ZERO:
        _require_nobody_unclear(grades, sources)
    columns = make_columns(sources.marks.values(), settings.questions)
    points = points_of_class(grades, columns, settings.unfinished, settings.missing)
    return Sheet(settings, grades, columns, points, sources.roster, sources.roster_path)


def _require_nobody_unclear(grades: ClassGrades, sources: Sources) -> None:
    """Refuse to give 0 where an upload that is nobody's yet may be of one of these students."""
    if sources.unclear and any(grade.status == NOTHING for grade in grades.students):
        raise ClassError(
            "Nobody gets 0 for handing in nothing: it is not clear yet who handed in "
            f"{printing.listed(sources.unclear)}. Follow {PROBLEMS} in the results, run `python -m "
            "autograder class` again, or leave --missing zero out."
        )


def _compare_and_write(sheet, data, places, console, dry_run):
    """Print what changes since the last export, and write unless that is all."""
    platform, item = sheet.settings.platform, sheet.settings.item
    target = places.target or default_path(places.results, platform)
    last = read_record(places.results, platform)
    cells = _cells(sheet)
    if places.students is not None:
        cells = last.cells | cells
    printing.print_changes(console, last, item, changes(last.cells, cells))
    if dry_run:
        require_free(target, last)
        printing.print_line(console, f"Nothing is written; without --dry-run, {target} would be.")
        return
    record = Record(item, "", cells, last.files)
    kept = write_export(places.results, platform, target, data, record)
    printing.print_written(console, sheet, target, kept)


def _cells(sheet: Sheet) -> Cells:
    """The points as text, which compares as the platforms show it."""
    return {
        student.id: {key: number(value) for key, value in sheet.points[student.id].items()}
        for student in sheet.students
    }
