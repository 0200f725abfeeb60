"""nbgrader's feedback pages of some of the students; what runs in a worker process."""

import contextlib
from pathlib import Path

from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException

from ..intake.roster import ASSIGNMENT


class Share(GenerateFeedback):
    """nbgrader's converter for every n-th student. taken: the students that it took on."""

    def __init__(self, share: int, shares: int, **settings):
        super().__init__(**settings)
        self.force = True  # points and comments change without a new submission
        self.taken: list[str] = []
        self._share, self._shares, self._seen = share, shares, 0

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Whether to make this student's pages; nbgrader asks for one student after the other, in
        order.
        """
        self._seen += 1
        if self._seen % self._shares != self._share:
            return False
        self.taken.append(student_id)
        return super().init_destination(assignment_id, student_id)


def make_share(root: str, share: int, shares: int) -> tuple[list[str], list[str]]:
    """Make the pages of every n-th student of a course folder.

    Returns who has pages, and who has none.
    """
    app = NbGrader(log_level="CRITICAL")
    app.load_cwd_config = False
    app.initialize([], root=root)
    course = app.coursedir
    course.assignment_id = ASSIGNMENT
    converter = Share(share, shares, coursedir=course, config=app.config)
    converter.log.disabled = True  # what fails is returned
    with contextlib.suppress(
        NbGraderException
    ):  # raised at the end; it removes the folders of those that failed
        converter.start()
    made = [
        student
        for student in converter.taken
        if Path(course.format_path(course.feedback_directory, student, ASSIGNMENT)).is_dir()
    ]
    return made, [student for student in converter.taken if student not in made]
