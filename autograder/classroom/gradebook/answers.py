"""Which text of an answer its mark belongs to: a table of our own in nbgrader's database.

A submission that is handed in again then reopens only the answers whose text is another one.
nbgrader does not know the table, and no row of it refers to nbgrader's tables, so that removing a
submission in the Formgrader works as before.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from nbgrader.utils import is_grade, is_solution
from sqlalchemy import Column, MetaData, String, Table, insert, select, update

METADATA = MetaData()  # of all our tables
# seen: the hash of the text that the gradebook got last, which is what the Formgrader shows.
# marked: that of the text which a person marked, None where nobody has or it is not known.
ANSWERS = Table(
    "review_answer",
    METADATA,
    Column("grade_id", String(32), primary_key=True),
    Column("seen", String(64), nullable=False),
    Column("marked", String(64)),
)
MISSING = ""  # the hash of an answer whose notebook or cell is not there
_SOME = 500  # values in one query; SQLite allows 999


def answer_hash(cell: Mapping[str, Any]) -> str:
    """Hash the words of an answer and the pictures attached to it; spaces do not count."""
    source = cell["source"]
    text = source if isinstance(source, str) else "".join(source)
    parts = [" ".join(text.split()), cell.get("attachments") or {}]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("ascii")).hexdigest()


def answers_of(cells: Iterable[Any]) -> dict[str, str]:
    """Get grade_id → hash of all cells that hold an answer which a person marks."""
    return {
        cell.metadata.nbgrader.grade_id: answer_hash(cell)
        for cell in cells
        if is_grade(cell) and is_solution(cell)
    }


def settle(
    grade: Any, row: Mapping[str, Any] | None, new: str, score: float | None, resubmitted: bool
) -> tuple[bool, str | None]:
    """Decide what becomes of the mark of an answer that is written to the gradebook.

    Args:
        grade: nbgrader's Grade, as it was before.
        row: of ANSWERS, as it was before; None where there is none.
        new: the hash of the answer now.
        score: the grader's points, None where a person gives them.
        resubmitted: whether the text may be another one, where there is no row that tells.

    Returns:
        Whether a person must look at it, and the hash of the text that the mark belongs to.
    """
    if grade.manual_score is None:
        return score is None, None
    if row is None:
        reopened = grade.needs_manual_grade or resubmitted or grade.auto_score != score
        return reopened, None if reopened else new
    # A mark that stands was given to the text that the gradebook had until now.
    marked = row["marked"] if grade.needs_manual_grade else row["seen"]
    return new != marked, marked


def record(
    connection: Any, grade_id: str, row: Mapping[str, Any] | None, seen: str, marked: str | None
) -> None:
    """Write an answer's row of ANSWERS; `row` is the one of before."""
    values = {"seen": seen, "marked": marked}
    if row is None:
        connection.execute(insert(ANSWERS).values(grade_id=grade_id, **values))
    elif values != {"seen": row["seen"], "marked": row["marked"]}:
        connection.execute(update(ANSWERS).where(ANSWERS.c.grade_id == grade_id).values(values))


def read_rows(connection: Any, grades: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Read grade's id → its row of ANSWERS."""
    ids, rows = list(grades), {}
    for start in range(0, len(ids), _SOME):
        query = select(ANSWERS).where(ANSWERS.c.grade_id.in_(ids[start : start + _SOME]))
        rows |= {row["grade_id"]: row for row in connection.execute(query).mappings()}
    return rows
