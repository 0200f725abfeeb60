"""Grading of one submission: its notebooks run in kernels, and the checks judge from outside."""

from ..large_imports import large_imports

with large_imports():  # torch
    from .course import Course
    from .grade_submission import grade
    from .report import Report, TaskResult

__all__ = ["Course", "Report", "TaskResult", "grade"]
