"""Columns of points: the total, and one for each question."""

from collections.abc import Iterable
from dataclasses import dataclass

from ...assignment import TASKS
from ..gradebook.marks import Marks
from .grades import NOT_GRADED, UNMARKED, ClassGrades, Grade
from .settings import Missing, Unfinished

TOTAL = "total"
_QUESTIONS = {task.id: task.question for task in TASKS}
_ORDER = {task.id: index for index, task in enumerate(TASKS)}


@dataclass(frozen=True)
class Column:
    """A column of points.

    key: "total", or the question's number.
    tasks: whose points are added.
    maximum: the sum of their points.
    """

    key: str
    tasks: tuple[str, ...]
    maximum: float

    def title(self, item: str) -> str:
        """Name the column on a platform, where the total is called `item`."""
        return item if self.key == TOTAL else f"{item} {self.key}"


# Student's id → column's key → points, None for an empty cell.
Points = dict[str, dict[str, float | None]]


def make_columns(marks: Iterable[Marks], questions: bool) -> list[Column]:
    """Make the column of the total, and those of all questions that are worth points."""
    maxima = {name: mark.maximum for each in marks for name, mark in each.tasks.items()}
    tasks = sorted(maxima, key=lambda name: (_ORDER.get(name, len(_ORDER)), name))
    total = Column(TOTAL, tuple(tasks), sum(maxima.values()))
    if not questions:
        return [total]
    by_question: dict[str, list[str]] = {}
    for name in tasks:
        by_question.setdefault(question_of(name), []).append(name)
    columns = [
        Column(question, tuple(names), sum(maxima[name] for name in names))
        for question, names in by_question.items()
    ]
    return [total, *(column for column in columns if column.maximum)]


def question_of(task: str) -> str:
    """Return the number of a task's question, its id for a task that the assignment lacks."""
    return _QUESTIONS.get(task, task)


def points_of_class(
    grades: ClassGrades, columns: list[Column], unfinished: Unfinished, missing: Missing
) -> Points:
    """Compute the points of everybody, whether in the roster or not."""
    return {
        grade.student.id: {
            column.key: _points(grade, column, unfinished, missing) for column in columns
        }
        for grade in (*grades.students, *grades.strangers)
    }


def _points(grade: Grade, column: Column, unfinished, missing) -> float | None:
    """The points in one column; what the grader could not finish is never 0."""
    if grade.marks is None:
        is_zero = missing == Missing.ZERO and grade.status != NOT_GRADED
        return 0.0 if is_zero else None
    if grade.status == UNMARKED and unfinished != Unfinished.ZERO:
        waiting = set(grade.marks.unmarked)
        if column.key == TOTAL or waiting.intersection(column.tasks):
            return None
    if column.key == TOTAL:
        return grade.marks.total
    found = (grade.marks.tasks[name] for name in column.tasks if name in grade.marks.tasks)
    return sum(mark.points or 0 for mark in found)
