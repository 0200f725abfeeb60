"""The course that submissions are graded by: the release, and the key with the modules that
notebooks import.
"""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from ..errors import SetupError, SubmissionError
from ..notebook.file import read_notebook
from ..paths import RELEASE, SOLUTIONS
from .key_code import code_alone


class CourseError(SetupError):
    """The key or the release lacks a file; str() is one sentence."""


@dataclass(frozen=True)
class Course:
    """Where the key (with lab.py and what else the notebooks import) and the release are.

    Files are read once.
    """

    solutions: Path = SOLUTIONS
    release: Path = RELEASE

    def released(self, name: str) -> NotebookNode | None:
        """A notebook of the release, not to be changed; None where it has none. Raises CourseError."""
        return _read(self.release / name)

    def key_code(self, name: str) -> str | None:
        """The text of a notebook with the key's code alone, None where it has none.

        Raises CourseError.
        """
        path = self.solutions / name
        return _code_once(path, _stamp(path)) if path.is_file() else None


def _read(path):
    """A notebook, None where there is none. Raises CourseError where it cannot be read."""
    try:
        return _read_once(path, _stamp(path)) if path.is_file() else None
    except SubmissionError as error:
        raise CourseError(f"{path} {error}.") from error


def _stamp(path):
    """What changes when a file does."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


@functools.lru_cache(maxsize=32)
def _read_once(path, stamp):
    return read_notebook(path)


@functools.lru_cache(maxsize=16)
def _code_once(path, stamp):
    return json.dumps(code_alone(_read(path)))
