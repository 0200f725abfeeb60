"""What a right answer does: checks that call a student's code through probes and judge the values that come back."""

from .outcome import Complaint, Outcome, check
from .student import InProcess, Student, StudentError

__all__ = ["Complaint", "InProcess", "Outcome", "Student", "StudentError", "check"]
