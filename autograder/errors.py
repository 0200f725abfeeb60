"""Exceptions that stop the grading, and sentences on files that cannot be read or written."""

import errno
import sys
from pathlib import Path

_WAYS_OUT = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "Make room on that disk, then try again."),
    **dict.fromkeys(
        (errno.EACCES, errno.EPERM, errno.EROFS),
        "Give yourself the right to read and write there, or use a folder of your own.",
    ),
    errno.ENAMETOOLONG: "Move the course to a folder with a shorter path.",
}
_OPEN_ELSEWHERE = "Close the program that has it open, such as a spreadsheet. "  # Windows locks it


class SubmissionError(Exception):
    """There is nothing to grade in a submission; str() is one sentence."""


class BlamelessError(Exception):
    """A submission got no verdict through no fault of its own; str() is one sentence.

    The machine may have been too busy, or full: alone on it, the submission may be graded.
    """


class SetupError(Exception):
    """This machine, or these files of the course, can grade nothing; str() is one sentence."""


def describe_os_error(error: OSError, otherwise: Path | str) -> str:
    """Say what cannot be read or written, why, and the way out where there is one.

    Args:
        error: what the system said.
        otherwise: the path to name where the error names none.
    """
    path = error.filename2 or error.filename or otherwise  # of a copy, where it goes
    what = f"{path}: {error.strerror or error}."
    way = _WAYS_OUT.get(error.errno or 0, "")
    if sys.platform == "win32" and error.errno == errno.EACCES:
        way = _OPEN_ELSEWHERE + way
    return f"{what} {way}".rstrip()
