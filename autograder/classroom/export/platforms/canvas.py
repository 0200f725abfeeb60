"""Canvas: its gradebook's columns, the row of points possible, and one column for each item.

The import wants the columns on students in Canvas's order, first of all. It finds students by ID,
then by SIS User ID, SIS Login ID and name, and items by the number in "VAE assignment (1234)", then
by their title; an item that it does not find is made. An empty cell empties the grade in Canvas, so
students without points keep what the roster's file has.
"""

import re

from ...roster.students import Student
from ..cells import Layout, harmless, number, write_table
from ..columns import Column
from ..errors import ExportError
from ..sheet import Sheet, require_maximum
from ..source_table import read_source

ABOUT_STUDENTS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_IN_CANVAS = frozenset({*ABOUT_STUDENTS, "LastName", "FirstName", "Integration ID", "Root Account"})
_WORDS = frozenset({"Student", "LastName", "FirstName", "Section"})  # no identifiers
# Canvas's list of groups calls the same columns otherwise.
_IN_GROUPS = {
    "Student": "name",
    "ID": "canvas_user_id",
    "SIS User ID": "user_id",
    "SIS Login ID": "login_id",
    "Section": "sections",
}
POSSIBLE = "Points Possible"
_NUMBERED = re.compile(r"(?P<title>.*\S)\s*\((?P<number>\d+)\)")


def make_file(sheet: Sheet) -> bytes:
    """Write the file for Gradebook, Import.

    Raises:
        ExportError: where the roster does not say what Canvas calls the students.
    """
    about = _about_students(sheet)
    titles = [_find_item(sheet, column) for column in sheet.columns]
    comma = sheet.settings.decimal_comma
    possible = [number(column.maximum, comma) for column in sheet.columns]
    rows = [[*about, *titles], [f"    {POSSIBLE}", *[""] * (len(about) - 1), *possible]]
    for student in sheet.students:
        cells = [
            sheet.cell(student, column, student.columns.get(title, ""))
            for column, title in zip(sheet.columns, titles, strict=True)
        ]
        rows.append([*(_about(sheet, student, name) for name in about), *cells])
    return write_table(rows, Layout())


def _about_students(sheet: Sheet) -> list[str]:
    """The columns on students, as Canvas gave them."""
    if sheet.roster is None or sheet.comes_from("csv"):
        return list(ABOUT_STUDENTS)
    if not sheet.comes_from("canvas"):
        raise ExportError(
            f"The roster comes from {sheet.roster.platform.title()}, and does not say what Canvas "
            "calls the students: give Canvas's own with --roster (Gradebook, Export)."
        )
    own = [name for name in sheet.roster.columns if name in _IN_CANVAS]
    return own if "ID" in own else list(ABOUT_STUDENTS)


def _about(sheet: Sheet, student: Student, column: str) -> str:
    """A cell on a student, as Canvas gave it."""
    if not sheet.comes_from("canvas"):
        return _about_other(student, column)
    text = student.columns.get(column) or student.columns.get(_IN_GROUPS.get(column, ""), "")
    return harmless(text) if column in _WORDS else text


def _about_other(student: Student, column: str) -> str:
    """A cell on a student of a list that is not Canvas's: their id is taken for the login.

    The column ID stays empty: another number in it would be that of somebody else.
    """
    if column == "Student":
        return harmless(student.name or student.id)
    sis = {name: student.columns.get(name, "") for name in ("SIS User ID", "SIS Login ID")}
    if not any(sis.values()):
        sis["SIS Login ID"] = student.id
    return sis.get(column, "")


def _find_item(sheet: Sheet, column: Column) -> str:
    """The header of an item: as Canvas has it, with its number, or the title of a new one.

    Raises:
        ExportError: where several have this title.
    """
    title = column.title(sheet.settings.item)
    if not sheet.comes_from("canvas") or sheet.roster is None:
        return title
    found = [header for header in sheet.roster.columns if title in (header, _title(header))]
    if len(found) > 1:
        raise ExportError(
            f"Canvas has {len(found)} items called “{title}”: give one with its number, as in "
            f"--item {found[0]!r}."
        )
    if found:
        require_maximum(found[0], _possible(sheet, found[0]), column.maximum, "Canvas")
    return found[0] if found else title


def _title(header: str) -> str:
    match = _NUMBERED.fullmatch(header)
    return match["title"] if match else header


def _possible(sheet: Sheet, header: str) -> str:
    """The points possible of an item, "" where the roster's file does not say."""
    if sheet.roster_path is None:
        return ""
    source = read_source(sheet.roster_path)
    if header not in source.header:
        return ""
    index = source.header.index(header)
    rows = (row for row in source.rows if POSSIBLE in row[0])
    return next((row[index] for row in rows), "")
