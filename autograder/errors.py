"""Exceptions that stop the grading."""


class SubmissionError(Exception):
    """There is nothing to grade in a submission; str() is one sentence."""


class SetupError(Exception):
    """This machine, or these files of the course, can grade nothing; str() is one sentence."""
