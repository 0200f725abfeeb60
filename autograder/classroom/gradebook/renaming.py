"""Giving a submission in nbgrader's gradebook to another id, with all its points and comments."""

from typing import Any

from nbgrader.api import Student, SubmittedAssignment
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session


def rename_student(db: Session | Any, assignment: str, student: str, other: str) -> None:
    """Give the student's submission to another id, which is made a student where it is none.

    The old id is removed where it has no submission of another assignment. Called again, it changes
    nothing.

    Args:
        db: nbgrader's session.
        assignment: its id in the database.
        student: the id so far.
        other: the new one.

    Raises:
        ValueError: where the other has a submission already.
    """
    submitted: Any = SubmittedAssignment
    students: Any = Student
    of_student = (submitted.assignment_id == assignment, submitted.student_id == student)
    count = select(func.count()).select_from(submitted)
    if not db.scalar(count.where(*of_student)):
        return
    if db.scalar(count.where(submitted.assignment_id == assignment, submitted.student_id == other)):
        raise ValueError(f"{student} and {other} both have a submission")
    if not db.scalar(select(func.count()).select_from(students).where(students.id == other)):
        row = db.execute(select(*_columns(students)).where(students.id == student)).mappings().one()
        db.execute(insert(students).values({**row, "id": other}))
    db.execute(update(submitted).where(*of_student).values(student_id=other))
    if not db.scalar(count.where(submitted.student_id == student)):
        db.execute(delete(students).where(students.id == student))


def _columns(table):
    return list(table.__table__.columns)
