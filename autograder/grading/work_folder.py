"""The folder that a notebook's kernel works in, and the folder of earlier answers."""

import json
import shutil
import tempfile
from pathlib import Path

from ..assignment import NOTEBOOKS
from ..submission import Submission
from .course import Course
from .stand_ins import find_loaded_notebooks


class WorkFolder:
    """The folders of one kernel, laid out when they are made.

    Attributes:
        work: where the kernel works: the student's notebooks, weights and own modules, and the
            course's modules.
        answers: the earlier notebooks, which `load_answer` of lab.py reads.
    """

    def __init__(
        self, parent: Path, notebook: str, submission: Submission, course: Course, own_answers: bool
    ):
        """Make the folders.

        Args:
            parent: the folder to make them in.
            notebook: the name of the notebook that will run.
            submission: restored.
            course: what the submission is graded by.
            own_answers: whether all earlier answers are the student's own; else those that the
                released notebook loads are stand-ins, which are no right answers.

        Raises:
            CourseError: where stand-ins are needed and the release is broken.
        """
        self._root = Path(tempfile.mkdtemp(prefix=notebook[:2] + "-", dir=parent))
        self.answers = self._root / "answers"
        self.work = self._root / "work"
        self.answers.mkdir()
        self.work.mkdir()
        self._write_submission(submission)
        self._copy_modules(course)
        loaded = set() if own_answers else find_loaded_notebooks(course.released(notebook))
        self._write_answers(notebook, course, loaded)

    def remove(self) -> None:
        """Remove both folders."""
        shutil.rmtree(self._root, ignore_errors=True)

    def _write_submission(self, submission):
        for name, notebook in submission.notebooks.items():
            (self.work / name).write_text(json.dumps(notebook), encoding="utf-8")
        for path in (*submission.weights, *submission.helpers):
            shutil.copyfile(path, self.work / path.name)

    def _copy_modules(self, course):
        """Copy lab.py and the other modules, in place of the student's of the same names."""
        for path in course.solutions.glob("*.py"):
            shutil.copyfile(path, self.work / path.name)

    def _write_answers(self, notebook, course, replaced):
        """Write the earlier notebooks: these with stand-ins, the others as handed in."""
        for earlier in NOTEBOOKS[: NOTEBOOKS.index(notebook)]:
            stand_in = course.stand_in(earlier) if earlier in replaced else None
            if stand_in is not None:
                (self.answers / earlier).write_text(stand_in, encoding="utf-8")
            elif (self.work / earlier).is_file():
                shutil.copyfile(self.work / earlier, self.answers / earlier)
