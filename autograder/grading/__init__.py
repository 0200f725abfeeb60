"""Grading of one submission: its notebooks run in kernels, and the checks judge from outside."""

from .course import Course
from .report import Report, TaskResult
from .submission_grader import grade

__all__ = ["Course", "Report", "TaskResult", "grade"]
