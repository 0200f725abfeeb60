"""The marks of a course folder's gradebook."""

from pathlib import Path

from nbgrader.api import Gradebook
from sqlalchemy import make_url

from .course import load_course
from .database_errors import gradebook_errors
from .marks import Marks, read_marks


def read_course_marks(root: Path, assignment: str) -> tuple[dict[str, Marks], Path]:
    """Read submission → Marks from the gradebook that a course folder's settings name.

    A database file that is not there is not made.

    Returns:
        The marks, {} where there is no gradebook, and the folder of the master notebooks.

    Raises:
        GradebookError: where it cannot be read.
    """
    course, _ = load_course(root, log_level="ERROR")
    masters = Path(course.format_path(course.source_directory, ".", assignment))
    url = make_url(course.db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return {}, masters
    with gradebook_errors(), Gradebook(course.db_url, course.course_id) as gradebook:
        return read_marks(gradebook, assignment), masters
