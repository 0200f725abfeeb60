"""Writing graded submissions to nbgrader's gradebook and its `autograded` folder.

One transaction a student, so that nobody is half written.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import select
from sqlalchemy.orm import joinedload, object_session, selectinload

from ... import atomic_files
from ..errors import GradebookError
from . import answers
from .course import load_course
from .database_errors import gradebook_errors
from .renaming import rename_student
from .sanitize import AssignmentCells, CellScore, Sanitizer, scores_of_cells

NBGRADERS_ERRORS = (ValueError,)  # InvalidEntry and MissingEntry


class GradebookWriter:
    """Writes to the gradebook of a course folder; a context manager.

    The folder has an nbgrader_config.py; the database is the one that its db_url names.

    Raises:
        GradebookError: where the gradebook cannot be read or does not know the assignment.
    """

    def __init__(self, root: Path, assignment: str):
        self.assignment = assignment
        self._course, config = load_course(root, log_level="ERROR")
        self._converter = Autograde(coursedir=self._course, config=config)
        self._late = AssignLatePenalties(parent=self._converter, config=config)
        self._late.init_plugin()
        with gradebook_errors(*NBGRADERS_ERRORS):
            self._gradebook = Gradebook(self._course.db_url, self._course.course_id)
            answers.METADATA.create_all(self._gradebook.engine)
        with self._transaction() as gradebook:
            found = {str(each.name): each for each in gradebook.assignments}.get(assignment)
            if found is None or not found.notebooks:
                raise GradebookError(
                    f"The gradebook knows no notebooks of {assignment}: `make release` tells it."
                )
            self._id, self._master = found.id, AssignmentCells(found.notebooks)
        settings = {"parent": self._converter, "config": config}
        self._sanitizer = Sanitizer(self._master, assignment, **settings)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._gradebook.close()

    @property
    def database(self) -> Path | None:
        """The file of an SQLite database; None for another database."""
        url = self._gradebook.engine.url
        if url.get_backend_name() != "sqlite" or not url.database:
            return None
        return Path(url.database).absolute()

    def folder_of(self, student: str) -> Path:
        """Name the folder of the student's graded notebooks."""
        autograded = self._course.autograded_directory
        return Path(self._course.format_path(autograded, student, self.assignment))

    def read_submission_ids(self) -> dict[str, str]:
        """Read student → the id of their submission, for all in the gradebook."""
        query = select(SubmittedAssignment.student_id, SubmittedAssignment.id)
        with self._transaction() as gradebook:
            rows = gradebook.db.execute(query.where(SubmittedAssignment.assignment_id == self._id))
            return {student: submission for student, submission in rows}

    def read_points(self) -> dict[str, dict[str, tuple[float, float]]]:
        """Read student → grade_id → (automatic points, maximum), for all in the gradebook."""
        query = (
            select(SubmittedAssignment.student_id, Grade.cell_id, Grade.auto_score)
            .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .where(SubmittedAssignment.assignment_id == self._id, Grade.auto_score.is_not(None))
        )
        points = {}
        with self._transaction() as gradebook:
            for student, cell, score in gradebook.db.execute(query):
                name, maximum = self._master.points[cell]
                points.setdefault(student, {})[name] = score, maximum
        return points

    def set_due(self, due: str) -> None:
        """Set the time at which the assignment is due; penalties of nbgrader's plugin rest on it.

        Raises:
            GradebookError: where the gradebook does not accept it.
        """
        with self._transaction() as gradebook:
            fields: Any = {"duedate": due}
            gradebook.update_or_create_assignment(self.assignment, **fields)

    def rename(self, student: str, other: str) -> None:
        """Give a student's submission to another id, and move their graded notebooks.

        May be called again where it was interrupted.

        Raises:
            GradebookError: where the other has a submission already.
            OSError: where the folder cannot be moved.
        """
        with self._transaction() as gradebook:
            rename_student(gradebook.db, str(self._id), student, other)
        folder, target = self.folder_of(student), self.folder_of(other)
        if folder.is_dir() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(target)
            with contextlib.suppress(OSError):  # it holds another assignment's
                folder.parent.rmdir()

    def write_submission(
        self, student: str, notebooks: Mapping[str, str], timestamp: str | None, resubmitted: bool
    ) -> str:
        """Write one student's graded notebooks and their points.

        What a person gave (points, extra credit, comments) stays; an answer that was marked needs
        another look where its text is not the one that was marked.

        Args:
            student: as the gradebook names them; created if nbgrader's settings allow it.
            notebooks: file name → JSON text.
            timestamp: the time of submission, as nbgrader writes it.
            resubmitted: whether the student's work may have changed, so that other points that a
                person gave need another look.

        Returns:
            The id of the submission.

        Raises:
            GradebookError: where the gradebook does not accept them.
            OSError: where a file cannot be written.
        """
        graded = {
            name: self._sanitizer.sanitize(name, text) for name, text in self._known(notebooks)
        }
        scores = {name: scores_of_cells(notebook) for name, notebook in graded.items()}
        texts = {name: answers.answers_of(notebook.cells) for name, notebook in graded.items()}
        self._write_files(student, graded, timestamp)
        with self._transaction() as gradebook:
            if self._converter.create_student:
                gradebook.update_or_create_student(student)
            fields: Any = {"timestamp": timestamp} if timestamp else {}
            submission = gradebook.update_or_create_submission(self.assignment, student, **fields)
            for notebook in self._read_notebooks(gradebook, submission):
                texts_here = texts.get(notebook.name, {})
                self._save_scores(notebook, scores.get(notebook.name), texts_here, resubmitted)
                gradebook.db.flush()
                notebook.late_submission_penalty = self._penalty(student, submission, notebook)
            return str(submission.id)

    def _known(self, notebooks):
        """(name without ending, JSON text) of the notebooks that the gradebook knows."""
        by_name = {Path(name).stem: text for name, text in notebooks.items()}
        return [(name, text) for name, text in by_name.items() if name in self._master.notebooks]

    def _read_notebooks(self, gradebook, submission) -> Sequence[Any]:
        """Read the notebooks of a submission with their grades and comments, in few queries.

        nbgrader's indices begin with the notebook and the cell: without these, each query would
        read what all students have.
        """
        known = select(Notebook.id).where(Notebook.assignment_id == self._id)
        cells = list(self._master.names)
        query = (
            select(SubmittedNotebook)
            .where(SubmittedNotebook.assignment_id == submission.id)
            .where(SubmittedNotebook.notebook_id.in_(known))
            .options(
                joinedload(SubmittedNotebook.notebook),
                selectinload(SubmittedNotebook.grades.and_(Grade.cell_id.in_(cells))),
                selectinload(SubmittedNotebook.comments.and_(Comment.cell_id.in_(cells))),
            )
        )
        return gradebook.db.scalars(query.execution_options(populate_existing=True)).all()

    def _save_scores(
        self,
        notebook: SubmittedNotebook,
        scores: Mapping[str, CellScore] | None,
        texts: Mapping[str, str],
        resubmitted: bool,
    ) -> None:
        """Set what SaveAutoGrades would set; where the notebook is missing, all scores are 0."""
        connection: Any = object_session(notebook)
        grades: list[Any] = list(notebook.grades)  # typed as columns
        of_answers = [grade.id for grade in grades if grade.cell_id in self._master.answers]
        rows = answers.read_rows(connection, of_answers)
        for grade in grades:
            name = self._master.names[grade.cell_id]
            if scores is not None and name not in scores:
                continue
            score = scores[name].score if scores is not None else 0
            if grade.cell_id in self._master.answers:
                row, text = rows.get(grade.id), texts.get(name, answers.MISSING)
                needs_look, marked = answers.settle(grade, row, text, score, resubmitted)
                answers.record(connection, grade.id, row, text, marked)
                grade.needs_manual_grade = needs_look
            else:
                _settle_test(grade, score, resubmitted)
            grade.auto_score = score
        for comment in notebook.comments:
            name = self._master.names[comment.cell_id]
            if scores and name in scores:
                comment.auto_comment = scores[name].comment

    def _penalty(self, student, submission, notebook):
        """The points that nbgrader's AssignLatePenalties would take off, None for none."""
        late = submission.total_seconds_late
        if not late:
            return None
        plugin: Any = self._late.plugin_inst  # typed as BasePlugin, which lacks the method
        penalty = plugin.late_submission_penalty(student, notebook.score, late)
        return None if penalty is None else self._late._check_late_penalty(notebook, penalty)

    def _write_files(
        self, student: str, graded: Mapping[str, NotebookNode], timestamp: str | None
    ) -> None:
        """Write the notebooks where the Formgrader looks for them, and remove others."""
        folder, mode = self.folder_of(student), int(str(self._converter.permissions), 8)
        folder.mkdir(parents=True, exist_ok=True)
        atomic_files.remove_unfinished(folder)
        for name, notebook in graded.items():
            data = json.dumps(notebook).encode("ascii")
            atomic_files.write(folder / f"{name}.ipynb", data, mode, durable=False)
        if timestamp:
            atomic_files.write(folder / "timestamp.txt", timestamp.encode(), mode, durable=False)
        for path in folder.glob("*.ipynb"):
            if path.stem not in graded:
                path.unlink()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Gradebook]:
        """Give the gradebook; the commits of its methods count together or not at all."""
        session = self._gradebook.db
        session.remove()
        with gradebook_errors(*NBGRADERS_ERRORS), self._gradebook.engine.begin() as connection:
            session.configure(
                bind=connection, join_transaction_mode="rollback_only", autoflush=False
            )
            try:
                yield self._gradebook
                session.flush()
            finally:
                session.remove()


def _settle_test(grade: Any, score: float | None, resubmitted: bool) -> None:
    """Decide whether a person must look at a test; points given by hand outlive the same work."""
    by_hand = grade.manual_score is not None
    if not by_hand or resubmitted or grade.auto_score != score:
        grade.needs_manual_grade = by_hand or score is None
