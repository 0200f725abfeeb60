"""What stops the reading of a submission."""


class SubmissionError(Exception):
    """There is nothing to grade; str() is one sentence."""
