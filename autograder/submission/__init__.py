"""Submissions: the seven notebooks found in a student's folder, parsed and repaired."""

from .folder import Submission, read_submission, restore_all

__all__ = ["Submission", "read_submission", "restore_all"]
