"""What stops the grading."""


class SubmissionError(Exception):
    """There is nothing to grade; str() is one sentence."""


class SetupError(Exception):
    """Nothing can be graded on this machine, or with these files of the course; str() is one
    sentence.
    """
