"""nbgrader's settings of a course folder."""

from pathlib import Path

from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config


def load_course(root: Path, log_level: str) -> tuple[CourseDirectory, Config]:
    """Load a course folder's nbgrader_config.py.

    Returns:
        nbgrader's CourseDirectory, and the settings for its converters.
    """
    app = NbGrader(log_level=log_level)
    app.load_cwd_config = False
    app.initialize([], root=str(root))
    course = app.coursedir
    if not isinstance(course, CourseDirectory):
        raise TypeError("nbgrader did not load a course folder.")
    return course, app.config
