"""What stops the grading of a class, or of one student."""

KEPT = "What was graded is kept; the same command goes on."  # at the end of sentences


class ClassError(Exception):
    """The class cannot be graded, or not go on; str() is one sentence. code: of the command's exit."""

    code = 1


class RosterError(ClassError):
    """There are no submissions where they should be."""

    code = 2


class GradebookError(ClassError):
    """The gradebook cannot be read, or not take a result."""
