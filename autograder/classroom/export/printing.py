"""What an export says in the terminal."""

from collections.abc import Collection, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...text import printable
from ..results.problems import FILE as PROBLEMS
from ..roster.cross_check import shown
from .changes import MAX_ROWS, Change, changes_table
from .columns import TOTAL, question_of
from .grades import NOT_GRADED, REFUSED, UNMARKED, Grade
from .platforms import brightspace
from .record import Record
from .settings import Missing, Platform, Unfinished
from .sheet import Sheet
from .sources import Sources

MAX_NAMES = 15  # in a sentence

_ABOVE = {
    Platform.BRIGHTSPACE: "Brightspace cuts them off unless the item can exceed its maximum",
    Platform.CANVAS: "Canvas takes them",
    Platform.MOODLE: "Moodle skips them without a word",
}


def print_line(console: Console, sentence: str) -> None:
    """Print a sentence."""
    console.print(Text(printable(sentence)))


def print_unfinished(console: Console, grades: Sequence[Grade]) -> None:
    """Print who cannot get a grade yet, what waits, and the ways on."""
    table = Table("submission", "students", "waits for a person", title="Not marked yet")
    rows = _by_submission(grades)
    for submission, (members, waits) in list(rows.items())[:MAX_ROWS]:
        table.add_row(*(Text(printable(each)) for each in (submission, ", ".join(members), waits)))
    if len(rows) > MAX_ROWS:
        table.add_row(f"and {len(rows) - MAX_ROWS:,} more", "", "")
    console.print(table)
    print_line(
        console,
        f"Nothing is written: not all answers of {_students(len(grades))} are marked. Mark them "
        "(`python -m autograder review`), or give --unfinished leave (these students get no "
        "grade yet) or --unfinished zero (what is not marked counts 0).",
    )


def print_notes(console: Console, sheet: Sheet, sources: Sources) -> None:
    """Print who is not in the file or has no grade in it, and what to know about the others."""
    for sentence in (
        *_about_students(sheet, sources.unclear),
        *_about_points(sheet, sources.waiting),
    ):
        print_line(console, sentence)


def print_changes(console: Console, last: Record, item: str, rows: list[Change]) -> None:
    """Print what differs from the last export."""
    if not last.time:
        return print_line(console, "This is the first export to this platform.")
    if last.item != item:
        print_line(console, f"The last export called the item “{last.item}”; this is “{item}”.")
    if rows:
        console.print(changes_table(rows))
    else:
        print_line(console, f"No grade differs from the last export ({last.time}).")


def print_written(console: Console, sheet: Sheet, target: Path, kept: Path | None) -> None:
    """Print what was written, and where."""
    if kept:
        print_line(console, f"The earlier export is kept as {kept}.")
    count = len(sheet.students)
    graded = sum(sheet.points[each.id][TOTAL] is not None for each in sheet.students)
    print_line(
        console,
        f"{target} has grades for {graded:,} of {_students(count)}, of "
        f"{sheet.columns[0].maximum:g} points.",
    )


def listed(names: Sequence[str]) -> str:
    """Write the first MAX_NAMES names, and how many more there are."""
    more = len(names) - MAX_NAMES
    text = ", ".join(map(printable, names[:MAX_NAMES]))
    return f"{text} and {more:,} more" if more > 0 else text


def _by_submission(grades: Sequence[Grade]) -> dict[str, tuple[list[str], str]]:
    """Submission → its members, and the questions that wait."""
    rows: dict[str, tuple[list[str], str]] = {}
    for grade in grades:
        submission = grade.handin.submission if grade.handin else grade.student.id
        members, _ = rows.setdefault(submission, ([], _waits(grade)))
        members.append(shown(grade.student))
    return rows


def _waits(grade: Grade) -> str:
    if grade.marks is None:
        return "everything: it is not graded yet"
    return ", ".join(dict.fromkeys(question_of(task) for task in grade.marks.unmarked))


def _about_students(sheet: Sheet, unclear: Sequence[str]):
    """Yield sentences on those who are not in the file, or have no grade in it."""
    grades = sheet.grades
    if grades.strangers and sheet.settings.platform != Platform.CSV:
        names = _names(grades.strangers)
        yield f"NOT in the file, since the roster does not have them: {names}."
    zero = sheet.settings.missing == Missing.ZERO
    if grades.without:
        phrase = "and get 0" if zero else "and get no grade (--missing zero gives 0)"
        count = _students(len(grades.without))
        names = _names(grades.without)
        yield f"Handed in nothing that can be graded, {phrase}: {count}, {names}."
    if unclear:
        yield f"Handed in, but not clear by whom ({PROBLEMS} in the results): {listed(unclear)}."
    for grade in [each for each in grades.without if each.status == REFUSED][:MAX_NAMES]:
        yield f"{shown(grade.student)}: {grade.refused}"
    not_graded = [grade for grade in grades.unfinished if grade.status == NOT_GRADED]
    if not_graded:
        yield f"Handed in, not graded yet, and without a grade: {_names(not_graded)}."
    unmarked = [grade for grade in grades.unfinished if grade.status == UNMARKED]
    if unmarked:
        is_zero = sheet.settings.unfinished == Unfinished.ZERO
        phrase = "counts 0" if is_zero else "is not known, so they get no grade"
        yield f"Not all is marked, and the rest {phrase}: {_names(unmarked)}."


def _about_points(sheet: Sheet, waiting: Collection[str]):
    """Yield sentences on what the points mean."""
    settings = sheet.settings
    if waiting:
        yield (
            "Newer points wait for `python -m autograder class … --yes`, and the file has the "
            f"older ones: {listed(sorted(waiting))}."
        )
    if settings.questions and settings.platform != Platform.CSV:
        yield (
            "The questions are items beside the total: leave them out of the final grade there, "
            "or every point counts twice."
        )
    if settings.platform == Platform.BRIGHTSPACE and not brightspace.has_identifiers(sheet):
        yield "The roster has no OrgDefinedId and no Username: ids are written as Username."
    if settings.platform == Platform.CANVAS and not sheet.comes_from("canvas"):
        yield "The roster is not Canvas's: it finds students by SIS User ID and SIS Login ID only."
    maximum = sheet.columns[0].maximum
    above = [
        grade
        for grade in sheet.grades.students
        if (sheet.points[grade.student.id][TOTAL] or 0) > maximum
    ]
    if above and settings.platform in _ABOVE:
        yield f"More than {maximum:g} points; {_ABOVE[settings.platform]}: {_names(above)}."


def _students(count: int) -> str:
    return f"{count:,} student{'s' * (count != 1)}"


def _names(grades: Sequence[Grade]) -> str:
    return listed([shown(grade.student) for grade in grades])
