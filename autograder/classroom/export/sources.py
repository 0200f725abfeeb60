"""Reading what an export is made of: gradebook, results, roster."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import GradebookError
from ..results.handins import Handin, read_handins
from ..results.problems import FILE as PROBLEMS
from ..results.store import Store
from ..roster.reading import find_roster, read_roster
from ..roster.students import Roster
from ..roster.table import read_table
from .errors import ExportError

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

    from ..gradebook.marks import Marks

_UNCLEAR = ("ambiguous", "double", "stranger")  # kinds of problems


@dataclass(frozen=True)
class Sources:
    """What the grades are made of.

    refused: submission → why there was nothing to grade.
    waiting: submissions with newer points that nobody has accepted.
    unclear: folders or files of the download that may be of somebody who handed in nothing.
    """

    marks: Mapping[str, "Marks"]
    handins: Mapping[str, Handin] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    roster: Roster | None = None
    roster_path: Path | None = None


def read_sources(
    gradebook: "Gradebook", assignment: str, results: Path, roster_path: Path | None
) -> Sources:
    """Read everything.

    Args:
        gradebook: nbgrader's, open.
        assignment: its name there.
        results: the folder of results, which need not exist.
        roster_path: the roster; None for the one that the class was graded with.

    Raises:
        ClassError: where something cannot be read, or nobody has points.
    """
    marks = _read_marks(gradebook, assignment)
    if not marks:
        raise ExportError(
            "Nobody has points yet: `python -m autograder class SUBMITTED_DIR` comes first."
        )
    path = roster_path or (find_roster(results) if results.is_dir() else None)
    roster = read_roster(path) if path else None
    if not results.is_dir():
        return Sources(marks, roster=roster, roster_path=path)
    with Store(results) as store:
        refused = {
            name: result.problem
            for name, result in store.refused.items()
            if name not in store.counting
        }
        waiting = tuple(sorted(store.waiting))
        handins = _read_handins(results)
        unclear = tuple(each for each in _read_unclear(results) if each not in handins)
        return Sources(marks, handins, refused, waiting, unclear, roster, path)


@contextlib.contextmanager
def open_gradebook(root: Path) -> Iterator["Gradebook"]:
    """Open the gradebook of a course folder.

    Raises:
        GradebookError: where there is none; an empty one is not made.
    """
    from nbgrader.api import Gradebook
    from sqlalchemy.engine import make_url

    from ..gradebook.course import load_course
    from ..gradebook.database_errors import gradebook_errors

    course, _ = load_course(root, log_level="ERROR")
    url = make_url(course.db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise GradebookError(
            f"There is no gradebook {url.database}: `python -m autograder class SUBMITTED_DIR` "
            "comes first."
        )
    with gradebook_errors(), Gradebook(course.db_url, course.course_id) as gradebook:
        yield gradebook


def _read_marks(gradebook, assignment) -> "dict[str, Marks]":
    from ..gradebook.marks import read_marks  # loads nbgrader, which takes seconds

    return read_marks(gradebook, assignment)


def _read_handins(results: Path) -> dict[str, Handin]:
    try:
        return read_handins(results)
    except (ValueError, TypeError, KeyError) as error:
        raise ExportError(
            f"The list of hand-ins in {results} cannot be read: run `python -m autograder class` "
            "again."
        ) from error


def _read_unclear(results: Path) -> list[str]:
    """Whom a person must still identify, by the list of problems of the last call of `class`."""
    path = results / PROBLEMS
    if not path.is_file():
        return []
    table = read_table(path)
    if not {"kind", "who"} <= {*table.columns}:
        return []
    kind, who = (table.columns.index(name) for name in ("kind", "who"))
    return [row[who] for row in table.rows if row[kind] in _UNCLEAR]
