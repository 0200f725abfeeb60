"""The roster: which student handed in which files, read from a folder of submissions.

The folder is laid out as nbgrader does it, holds zips, or is the export of a learning platform.
"""

from dataclasses import dataclass
from pathlib import Path

from ..errors import RosterError
from .student_names import parse_export_name, student_id

ASSIGNMENT = "vae"  # its name in nbgrader
_FILE_TYPES = (".ipynb", ".zip", ".pt", ".py")  # of exports with several files for a student


@dataclass(frozen=True)
class Source:
    """A folder or a file that a student handed in.

    name: the file's own name, "" for a folder.
    """

    path: Path
    name: str = ""


@dataclass(frozen=True)
class Entry:
    """A student and everything that they handed in.

    student: their id, as in the gradebook.
    timestamp: nbgrader's file with the time of submission.
    """

    student: str
    sources: tuple[Source, ...]
    timestamp: Path | None = None


def read_roster(submitted: Path, assignment: str = ASSIGNMENT) -> tuple[list[Entry], list[str]]:
    """Read which students handed in something.

    It knows STUDENT/vae/ (nbgrader), STUDENT/, STUDENT.zip, and the exports of Moodle and Canvas: a
    folder or files for each student. Hidden files are ignored.

    Args:
        submitted: the folder of all submissions.
        assignment: its name in nbgrader.

    Returns:
        The entries, sorted by student, and a sentence for each file that belongs to no student or
        is combined with others.

    Raises:
        RosterError: where there are no submissions.
    """
    if not submitted.is_dir():
        raise RosterError(f"{submitted} is not a folder.")
    sources, timestamps, notes = {}, {}, []
    for path in sorted(submitted.iterdir()):
        if path.name.startswith((".", "__")):
            continue
        found = _source(path, assignment)
        if found is None:
            notes.append(f"{path.name} belongs to no student, and is left out.")
            continue
        student, source, timestamp = found
        sources.setdefault(student, []).append(source)
        timestamps.setdefault(student, timestamp)
    if not sources:
        raise RosterError(_no_submissions(submitted))
    students = sorted(sources)
    entries = [Entry(each, tuple(sources[each]), timestamps[each]) for each in students]
    return entries, notes + _combined(sources)


def _combined(sources):
    """A sentence on each student who has several sources."""
    return [
        f"{', '.join(source.path.name for source in several)} are graded as one submission, of "
        f"{student}."
        for student, several in sources.items()
        if len(several) > 1
    ]


def _no_submissions(submitted):
    """The sentence on a folder without submissions; it may itself be one submission."""
    hint = ""
    if any(submitted.glob("*.ipynb")):
        hint = "; for one submission: python -m autograder grade DIR"
    return f"{submitted} holds no submissions: no folder or zip file of a student{hint}."


def _source(path, assignment):
    """(student, source, timestamp) of one folder or file; None where it belongs to no student."""
    exported = parse_export_name(path.name, path.is_dir())
    if path.is_dir():
        inner = path / assignment
        if inner.is_dir() and not inner.is_symlink():  # nbgrader's layout
            return student_id(path.name), Source(inner), inner / "timestamp.txt"
        student = exported[0] if exported else student_id(path.name)
        return student, Source(path), None
    if not path.is_file():
        return None
    if exported and path.suffix.lower() in _FILE_TYPES:
        student, name = exported
        return student, Source(path, path.name if name.startswith(".") else name), None
    if path.suffix.lower() == ".zip":
        return student_id(path.stem), Source(path, "submission.zip"), None
    return None
