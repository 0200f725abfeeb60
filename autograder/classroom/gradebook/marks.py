"""Reading everybody's points and comments from nbgrader's gradebook, in a few queries."""

from dataclasses import dataclass, field

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select


@dataclass(frozen=True)
class TaskMark:
    """What one task brought.

    task: its grade_id.
    points: with extra credit; None where nobody has given any yet.
    maximum: of the task.
    waits: whether a person must look: nobody has marked it, or its answer changed since.
    by_hand: whether a person gave the points.
    comment: the person's, "" for none.
    """

    task: str
    points: float | None
    maximum: float
    waits: bool = False
    by_hand: bool = False
    comment: str = ""


@dataclass(frozen=True)
class Marks:
    """All marks of one submission.

    submission: its id.
    tasks: task → mark.
    late_penalty: points that are taken off, 0 or more.
    """

    submission: str
    tasks: dict[str, TaskMark] = field(default_factory=dict)
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
    marks: dict[str, Marks] = {}
    comments = _read_comments(db, of_assignment)
    for student, notebook, name, maximum, *grade in db.execute(_grades(of_assignment)):
        each = marks.setdefault(student, Marks(student))
        comment = comments.get((notebook, name), "")
        each.tasks[name] = _mark(name, maximum, comment, *grade)
    penalties = _read_penalties(db, of_assignment)
    return {
        student: Marks(student, each.tasks, penalties.get(student, 0.0))
        for student, each in marks.items()
    }


def _mark(name, maximum, comment, auto, manual, extra, needs_look) -> TaskMark:
    """Make a mark of nbgrader's row: a person's points count before the grader's.

    A question that is worth nothing any more was dropped: what was given for it does not count, and
    nobody has to look at it. Extra credit stays.
    """
    if not maximum:
        return TaskMark(name, extra or 0, maximum, by_hand=manual is not None, comment=comment)
    by_hand = manual is not None
    points = manual if by_hand else auto
    waits = points is None or bool(needs_look)
    if points is None or (needs_look and not by_hand):
        return TaskMark(name, None, maximum, waits, comment=comment)
    return TaskMark(name, points + (extra or 0), maximum, waits, by_hand, comment)


def _grades(of_assignment):
    return (
        select(
            Student.id,
            SubmittedNotebook.id,
            BaseCell.name,
            GradeCell.max_score,
            Grade.auto_score,
            Grade.manual_score,
            Grade.extra_credit,
            Grade.needs_manual_grade,
        )
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Student, Student.id == SubmittedAssignment.student_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(GradeCell, GradeCell.id == Grade.cell_id)
        .join(Notebook, Notebook.id == GradeCell.notebook_id)
        .where(of_assignment)
        .order_by(Student.id, Notebook.name)
    )


def _read_comments(db, of_assignment):
    """(notebook, grade_id) → what a person wrote; nbgrader keeps it with the solution cell."""
    query = (
        select(Comment.notebook_id, BaseCell.name, Comment.manual_comment)
        .join(BaseCell, BaseCell.id == Comment.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == Comment.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(of_assignment, Comment.manual_comment.is_not(None))
    )
    return {(notebook, name): text for notebook, name, text in db.execute(query)}


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
