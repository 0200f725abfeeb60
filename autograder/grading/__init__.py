"""One submission → a Report: each notebook runs in a kernel of its own, and the checks judge it
from outside.
"""

from .course import Course
from .report import Report, TaskResult
from .submission_grader import grade

__all__ = ["Course", "Report", "TaskResult", "grade"]
