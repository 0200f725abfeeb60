"""Who gets which marks: students of the roster joined with what was handed in and marked."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import ClassError
from ..gradebook.marks import Marks
from ..results.handins import Handin
from ..roster.groups import teams_of
from ..roster.students import Roster, Student

NOTHING = "handed in nothing"
REFUSED = "nothing to grade"
NOT_GRADED = "not graded yet"
UNMARKED = "waits for a person"
GRADED = "graded"


@dataclass(frozen=True)
class Grade:
    """What one student has.

    handin: their submission, None where they handed in nothing.
    marks: None where there are none.
    refused: why there was nothing to grade, "" for no such reason.
    """

    student: Student
    handin: Handin | None = None
    marks: Marks | None = None
    refused: str = ""

    @property
    def status(self) -> str:
        """How far it is, one of the phrases at the top of this module."""
        if self.handin is None:
            return NOTHING
        if self.marks is None:
            return REFUSED if self.refused else NOT_GRADED
        return UNMARKED if self.marks.unmarked else GRADED


@dataclass(frozen=True)
class ClassGrades:
    """The grades of a class.

    students: in the order of the roster.
    strangers: those with a submission whom the roster does not have.
    """

    students: tuple[Grade, ...]
    strangers: tuple[Grade, ...] = ()

    @property
    def unfinished(self) -> list[Grade]:
        """Those of the roster for whom a person or the grader has not finished."""
        return [grade for grade in self.students if grade.status in (UNMARKED, NOT_GRADED)]

    @property
    def without(self) -> list[Grade]:
        """Those of the roster who handed in nothing, or nothing that can be graded."""
        return [grade for grade in self.students if grade.status in (NOTHING, REFUSED)]


def join_grades(
    roster: Roster | None,
    handins: Mapping[str, Handin],
    marks: Mapping[str, Marks],
    refused: Mapping[str, str],
) -> ClassGrades:
    """Give each member of a submission its marks.

    Args:
        roster: None where there is none, and whoever handed in is a student.
        handins: submission → who handed it in.
        marks: submission → its marks.
        refused: submission → why there was nothing to grade.

    Raises:
        ClassError: where one student would get the marks of two submissions.
    """
    by_member: dict[str, Grade] = {}
    for handin in _all_handins(roster, handins, {*marks, *refused}):
        submission = handin.submission
        for member in handin.members:
            grade = Grade(member, handin, marks.get(submission), refused.get(submission, ""))
            _require_one(by_member.get(member.id), grade)
            by_member[member.id] = grade
    if roster is None:
        return ClassGrades(tuple(by_member[each] for each in sorted(by_member)))
    graded = tuple(
        _with_row(student, by_member.pop(student.id, None)) for student in roster.students
    )
    return ClassGrades(graded, tuple(by_member.values()))


def _all_handins(roster, handins, submissions) -> list[Handin]:
    """The hand-ins, and those of earlier calls, which their file lacks.

    Those belong to the roster's team of this id, without one to the student of this id. What a
    member of a later hand-in has under an own id counts no more.
    """
    known = {member.id for handin in handins.values() for member in handin.members}
    teams, _ = teams_of(roster) if roster else ([], [])
    members = {team.submission: team.members for team in teams}
    lacking = sorted(submissions.difference(handins, known))
    earlier = [Handin(each, members.get(each, (Student(each),))) for each in lacking]
    return [*handins.values(), *earlier]


def _require_one(before: Grade | None, grade: Grade) -> None:
    if before is None or before.handin is None or grade.handin is None:
        return
    first, second = before.handin.submission, grade.handin.submission
    raise ClassError(
        f"{grade.student.id} belongs to two submissions, {first} and {second}: no grade can be "
        "chosen. Correct the groups in the roster, and run `autograder class` again."
    )


def _with_row(student: Student, grade: Grade | None) -> Grade:
    """The grade with the student as the roster has them now."""
    if grade is None:
        return Grade(student)
    return Grade(student, grade.handin, grade.marks, grade.refused)
