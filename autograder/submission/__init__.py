"""A folder that a student handed in → a Submission: seven parsed notebooks, repaired, and a
sentence on each defect.
"""

from .folder import Submission, read_submission, restore_all

__all__ = ["Submission", "read_submission", "restore_all"]
