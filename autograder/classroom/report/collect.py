"""Collecting all that the report says: results, marks and what was handed in."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook

from ..gradebook.course import load_course
from ..gradebook.database_errors import gradebook_errors
from ..gradebook.marks import Marks, read_marks
from ..intake.entries import ASSIGNMENT
from ..results.handins import read_handins
from ..results.store import Store
from .alike import alike_pairs
from .attention import needing_a_person
from .counts import hard_checks, misconceptions, questions
from .page import ClassReport
from .works import gradebook_file, read_works


def read_report(results: Path, course: Path | None) -> ClassReport:
    """Read all that the report says.

    Args:
        results: the folder of results.
        course: the folder of nbgrader_config.py, None for no marks.

    Raises:
        ClassError, OSError, ValueError: where something cannot be read.
    """
    marks = _read_marks(course) if course else {}
    with Store(results) as store:
        works = read_works(store, read_handins(results), marks)
        attention = needing_a_person(store, works)
        return ClassReport(
            datetime.now(),
            works,
            questions(works, store.titles),
            misconceptions(works),
            hard_checks(works),
            alike_pairs(works),
            attention,
            bool(marks),
        )


def _read_marks(course: Path) -> Mapping[str, Marks]:
    """Read all marks of a course's gradebook; {} where there is none yet."""
    settings, _ = load_course(course, log_level="ERROR")
    file = gradebook_file(settings.db_url)
    if file is not None and not file.is_file():
        return {}
    with gradebook_errors(), Gradebook(settings.db_url, settings.course_id) as opened:
        return read_marks(opened, ASSIGNMENT)
