"""Exceptions that stop the grading, of one submission or of all."""


class SubmissionError(Exception):
    """There is nothing to grade in a submission; str() is one sentence."""


class BlamelessError(Exception):
    """A submission got no verdict through no fault of its own; str() is one sentence.

    The machine may have been too busy, or full: alone on it, the submission may be graded.
    """


class SetupError(Exception):
    """This machine, or these files of the course, can grade nothing; str() is one sentence."""
