"""What the gradebook's database complains of, in a sentence that says what to do."""

import contextlib
from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from ..errors import GradebookError

# SQLite's words → ours, of which each says that nothing is half written: its transactions are
# whole, or not at all.
_SENTENCES = {
    "database is locked": (
        "The gradebook is in use by another program: let that end (a `review`, a Formgrader, an "
        "nbgrader command), then do the same again; what was written before is kept."
    ),
    "readonly database": (
        "The gradebook cannot be written: give yourself the right to write to its file and its "
        "folder, then do the same again; it is as it was."
    ),
    "unable to open database file": (
        "The gradebook's file cannot be opened: give yourself the right to read and write it and "
        "its folder, then do the same again."
    ),
    "database or disk is full": (
        "The disk with the gradebook is full: make room there, then do the same again; what was "
        "written before is kept."
    ),
}
_SENTENCES["disk I/O error"] = _SENTENCES["database or disk is full"].replace(
    "is full: make", "is full or fails: check it, make"
)


@contextlib.contextmanager
def gradebook_errors(*others: type[Exception]) -> Iterator[None]:
    """Turn errors of the database into a GradebookError.

    Args:
        others: more kinds of errors to turn into one.
    """
    try:
        yield
    except (SQLAlchemyError, *others) as error:
        raise GradebookError(describe(error)) from error


def describe(error: Exception) -> str:
    """Say in a sentence what an error of the database means, and the way out where it is known."""
    first_line = str(getattr(error, "orig", None) or error).split("\n")[0]
    for words, sentence in _SENTENCES.items():
        if words in first_line:
            return sentence
    return f"The gradebook says: {first_line}."
