"""Reading and writing marks in nbgrader's gradebook, with a log of who gave which and when."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from ..errors import GradebookError
from ..gradebook import answers
from . import tables
from .marks import Mark, remarks_of
from .tables import EDIT, FIRST, GRADE, LOG, SECOND


@dataclass(frozen=True)
class Change:
    """A mark to write.

    grade: nbgrader's id.
    token: of the mark that it replaces, as the TA saw it (see Mark.token).
    answer: the hash of the text now.
    """

    grade: str
    token: str
    answer: str


@dataclass(frozen=True)
class Conflict:
    """A mark that is not as the TA saw it.

    mark: as it is now.
    ta, time: who gave it and when; "" where it was not given on these pages.
    """

    mark: Mark
    ta: str
    time: str


class MarkBook:
    """The marks of one assignment.

    ta: who marks.
    """

    def __init__(self, engine: Engine, assignment: str, ta: str):
        self._engine, self._assignment, self.ta = engine, assignment, ta

    def read_cells(self) -> list[tuple[str, str, float]]:
        """List (grade_id, notebook, maximum) of the answers that a person marks."""
        with tables.reading(self._engine) as connection:
            return tables.read_cells(connection, self._assignment)

    def read(self, task: str) -> dict[str, Mark]:
        """Read grade's id → Mark of all answers to a question."""
        with tables.reading(self._engine) as connection:
            return tables.read_marks(connection, self._assignment, task)

    def count_states(self) -> Counter[tuple[str, bool, bool]]:
        """Count the answers by (task, whether a person must look, whether a person marked it)."""
        with tables.reading(self._engine) as connection:
            return tables.count_states(connection, self._assignment)

    def count_by_ta(self) -> Counter[tuple[str, str]]:
        """Count, by (task, TA), the answers whose last mark on these pages is that TA's."""
        last = select(func.max(LOG.c.id)).where(LOG.c.kind == FIRST).group_by(LOG.c.grade_id)
        query = select(LOG.c.task, LOG.c.ta).where(LOG.c.id.in_(last))
        with tables.reading(self._engine) as connection:
            return Counter((task, ta) for task, ta in connection.execute(query))

    def read_log(self, kind: str, task: str | None = None) -> list[Any]:
        """Read the last entry of this kind of each answer and TA, the oldest first."""
        last = select(func.max(LOG.c.id)).where(LOG.c.kind == kind)
        last = last.group_by(LOG.c.grade_id, LOG.c.ta)
        query = select(LOG).where(LOG.c.id.in_(last)).order_by(LOG.c.id)
        with tables.reading(self._engine) as connection:
            rows = connection.execute(query.where(LOG.c.task == task) if task else query)
            return list(rows.mappings())

    def write(
        self, task: str, changes: Sequence[Change], points: float, comment: str | None
    ) -> list[Conflict]:
        """Give some answers this mark, all of them or none.

        Returns:
            The marks that are not as the TA saw them, and not what is written either; where there
            are some, nothing is written.

        Raises:
            GradebookError: where the database does not take it, or an answer is not there any more.
        """
        with tables.writing(self._engine) as connection:
            marks = tables.read_marks(connection, self._assignment, task, lock=True)
            if any(change.grade not in marks for change in changes):
                raise GradebookError("An answer was taken out of the gradebook meanwhile.")
            conflicts = [
                self._conflict(connection, mark)
                for change in changes
                if (mark := marks[change.grade]).token(change.answer) != change.token
                and not mark.says(points, comment)
            ]
            if not conflicts:
                self._write(connection, task, marks, changes, points, comment)
            return conflicts

    def write_second(
        self, task: str, mark: Mark, answer: str, points: float, comment: str | None
    ) -> None:
        """Note a second opinion, which changes nothing in nbgrader's gradebook."""
        with tables.writing(self._engine) as connection:
            self._log(connection, SECOND, task, [(mark, answer)], points, comment)

    def edit_remark(self, task: str, old: str, new: str, seen: int) -> int | None:
        """Replace a line of the comments of all answers to a question.

        Args:
            task: the question.
            old, new: the line; where the new one is empty, the line is removed.
            seen: in how many comments the TA saw it.

        Returns:
            In how many it is now, where that is another number and nothing is written; else None.
        """
        with tables.writing(self._engine) as connection:
            marks = tables.read_marks(connection, self._assignment, task, lock=True)
            found = [mark for mark in marks.values() if old in remarks_of(mark.comment)]
            if len(found) != seen:
                return len(found)
            for mark in found:
                lines = [new if line == old else line for line in remarks_of(mark.comment)]
                comment = "\n".join(dict.fromkeys(filter(None, lines))) or None
                tables.write_comment(connection, mark, comment)
                self._log(connection, EDIT, task, [(mark, "")], mark.points, comment)
        return None

    def _write(self, connection, task, marks, changes, points, comment):
        grades = [change.grade for change in changes]
        values = {"manual_score": points, "needs_manual_grade": False}
        connection.execute(GRADE.update().where(GRADE.c.id.in_(grades)).values(**values))
        rows = answers.read_rows(connection, grades)
        for change in changes:
            tables.write_comment(connection, marks[change.grade], comment)
            row, text = rows.get(change.grade), change.answer
            answers.record(connection, change.grade, row, seen=text, marked=text)
        marked = [(marks[change.grade], change.answer) for change in changes]
        self._log(connection, FIRST, task, marked, points, comment)

    def _log(
        self,
        connection: Connection,
        kind: str,
        task: str,
        marked: Iterable[tuple[Mark, str]],
        points: float | None,
        comment: str | None,
    ) -> None:
        common = {"task": task, "kind": kind, "points": points, "comment": comment, "ta": self.ta}
        common["time"] = datetime.now(UTC).isoformat(timespec="seconds")
        rows = [
            {"grade_id": mark.grade, "submission": mark.submission, "answer": answer, **common}
            for mark, answer in marked
        ]
        connection.execute(insert(LOG), rows)

    def _conflict(self, connection, mark):
        """Find out who gave a mark: the last entry of the log, if the mark is still as it says."""
        query = select(LOG).where(LOG.c.grade_id == mark.grade, LOG.c.kind != SECOND)
        last = connection.execute(query.order_by(LOG.c.id.desc()).limit(1)).mappings().first()
        if last and mark.says(last["points"], last["comment"]):
            return Conflict(mark, last["ta"], last["time"])
        return Conflict(mark, "", "")
