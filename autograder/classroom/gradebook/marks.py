"""Reading everybody's points and comments from nbgrader's gradebook, in a few queries."""

from dataclasses import dataclass, field

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import func, select

from ...assignment import TASKS

_ORDER = {task.id: number for number, task in enumerate(TASKS)}
# The tables themselves: the classes would join base_cell a second time.
_GRADE_CELLS, _TASK_CELLS = GradeCell.__table__, TaskCell.__table__
NO_RESPONSE = "No response."  # nbgrader's own comment on an answer that is as it was handed out


@dataclass(frozen=True)
class TaskMark:
    """What one task brought.

    task: its grade_id.
    points: with extra credit; None where nobody has given any yet.
    maximum: of the task.
    waits: whether a person must look: nobody has marked it, or its answer changed since. Points of
        before then still stand.
    by_hand: whether a person gave the points.
    comment: the person's, "" for none.
    unanswered: whether the answer is still as it was handed out.
    """

    task: str
    points: float | None
    maximum: float
    waits: bool = False
    by_hand: bool = False
    comment: str = ""
    unanswered: bool = False


@dataclass(frozen=True)
class Marks:
    """All marks of one submission.

    submission: its id.
    tasks: task → mark, in the assignment's order.
    comments: grade_id → what a person wrote, of all cells with a comment: those of code have no
        mark of their own.
    late_penalty: points that are taken off, 0 or more.
    """

    submission: str
    tasks: dict[str, TaskMark] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    late_penalty: float = 0.0

    @property
    def unmarked(self) -> list[str]:
        """The tasks that wait for a person."""
        return [task for task, mark in self.tasks.items() if mark.waits]

    @property
    def maximum(self) -> float:
        """The points of all tasks."""
        return sum(mark.maximum for mark in self.tasks.values())

    @property
    def total(self) -> float:
        """The points so far, those that wait counted as none, the penalty taken off."""
        reached = sum(mark.points or 0 for mark in self.tasks.values())
        return max(0.0, reached - self.late_penalty)


def read_marks(gradebook: Gradebook, assignment: str) -> dict[str, Marks]:
    """Read submission → Marks, of everybody in the gradebook."""
    db = gradebook.db
    of_assignment = Assignment.name == assignment  # pyright: ignore[reportGeneralTypeIssues]
    typed, unanswered = _read_comments(db, of_assignment)
    penalties = _read_penalties(db, of_assignment)
    tasks: dict[str, list[TaskMark]] = {}
    for student, name, *row in db.execute(_grades(of_assignment)):
        comment = typed.get(student, {}).get(name, "")
        tasks.setdefault(student, []).append(
            _mark(name, comment, (student, name) in unanswered, *row)
        )
    return {
        student: Marks(student, _ordered(each), typed.get(student, {}), penalties.get(student, 0.0))
        for student, each in tasks.items()
    }


def _ordered(marks: list[TaskMark]) -> dict[str, TaskMark]:
    """Task → mark in the assignment's order; tasks that it does not know come last."""
    marks = sorted(marks, key=lambda mark: (_ORDER.get(mark.task, len(_ORDER)), mark.task))
    return {mark.task: mark for mark in marks}


def _mark(name, comment, unanswered, maximum, auto, manual, extra, needs_look) -> TaskMark:
    """Make a mark of nbgrader's row, as nbgrader adds it up: a person's points before others.

    A question that is worth nothing any more was dropped: what was given for it does not count, and
    nobody has to look at it. Extra credit stays.
    """
    by_hand = manual is not None
    if not maximum:
        return TaskMark(name, extra or 0, maximum, False, by_hand, comment, unanswered)
    points = manual if by_hand else auto
    if points is None:
        return TaskMark(name, None, maximum, True, comment=comment, unanswered=unanswered)
    points += extra or 0
    return TaskMark(name, points, maximum, bool(needs_look), by_hand, comment, unanswered)


def _grades(of_assignment):
    return (
        select(
            Student.id,
            BaseCell.name,
            func.coalesce(_GRADE_CELLS.c.max_score, _TASK_CELLS.c.max_score),
            Grade.auto_score,
            Grade.manual_score,
            Grade.extra_credit,
            Grade.needs_manual_grade,
        )
        .select_from(Grade)
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Student, Student.id == SubmittedAssignment.student_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .outerjoin(_GRADE_CELLS, _GRADE_CELLS.c.id == Grade.cell_id)
        .outerjoin(_TASK_CELLS, _TASK_CELLS.c.id == Grade.cell_id)
        .where(of_assignment)
        .order_by(Student.id)
    )


def _read_comments(db, of_assignment):
    """Read student → grade_id → what a person wrote, and the (student, grade_id) unanswered.

    nbgrader keeps comments with the cells of answers.
    """
    query = (
        select(Student.id, BaseCell.name, Comment.manual_comment, Comment.auto_comment)
        .join(SubmittedNotebook, SubmittedNotebook.id == Comment.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Student, Student.id == SubmittedAssignment.student_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(BaseCell, BaseCell.id == Comment.cell_id)
        .where(of_assignment)
    )
    typed: dict[str, dict[str, str]] = {}
    unanswered = set()
    for student, name, manual, auto in db.execute(query):
        if manual and manual.strip():
            typed.setdefault(student, {})[name] = manual
        if auto == NO_RESPONSE:
            unanswered.add((student, name))
    return typed, unanswered


def _read_penalties(db, of_assignment):
    penalties = {}
    query = (
        select(SubmittedAssignment.student_id, SubmittedNotebook.late_submission_penalty)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(of_assignment)
    )
    for student, penalty in db.execute(query):
        penalties[student] = penalties.get(student, 0.0) + (penalty or 0.0)
    return penalties
