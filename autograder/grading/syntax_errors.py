"""Why a cell is not Python: what Python's own words do not say."""

import re
import sys

from ..notebook.cells import read_code
from ..notebook.recovery import conflict_line


def explain_syntax_error(source: str, reason: str, python: str | None) -> str:
    """Return why a cell failed, a phrase that continues "the cell"; the reason itself if it says.

    Args:
        source: the cell.
        reason: why it failed, in Python's words.
        python: the version of Python that the notebook was saved with, "3.13.1"; None if unknown.
    """
    if read_code(source).valid:
        return reason
    line = conflict_line(source)
    if line:
        return (
            f"has conflict marks of git, first in line {line}: keep one of the two versions, and "
            "delete the marks"
        )
    theirs, ours = _version(python), sys.version_info[:2]
    if theirs and theirs > ours and "SyntaxError" in reason:
        return (
            f"{reason}; the notebook was written with Python {theirs[0]}.{theirs[1]}, and the "
            f"grader has Python {ours[0]}.{ours[1]}, which does not know newer syntax"
        )
    return reason


def _version(python):
    """Return (3, 13) for "3.13.1", None where that is no version."""
    found = re.match(r"(\d{1,3})\.(\d{1,3})", python or "")
    return (int(found[1]), int(found[2])) if found else None
