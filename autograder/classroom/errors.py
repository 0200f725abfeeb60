"""Exceptions that stop the grading of a class, or of one student."""

KEPT = "What was graded is kept; the same command goes on."  # ends a sentence on a stopped run


class ClassError(Exception):
    """The class cannot be graded, or not any further; str() is one sentence.

    code: the exit code of the command.
    """

    code = 1


class RosterError(ClassError):
    """The folder of submissions does not exist or holds none."""

    code = 2


class GradebookError(ClassError):
    """The gradebook cannot be read, or does not accept a result."""
