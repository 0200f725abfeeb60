"""The course that submissions are graded by: the release, and the key with its modules."""

import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from ..errors import SetupError, SubmissionError
from ..notebook.file import read_notebook
from ..paths import RELEASE, SOLUTIONS
from .stand_ins import with_stand_ins


class CourseError(SetupError):
    """A file that the key or the release lacks; str() is one sentence."""


@dataclass(frozen=True)
class Course:
    """The folders of the key and of the release; each of their files is read once.

    Attributes:
        solutions: the key, with lab.py and what else the notebooks import.
        release: the notebooks that were handed out.
    """

    solutions: Path = SOLUTIONS
    release: Path = RELEASE

    def require(self, names: Iterable[str]) -> None:
        """Check that the files are there that the kernels of these notebooks need.

        Raises:
            CourseError: where one is missing.
        """
        for path in (self.solutions / "lab.py", *(self.release / name for name in names)):
            _require_file(path)

    def find_released(self, name: str) -> NotebookNode | None:
        """Return a notebook of the release, not to be changed; None where it has none.

        Raises:
            CourseError: where it cannot be read.
        """
        path = self.release / name
        return _read(path) if path.is_file() else None

    def released(self, name: str) -> NotebookNode:
        """Return a notebook of the release, not to be changed.

        Raises:
            CourseError: where it is missing or cannot be read.
        """
        path = self.release / name
        _require_file(path)
        return _read(path)

    def stand_in(self, name: str) -> str | None:
        """Return the JSON of a notebook with stand-ins for its answers; None where none is there.

        Raises:
            CourseError: where the released notebook cannot be read.
        """
        path = self.release / name
        return _read_stand_in_once(path, _version(path)) if path.is_file() else None


def _require_file(path):
    if not path.is_file():
        raise CourseError(
            f"{path} is missing: the grader needs the key and the release (`make release`)."
        )


def _read(path):
    """Return the notebook in a file. Raises CourseError where it cannot be read."""
    try:
        return _read_once(path, _version(path))
    except SubmissionError as error:
        raise CourseError(f"{path} {error}.") from error


def _version(path):
    """Return a value that changes when the file does."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


@functools.lru_cache(maxsize=32)
def _read_once(path, version):
    return read_notebook(path)


@functools.lru_cache(maxsize=16)
def _read_stand_in_once(path, version):
    return json.dumps(with_stand_ins(_read(path)))
