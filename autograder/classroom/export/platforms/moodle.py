"""Moodle: its grading worksheet, with nothing changed but the grades.

The import finds students by the first column ("Participant 1234") and skips an empty grade. It
skips a grade above the maximum, too, without a word. Points are read with the decimal sign of the
teacher's language: an English Moodle reads 21,5 as 21, so the worksheet's own sign is kept.
"""

from ...roster.students import Student
from ..cells import number, read_number, write_table
from ..errors import ExportError
from ..sheet import Sheet, require_maximum
from ..source_table import SourceTable, read_source

# The word for "Grade" at the head of the column, in Moodle's languages.
GRADE = (
    *("Grade", "Bewertung", "Note", "Calificación", "Nota"),
    *("Valutazione", "Cijfer", "Beoordeling"),
)
_DOWNLOAD = "download it from the assignment (Grading action, Download grading worksheet)"


def make_file(sheet: Sheet) -> bytes:
    """Fill in the worksheet.

    Raises:
        ExportError: where there is no worksheet, or it is for other points.
    """
    source = _read_worksheet(sheet)
    index = _grade_index(source)
    (column,) = sheet.columns
    require_maximum(source.header[index], _maximum(source, index), column.maximum, "Moodle")
    comma = _decimal_comma(sheet, source, index)
    students = _students_by_row(sheet, source)
    rows = [list(source.header)]
    for row in source.rows:
        student = students.get(row[0].strip())
        points = sheet.points[student.id][column.key] if student else None
        grade = row[index] if points is None else number(points, comma, fixed=True)
        rows.append([*row[:index], grade, *row[index + 1 :]])
    return write_table(rows, source.layout)


def _read_worksheet(sheet: Sheet) -> SourceTable:
    if not sheet.comes_from("moodle") or sheet.roster_path is None:
        raise ExportError(
            f"Moodle takes its own grading worksheet back, with the grades filled in: {_DOWNLOAD}, "
            "and give it with --roster."
        )
    return read_source(sheet.roster_path)


def _grade_index(source: SourceTable) -> int:
    found = [index for index, name in enumerate(source.header) if name in GRADE]
    if len(found) != 1:
        raise ExportError(
            f"The roster has {len(found)} columns {' or '.join(GRADE[:3])}, so it is no grading "
            f"worksheet that can be filled in: {_DOWNLOAD}, with Moodle set to English."
        )
    return found[0]


def _maximum(source: SourceTable, index: int) -> str:
    """What stands right of the grades in every row, where Moodle writes the maximum."""
    if index + 1 == len(source.header):
        return ""
    found = set(source.column(index + 1))
    return found.pop() if len(found) == 1 else ""


def _decimal_comma(sheet: Sheet, source: SourceTable, index: int) -> bool:
    """Tell whether the worksheet has commas; where it has no decimals, as the user says.

    Raises:
        ExportError: where a comma would be misread.
    """
    cells = [cell for row in source.rows for cell in row[index : index + 2]]
    numbers = [cell for cell in cells if read_number(cell) is not None]
    if any("," in cell for cell in numbers):
        return True
    if sheet.settings.decimal_comma and any("." in cell for cell in numbers):
        raise ExportError(
            "The worksheet has points as in 27.5, and Moodle would read 27,5 as 27: leave "
            "--decimal-comma out."
        )
    return sheet.settings.decimal_comma


def _students_by_row(sheet: Sheet, source: SourceTable) -> dict[str, Student]:
    """Find the student of each row by what its first column calls them.

    Raises:
        ExportError: where the worksheet lacks somebody, whose grade would be lost.
    """
    key = source.header[0]
    students = {student.columns.get(key, "").strip(): student for student in sheet.students}
    lacking = students.keys() - {cell.strip() for cell in source.column(0)}
    if lacking:
        names = ", ".join(sorted(students[each].id for each in lacking)[:5])
        raise ExportError(f"The worksheet has no row for {names}: {_DOWNLOAD} again.")
    return students
