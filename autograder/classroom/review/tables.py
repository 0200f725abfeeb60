"""nbgrader's tables as marking needs them, in few queries, and the log of all marks."""

import contextlib
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    String,
    Table,
    Text,
    and_,
    create_engine,
    func,
    make_url,
    select,
)

from ..errors import GradebookError
from ..gradebook import answers
from ..gradebook.database_errors import gradebook_errors
from .marks import Mark

BUSY_SECONDS = 30  # that SQLite waits for another writer
FIRST, SECOND, EDIT = "mark", "second", "edit"  # kinds of entries in the log
# Only ever added to, so that nothing that a person wrote is lost when it is replaced.
LOG = Table(
    "review_mark",
    answers.METADATA,
    Column("id", Integer, primary_key=True),  # the version
    Column("grade_id", String(32), nullable=False, index=True),
    Column("submission", String(128), nullable=False),
    Column("task", String(128), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("points", Float),
    Column("comment", Text),
    Column("ta", String(128), nullable=False),
    Column("time", String(32), nullable=False),
    Column("answer", String(64), nullable=False),  # its hash
)

# Plain tables: nbgrader's classes would join more than is needed.
_tables: list[Any] = [
    each.__table__
    for each in (Assignment, Notebook, BaseCell, GradeCell, SubmittedAssignment, SubmittedNotebook)
]
_assignment, _notebook, _cell, _grade_cell, _submission, _submitted_notebook = _tables
GRADE: Any = Grade.__table__
COMMENT: Any = Comment.__table__
_solution = _cell.alias("solution")
_HAS_ANSWER = and_(
    _solution.c.notebook_id == _cell.c.notebook_id,
    _solution.c.name == _cell.c.name,
    _solution.c.type == "SolutionCell",
)
_GRADES = (
    GRADE.join(_submitted_notebook, _submitted_notebook.c.id == GRADE.c.notebook_id)
    .join(_submission, _submission.c.id == _submitted_notebook.c.assignment_id)
    .join(_assignment, _assignment.c.id == _submission.c.assignment_id)
    .join(_cell, _cell.c.id == GRADE.c.cell_id)
    .join(_solution, _HAS_ANSWER)
)
_ITS_COMMENT = and_(
    COMMENT.c.notebook_id == GRADE.c.notebook_id, COMMENT.c.cell_id == _solution.c.id
)


def open_engine(url: str) -> Engine:
    """Connect to the gradebook's database, and add our tables where they are missing.

    Raises:
        GradebookError: where there is none.
    """
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    if is_sqlite and not Path(str(parsed.database)).is_file():
        raise GradebookError(
            f"There is no gradebook {parsed.database}: "
            "`python -m autograder class SUBMITTED_DIR` comes first."
        )
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS} if is_sqlite else {})
    with gradebook_errors():
        answers.METADATA.create_all(engine)
    return engine


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection to read from."""
    with gradebook_errors(), engine.connect() as connection:
        yield connection


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection on which SQLite lets nobody else write until the end."""
    with gradebook_errors(), engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def read_cells(connection: Connection, assignment: str) -> list[tuple[str, str, float]]:
    """List (grade_id, notebook, maximum) of the answers that a person marks."""
    query = (
        select(_cell.c.name, _notebook.c.name, _grade_cell.c.max_score)
        .join(_grade_cell, _grade_cell.c.id == _cell.c.id)
        .join(_solution, _HAS_ANSWER)
        .join(_notebook, _notebook.c.id == _cell.c.notebook_id)
        .join(_assignment, _assignment.c.id == _notebook.c.assignment_id)
        .where(_assignment.c.name == assignment)
        .order_by(_notebook.c.name, _cell.c.name)
    )
    return [(task, notebook, maximum) for task, notebook, maximum in connection.execute(query)]


def read_marks(
    connection: Connection, assignment: str, task: str, lock: bool = False
) -> dict[str, Mark]:
    """Read grade's id → Mark of all answers to a question.

    Args:
        connection: to the database.
        assignment: its name.
        task: the question.
        lock: whether nobody else may change them until the end of the transaction.
    """
    here = _assignment.c.name == assignment, _cell.c.name == task
    if lock and connection.dialect.name != "sqlite":  # SQLite locks the whole database
        locked = select(GRADE.c.id).select_from(_GRADES).where(*here)
        connection.execute(locked.with_for_update(of=GRADE)).all()
    query = (
        select(
            GRADE.c.id,
            _submission.c.student_id,
            GRADE.c.manual_score,
            GRADE.c.needs_manual_grade,
            COMMENT.c.manual_comment,
            GRADE.c.notebook_id,
            _solution.c.id,
        )
        .select_from(_GRADES.outerjoin(COMMENT, _ITS_COMMENT))
        .where(*here)
    )
    return {
        grade: Mark(grade, submission, points, bool(waits), comment or "", (notebook, cell))
        for grade, submission, points, waits, comment, notebook, cell in connection.execute(query)
    }


def count_states(connection: Connection, assignment: str) -> Counter[tuple[str, bool, bool]]:
    """Count the answers by (task, whether a person must look, whether a person marked it)."""
    state = _cell.c.name, GRADE.c.needs_manual_grade, GRADE.c.manual_score.is_not(None)
    query = (
        select(*state, func.count())
        .select_from(_GRADES)
        .where(_assignment.c.name == assignment)
        .group_by(*state)
    )
    rows = connection.execute(query)
    return Counter({(task, bool(waits), bool(given)): n for task, waits, given, n in rows})


def write_comment(connection: Connection, mark: Mark, comment: str | None) -> None:
    """Set a person's comment on an answer."""
    notebook, cell = mark.place
    here = and_(COMMENT.c.notebook_id == notebook, COMMENT.c.cell_id == cell)
    changed = connection.execute(COMMENT.update().where(here).values(manual_comment=comment))
    if not changed.rowcount and comment:
        row = {"id": uuid.uuid4().hex, "notebook_id": notebook, "cell_id": cell}
        connection.execute(COMMENT.insert().values(**row, manual_comment=comment))
