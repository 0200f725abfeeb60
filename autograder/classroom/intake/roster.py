"""A folder of submissions → who handed in what: as nbgrader has it, as zips, or as learning
platforms export it.
"""

from dataclasses import dataclass
from pathlib import Path

from ..errors import RosterError
from .student_names import owner, student_id

ASSIGNMENT = "vae"  # nbgrader's name of it
_FILES = (".ipynb", ".zip", ".pt")  # of a student, where they lie beside each other


@dataclass(frozen=True)
class Source:
    """A folder or a file that a student handed in, and what it is called: "" for a folder."""

    path: Path
    name: str = ""


@dataclass(frozen=True)
class Entry:
    """A student, who is called as in the gradebook, and everything that came from them.

    timestamp: nbgrader's file that says when it was handed in.
    """

    student: str
    sources: tuple[Source, ...]
    timestamp: Path | None = None


def read_roster(submitted: Path, assignment: str = ASSIGNMENT) -> tuple[list[Entry], list[str]]:
    """The students of a folder, sorted, and a sentence for each thing in it that belongs to nobody.

    STUDENT/vae/ (nbgrader), STUDENT/ and STUDENT.zip, and what Moodle and Canvas make: a folder or
    files per student. What is hidden is left out. Raises RosterError.
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
    for student, several in sources.items():
        if len(several) > 1:
            names = ", ".join(source.path.name for source in several)
            notes.append(f"{names} are graded as one submission, of {student}.")
    if not sources:
        hint = (
            "; for one submission: python -m autograder grade DIR"
            if any(submitted.glob("*.ipynb"))
            else ""
        )
        raise RosterError(
            f"{submitted} holds no submissions: no folder or zip file of a student{hint}."
        )
    return [
        Entry(student, tuple(sources[student]), timestamps[student]) for student in sorted(sources)
    ], notes


def _source(path, assignment):
    """(student, source, timestamp) of one folder or file; None where it is nobody's."""
    exported = owner(path.name, path.is_dir())
    if path.is_dir():
        inner = path / assignment
        if inner.is_dir() and not inner.is_symlink():  # as nbgrader has it
            return student_id(path.name), Source(inner), inner / "timestamp.txt"
        return exported[0] if exported else student_id(path.name), Source(path), None
    if not path.is_file():
        return None
    if exported and path.suffix.lower() in _FILES:
        student, name = exported
        return student, Source(path, path.name if name.startswith(".") else name), None
    return (
        (student_id(path.stem), Source(path, "submission.zip"), None)
        if path.suffix.lower() == ".zip"
        else None
    )
