"""nbgrader's feedback pages of some of the students, made in a worker process."""

import contextlib
from pathlib import Path

from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException

from ..intake.entries import ASSIGNMENT
from .course import load_course


class PartialFeedback(GenerateFeedback):
    """nbgrader's GenerateFeedback for every `shares`-th student, from number `share` on.

    students: those whose pages it has begun.
    """

    def __init__(self, share: int, shares: int, **settings):
        super().__init__(**settings)
        self.force = True  # points and comments change without a new submission
        self.students: list[str] = []
        self._share, self._shares, self._seen = share, shares, 0

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Decide whether to make this student's pages; nbgrader asks for each student in order."""
        self._seen += 1
        if self._seen % self._shares != self._share:
            return False
        self.students.append(student_id)
        return super().init_destination(assignment_id, student_id)


def make_pages(root: str, share: int, shares: int) -> tuple[list[str], list[str]]:
    """Make the pages of every `shares`-th student of a course folder.

    Returns:
        The students who have pages, and those for whom they could not be made.
    """
    course, config = load_course(Path(root), log_level="CRITICAL")
    course.assignment_id = ASSIGNMENT
    converter = PartialFeedback(share, shares, coursedir=course, config=config)
    converter.log.disabled = True  # failures are returned
    # Raised at the end, after the folders of the students that failed are removed.
    with contextlib.suppress(NbGraderException):
        converter.start()
    made, failed = [], []
    for student in converter.students:
        folder = Path(course.format_path(course.feedback_directory, student, ASSIGNMENT))
        (made if folder.is_dir() else failed).append(student)
    return made, failed
