"""One writer: a graded submission → nbgrader's gradebook and its `autograded` folder, one
transaction a student.
"""

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload, selectinload

from ... import atomic_files
from ..errors import GradebookError
from .sanitize import AssignmentCells, CellScore, Sanitizer, scores_of_cells

_PART_OF_TIME = re.compile(
    r"[\w:,.+-]+(/[\w-]+)*", re.ASCII
)  # 2024-01-02, 12:00:00.0, UTC, Europe/Berlin


class GradebookWriter:
    """The gradebook of a course folder with an nbgrader_config.py.

    A context manager; raises GradebookError.

    The database is what nbgrader's db_url names.
    """

    def __init__(self, root: Path, assignment: str):
        self.assignment = assignment
        app = NbGrader(log_level="ERROR")
        app.load_cwd_config = False
        app.initialize([], root=str(root))
        self._course = app.coursedir
        self._converter = Autograde(coursedir=self._course, config=app.config)
        self._late = AssignLatePenalties(parent=self._converter, config=app.config)
        self._late.init_plugin()
        with _sentences():
            self._gradebook = Gradebook(self._course.db_url, self._course.course_id)
        with self._transaction() as gradebook:
            found = next((each for each in gradebook.assignments if each.name == assignment), None)
            if found is None or not found.notebooks:
                raise GradebookError(
                    f"The gradebook knows no notebooks of {assignment}: `make release` tells it."
                )
            self._id, self._master = found.id, AssignmentCells(found.notebooks)
        self._sanitizer = Sanitizer(
            self._master, assignment, parent=self._converter, config=app.config
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._gradebook.close()

    @property
    def database(self) -> Path | None:
        """The file of an SQLite database."""
        url = self._gradebook.engine.url
        return (
            Path(url.database).absolute()
            if url.get_backend_name() == "sqlite" and url.database
            else None
        )

    def folder(self, student: str) -> Path:
        """Where the student's graded notebooks are."""
        return Path(
            self._course.format_path(self._course.autograded_directory, student, self.assignment)
        )

    def submissions(self) -> dict[str, str]:
        """student → the id of their submission, for all that the gradebook has."""
        query = select(SubmittedAssignment.student_id, SubmittedAssignment.id)
        with self._transaction() as gradebook:
            rows = gradebook.db.execute(query.where(SubmittedAssignment.assignment_id == self._id))
            return {student: submission for student, submission in rows}

    def scores(self) -> dict[str, dict[str, tuple[float, float]]]:
        """student → grade_id → (automatic points, of how many), for all that the gradebook has."""
        query = (
            select(SubmittedAssignment.student_id, Grade.cell_id, Grade.auto_score)
            .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .where(SubmittedAssignment.assignment_id == self._id, Grade.auto_score.is_not(None))
        )
        scores = {}
        with self._transaction() as gradebook:
            for student, cell, score in gradebook.db.execute(query):
                name, maximum = self._master.points[cell]
                scores.setdefault(student, {})[name] = score, maximum
        return scores

    def merge(
        self, student: str, notebooks: Mapping[str, str], timestamp: str | None, resubmitted: bool
    ) -> str:
        """Write one student's graded notebooks and their points. Returns the id of the submission.

        notebooks: file name → JSON text. timestamp: when it was handed in, as nbgrader writes it.
        resubmitted: whether what the student wrote may have changed, so that answers that a person
        marked need another look. What a person gave (points, extra credit, comments) stays. Raises
        GradebookError, OSError.
        """
        graded = {
            name: self._sanitizer.notebook(name, text) for name, text in self._known(notebooks)
        }
        marks = {name: scores_of_cells(notebook) for name, notebook in graded.items()}
        self._write(student, graded, timestamp)
        with self._transaction() as gradebook:
            if self._converter.create_student:
                gradebook.update_or_create_student(student)
            when = {"timestamp": timestamp} if timestamp else {}
            submission = gradebook.update_or_create_submission(self.assignment, student, **when)
            for notebook in self._notebooks(gradebook, submission):
                self._save(notebook, marks.get(notebook.name), resubmitted)
                gradebook.db.flush()
                notebook.late_submission_penalty = self._penalty(student, submission, notebook)
            return submission.id

    def _known(self, notebooks):
        """The notebooks that the gradebook has, by their names without ending."""
        stems = {Path(name).stem: text for name, text in notebooks.items()}
        return [(name, text) for name, text in stems.items() if name in self._master.notebooks]

    @staticmethod
    def _notebooks(gradebook, submission):
        """The notebooks of a submission with all that belongs to them, in few queries."""
        query = (
            select(SubmittedNotebook)
            .where(SubmittedNotebook.assignment_id == submission.id)
            .options(
                joinedload(SubmittedNotebook.notebook),
                selectinload(SubmittedNotebook.grades),
                selectinload(SubmittedNotebook.comments),
            )
        )
        return gradebook.db.scalars(query.execution_options(populate_existing=True)).all()

    def _save(
        self, notebook: SubmittedNotebook, marks: Mapping[str, CellScore] | None, resubmitted: bool
    ) -> None:
        """Set what nbgrader's SaveAutoGrades would set; all is 0 in a notebook that is not there."""
        for grade in notebook.grades:
            name = self._master.names[grade.cell_id]
            if marks is None:
                grade.auto_score, grade.needs_manual_grade = 0, False
            elif name in marks:
                score = marks[name].score
                by_hand = grade.manual_score is not None
                if not by_hand or resubmitted or grade.auto_score != score:
                    grade.needs_manual_grade = by_hand or score is None
                grade.auto_score = score
        for comment in notebook.comments if marks else ():
            name = self._master.names[comment.cell_id]
            if name in marks:
                comment.auto_comment = marks[name].comment

    def _penalty(self, student, submission, notebook):
        """What nbgrader's AssignLatePenalties would take off, None for nothing."""
        late = submission.total_seconds_late
        if not late:
            return None
        penalty = self._late.plugin_inst.late_submission_penalty(student, notebook.score, late)
        return None if penalty is None else self._late._check_late_penalty(notebook, penalty)

    def _write(
        self, student: str, graded: Mapping[str, NotebookNode], timestamp: str | None
    ) -> None:
        """Write the notebooks where the Formgrader looks for them, and remove others."""
        folder, mode = self.folder(student), int(str(self._converter.permissions), 8)
        folder.mkdir(parents=True, exist_ok=True)
        atomic_files.clear(folder)
        for name, notebook in graded.items():
            atomic_files.write(
                folder / f"{name}.ipynb", json.dumps(notebook).encode("ascii"), mode, lasting=False
            )
        if timestamp:
            atomic_files.write(folder / "timestamp.txt", timestamp.encode(), mode, lasting=False)
        for path in folder.glob("*.ipynb"):
            if path.stem not in graded:
                path.unlink()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Gradebook]:
        """The gradebook, whose methods' commits count together or not at all."""
        session = self._gradebook.db
        session.remove()
        with _sentences(), self._gradebook.engine.begin() as connection:
            session.configure(
                bind=connection, join_transaction_mode="rollback_only", autoflush=False
            )
            try:
                yield self._gradebook
                session.flush()
            finally:
                session.remove()


def readable_time(text: str | None) -> str | None:
    """The text where nbgrader can read it as a time; None for others, such as those that name a
    file as time zone.
    """
    if text is None or ".." in text or not all(map(_PART_OF_TIME.fullmatch, text.split(" "))):
        return None
    try:
        parse_utc(text)
    except (ValueError, OverflowError):
        return None
    return text


@contextlib.contextmanager
def _sentences():
    """Turn what the database and nbgrader raise into a GradebookError."""
    try:
        yield
    except (
        SQLAlchemyError,
        ValueError,
    ) as error:  # nbgrader's InvalidEntry and MissingEntry are ValueErrors
        first = str(getattr(error, "orig", None) or error).split("\n")[0]
        raise GradebookError(f"The gradebook says: {first}.") from error
