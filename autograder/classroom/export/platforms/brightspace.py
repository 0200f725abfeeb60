"""Brightspace: identifiers, one column `<item> Points Grade`, and the end of the line.

The import matches students by OrgDefinedId or Username, and items by the name before
"Points Grade". Nothing else may be in the file. Its own exports write `#` before identifiers, so
that a spreadsheet leaves them alone, and its import reads them with it.
"""

import re

from ...roster.students import Student
from ..cells import Layout, write_table
from ..columns import Column
from ..errors import ExportError
from ..sheet import Sheet, require_maximum

IDS = ("OrgDefinedId", "Username")
END = "End-of-Line Indicator"
# VAE assignment Points Grade <Numeric MaxPoints:28 Weight:10>
_ITEM = re.compile(r"(?P<name>.+?) Points Grade(?: <[^>]*?MaxPoints:(?P<maximum>[\d.,]+)[^>]*>)?")


def make_file(sheet: Sheet) -> bytes:
    """Write the file for Grades, Import.

    Raises:
        ExportError: where the roster does not say what Brightspace calls the students.
    """
    ids = _id_columns(sheet)
    names = [column.title(sheet.settings.item) for column in sheet.columns]
    before = [_find_item(sheet, column) for column in sheet.columns]
    rows = [[*ids, *(f"{name} Points Grade" for name in names), END]]
    for student in sheet.students:
        cells = [
            sheet.cell(student, column, student.columns.get(header, ""))
            for column, header in zip(sheet.columns, before, strict=True)
        ]
        rows.append([*_identifiers(sheet, student, ids), *cells, "#"])
    return write_table(rows, Layout())


def _id_columns(sheet: Sheet) -> list[str]:
    """The identifiers that the roster has; without a roster, names of folders are user names."""
    if not sheet.comes_from("brightspace", "csv") and sheet.roster is not None:
        raise ExportError(
            f"The roster comes from {sheet.roster.platform.title()}, and does not say what "
            "Brightspace calls the students: give Brightspace's own with --roster (Grades, "
            "Enter Grades, Export, key field Both)."
        )
    return [name for name in IDS if _is_filled(sheet, name)] or ["Username"]


def has_identifiers(sheet: Sheet) -> bool:
    """Tell whether the roster says what Brightspace calls the students."""
    return any(_is_filled(sheet, name) for name in IDS)


def _is_filled(sheet: Sheet, column: str) -> bool:
    return any(_cell(student, column) for student in sheet.students)


def _identifiers(sheet: Sheet, student: Student, columns: list[str]) -> list[str]:
    """What Brightspace calls the student; the id, where the roster has no identifiers at all.

    Raises:
        ExportError: where it has some, and none for this student.
    """
    if not has_identifiers(sheet):
        return [student.id]
    cells = [_cell(student, column) for column in columns]
    if not any(cells):
        raise ExportError(f"The roster has no {' and no '.join(columns)} for {student.id}.")
    return cells


def _cell(student: Student, column: str) -> str:
    by_name = {name.lower(): text for name, text in student.columns.items()}
    return by_name.get(column.lower(), "")


def _find_item(sheet: Sheet, column: Column) -> str:
    """Find the item among the roster's columns; "" where it is a new one."""
    name = column.title(sheet.settings.item)
    for header in sheet.roster.columns if sheet.roster else ():
        match = _ITEM.fullmatch(header)
        if match and match["name"] == name:
            require_maximum(name, match["maximum"] or "", column.maximum, "Brightspace")
            return header
    return ""
