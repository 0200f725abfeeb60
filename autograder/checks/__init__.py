"""Checks of a right answer: they call a student's code and judge the returned values."""

from ..probes.student import InProcess, Student, StudentError
from .outcome import Check, Complaint, Outcome, check

__all__ = ["Check", "Complaint", "InProcess", "Outcome", "Student", "StudentError", "check"]
