"""One submission by its path: a folder, or a zip that is unpacked for as long as it is graded."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...errors import SubmissionError
from ...paths import ROOT
from ...text import printable
from .bundle import read_bundle
from .entries import Entry, Source
from .student_names import student_id
from .unpacking import unpack_bundle


@dataclass(frozen=True)
class OpenedSubmission:
    """What was handed in, as a folder.

    path: as it was named, a folder or a zip.
    folder: where its files lie.
    notes: a sentence on each file of a zip that was left out.
    """

    path: Path
    folder: Path
    notes: tuple[str, ...] = ()

    def explain(self, error: SubmissionError) -> SubmissionError:
        """Return an error of the grader with the path that the user knows, and the notes."""
        sentence = str(error).replace(str(self.folder), str(self.path))
        return SubmissionError(printable(" ".join([sentence, *self.notes])))


@contextmanager
def open_submission(path: Path) -> Iterator[OpenedSubmission]:
    """Give the folder of what was handed in; a zip is unpacked within the limits of a class.

    What is neither is left to the grader, which says so.

    Raises:
        SubmissionError: where the zip breaks a limit, the file is no zip, or the folder is that of
            the course.
    """
    if not path.is_file():
        _refuse_course(path)
        yield OpenedSubmission(path, path)
        return
    if path.suffix.lower() != ".zip" and not zipfile.is_zipfile(path):
        raise SubmissionError(
            f"{path} is no zip file: name a folder with the seven notebooks, or a zip of it."
        )
    with tempfile.TemporaryDirectory(prefix="unpacked-", ignore_cleanup_errors=True) as place:
        folder = Path(place, student_id(path.stem))
        yield OpenedSubmission(path, folder, _unpack(path, folder))


def _unpack(path, folder) -> tuple[str, ...]:
    """Unpack a zip to a new folder; return a sentence on each file that is left out.

    Raises:
        SubmissionError: where it breaks a limit.
    """
    try:
        notes = unpack_bundle(read_bundle(_entry(path)), folder)
    except SubmissionError as error:
        raise SubmissionError(printable(f"{path}: {error}")) from error
    return tuple(map(printable, notes))


def _entry(path):
    return Entry(student_id(path.stem), (Source(path, "submission.zip"),))


def _refuse_course(path):
    """Raise SubmissionError for the repository, in which the key would be graded."""
    if ROOT.is_relative_to(path.resolve()):
        raise SubmissionError(
            f"{path} holds the course itself, and with it the key: name the folder of one "
            "submission."
        )
