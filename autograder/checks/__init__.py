"""What a right answer does: checks that call a student's code through probes and judge the values
that come back.
"""

from ..probes.student import InProcess, Student, StudentError
from .outcome import Complaint, Outcome, check

__all__ = ["Complaint", "InProcess", "Outcome", "Student", "StudentError", "check"]
