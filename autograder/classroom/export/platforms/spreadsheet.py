"""A table with everything, for spreadsheets and programs: one row for each student."""

from ..cells import Layout, harmless, number, write_table
from ..columns import Column, question_of
from ..grades import Grade
from ..sheet import Sheet

STRANGER = "not in the roster"
ABOUT = ("id", "name", "email", "group", "submission", "status", "handed_in", "hours_late")
OTHER = "other_comments"  # on cells without points
SUMS = ("points", "late_penalty", "total", "maximum", "unmarked")


def make_file(sheet: Sheet) -> bytes:
    """Write the table: students of the roster, then those whom it does not have.

    A file with decimal commas has semicolons between its cells, as spreadsheets expect there.
    """
    comma = sheet.settings.decimal_comma
    total = sheet.columns[0]
    header = [*ABOUT, *SUMS, *(column.key for column in _questions(sheet))]
    for task in total.tasks:
        header += [task, f"{task} comment"]
    rows = [[*header, OTHER]]
    statuses = [(grade, grade.status) for grade in sheet.grades.students]
    statuses += [(grade, STRANGER) for grade in sheet.grades.strangers]
    for grade, status in statuses:
        row = [*_about(sheet, grade, status), *_sums(sheet, grade)]
        row += [sheet.cell(grade.student, column) for column in _questions(sheet)]
        rows.append([*row, *_tasks(sheet, grade), _other_comments(sheet, grade)])
    return write_table(rows, Layout(delimiter=";" if comma else ",", bom=True))


def _about(sheet: Sheet, grade: Grade, status: str) -> list[str]:
    student, handin = grade.student, grade.handin
    late = handin.seconds_late if handin else None
    words = [harmless(text) for text in (student.name, student.email, student.group)]
    return [
        student.id,
        *words,
        handin.submission if handin else "",
        status,
        handin.time if handin else "",
        number(None if late is None else late / 3600, sheet.settings.decimal_comma),
    ]


def _sums(sheet: Sheet, grade: Grade) -> list[str]:
    """Points before and after the penalty; the total is empty where it is not final."""
    total, comma = sheet.columns[0], sheet.settings.decimal_comma
    marks, final = grade.marks, sheet.points[grade.student.id][total.key]
    reached = sum(mark.points or 0 for mark in marks.tasks.values()) if marks else None
    penalty = marks.late_penalty if marks else None
    numbers = [number(value, comma) for value in (reached, penalty, final, total.maximum)]
    unmarked = marks.unmarked if marks else []
    return [*numbers, " ".join(dict.fromkeys(question_of(task) for task in unmarked))]


def _questions(sheet: Sheet) -> list[Column]:
    """The columns of questions, but for those that are a task, which has its own column."""
    total, *questions = sheet.columns
    return [column for column in questions if column.key not in total.tasks]


def _tasks(sheet: Sheet, grade: Grade) -> list[str]:
    """Points and comment of each task; no points where a person must still look."""
    cells = []
    for name in sheet.columns[0].tasks:
        mark = grade.marks.tasks.get(name) if grade.marks else None
        points = None if mark is None or mark.waits else mark.points
        comment = harmless(mark.comment) if mark else ""
        cells += [number(points, sheet.settings.decimal_comma), comment]
    return cells


def _other_comments(sheet: Sheet, grade: Grade) -> str:
    found = grade.marks.comments if grade.marks else {}
    others = {cell: text for cell, text in found.items() if cell not in sheet.columns[0].tasks}
    return harmless("; ".join(f"{cell}: {text}" for cell, text in others.items()))
