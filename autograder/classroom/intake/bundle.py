"""A student's submission as bytes that can be sent to another machine, and its hash."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from ...submission_limits import (
    MAX_ARCHIVE_BYTES,
    MAX_DEPTH,
    MAX_FOLDERS,
    MAX_HELPER_BYTES,
    MAX_NOTEBOOK_BYTES,
    MAX_WEIGHTS_BYTES,
)
from .entries import Entry, Source

# Limits. Files with another ending, or in deeper folders, are no part of a submission, nor are
# modules that lie beside no notebook; of files that are too large, the student and the instructor
# are told.
MAX_BYTES = {
    ".ipynb": MAX_NOTEBOOK_BYTES,
    ".json": MAX_NOTEBOOK_BYTES,
    ".txt": MAX_NOTEBOOK_BYTES,
    ".zip": MAX_ARCHIVE_BYTES,
    ".pt": MAX_WEIGHTS_BYTES,
    ".py": MAX_HELPER_BYTES,
}
MAX_TOTAL = 250 * 2**20  # bytes of one student
MAX_FILES = 200
MAX_NAMED = 5  # files in one sentence
OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".tgz", ".gz", ".bz2", ".xz")  # named, never unpacked


@dataclass(frozen=True)
class File:
    """A file of a submission.

    path: relative to the submission, with "/" between its parts.
    modified: the time of its last change, in nanoseconds.
    """

    path: str
    data: bytes
    modified: int


@dataclass(frozen=True)
class Bundle:
    """One student's submission; notes: a sentence on each file that is left out."""

    student: str
    files: tuple[File, ...]
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(len(file.data) for file in self.files)

    @property
    def digest(self) -> str:
        """The hash of the paths and contents of all files; without files, of the notes."""
        files = [(file.path, hashlib.sha256(file.data).digest()) for file in self.files]
        return _digest(files or _as_contents(self.notes))


@dataclass(frozen=True)
class _FoundFile:
    """A file on this machine, and its path in the submission."""

    source: Path
    path: PurePosixPath


def read_bundle(entry: Entry) -> Bundle:
    """Read all files of a student.

    Raises:
        OSError: where a file cannot be read.
    """
    found, notes = _files_to_grade(entry)
    files = tuple(
        File(str(each.path), each.source.read_bytes(), each.source.stat().st_mtime_ns)
        for each in found
    )
    return Bundle(entry.student, files, tuple(notes))


def digest_of(entry: Entry) -> str:
    """Compute the digest of a student's Bundle without holding its bytes in memory.

    Raises:
        OSError: where a file cannot be read.
    """
    found, notes = _files_to_grade(entry)
    files = [(str(each.path), _hash(each.source)) for each in found]
    return _digest(files or _as_contents(notes))


def is_relevant(path: PurePosixPath) -> bool:
    """Whether grading may read a file that has this path in a submission."""
    hidden = any(part.startswith((".", "__")) for part in path.parts)
    if hidden or path.name == "timestamp.txt":  # written by nbgrader
        return False
    return path.suffix.lower() in MAX_BYTES and len(path.parts) <= MAX_DEPTH + 1


def without_stray_modules(paths: Iterable[PurePosixPath]) -> list[PurePosixPath]:
    """Return the paths without the modules that lie beside no notebook, such as a library's."""
    paths = list(paths)
    of_notebooks = {path.parent for path in paths if path.suffix.lower() == ".ipynb"}
    return [path for path in paths if not _is_module(path) or path.parent in of_notebooks]


def _is_module(path):
    return path.suffix.lower() == ".py"


def _digest(files: Iterable[tuple[str, bytes]]) -> str:
    """Hash (path, hash of the contents) of all files."""
    total = hashlib.sha256()
    for path, content in files:
        total.update(path.encode("utf-8", "surrogatepass") + b"\0" + content)
    return total.hexdigest()


def _as_contents(notes):
    return [(note, b"") for note in notes]


def _hash(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _files_to_grade(entry: Entry) -> tuple[list[_FoundFile], list[str]]:
    """The files within all limits, and a sentence on each that is left out."""
    kept, notes, total = [], [], 0
    for file in _find_files(entry):
        try:
            size = _checked_size(file, entry.sources)
            if len(kept) >= MAX_FILES or total + size > MAX_TOTAL:
                raise _ExcludedFileError("was left out, since the submission is too large")
        except _ExcludedFileError as reason:
            notes.append(f"{file.path} {reason}.")
            continue
        total += size
        kept.append(file)
    if not kept and (others := _other_files(entry)):
        notes.append(f"Notebooks and zip files are read, not {', '.join(others)}.")
    return kept, notes


def _other_files(entry: Entry) -> list[str]:
    """The names of the first files that grading does not read."""
    found = (path for source in entry.sources for path, _ in _all_files(source))
    others = (str(path) for path in found if not is_relevant(path) and not _is_archive(path))
    return list(islice(others, MAX_NAMED))


def _find_files(entry: Entry) -> list[_FoundFile]:
    """The files of all sources under different paths, sorted by kind, depth and path."""
    found = {}
    for number, source in enumerate(entry.sources, 1):
        several_folders = len(entry.sources) > 1 and not source.name
        folder = PurePosixPath(str(number)) if several_folders else PurePosixPath()
        for path, file in _walk(source):
            # A platform's export may hold two files of the same name.
            while folder / path in found:
                path = path.with_name(f"{number}-{path.name}")
            found[folder / path] = file
    # Modules last, so that it is they that are too many.
    kept = without_stray_modules(found)
    paths = sorted(kept, key=lambda path: (_is_module(path), len(path.parts), path))
    return [_FoundFile(found[path], path) for path in paths]


def _walk(source: Source) -> Iterator[tuple[PurePosixPath, Path]]:
    """(path in the source, file) of all relevant files, and of archives that cannot be read."""
    for path, file in _all_files(source):
        if is_relevant(path) or _is_archive(path):
            yield path, file


def _all_files(source: Source) -> Iterator[tuple[PurePosixPath, Path]]:
    """(path in the source, file) of all files that are not hidden."""
    if source.name:
        yield PurePosixPath(source.name), source.path
        return
    for folder, subfolders, names in islice(os.walk(source.path), MAX_FOLDERS):
        inside = Path(folder).relative_to(source.path)
        too_deep = len(inside.parts) >= MAX_DEPTH
        visible = sorted(name for name in subfolders if not name.startswith((".", "__")))
        subfolders[:] = [] if too_deep else visible  # os.walk goes on in these
        for name in sorted(names):
            yield PurePosixPath(*inside.parts, name), Path(folder, name)


def _is_archive(path):
    return path.suffix.lower() in OTHER_ARCHIVES


class _ExcludedFileError(Exception):
    """A file is left out of a submission; str() is the reason, a phrase without its subject."""


def _checked_size(file: _FoundFile, sources: tuple[Source, ...]) -> int:
    """The bytes of a file that may be read. Raises _ExcludedFileError for others."""
    suffix = file.path.suffix.lower()
    try:
        if file.source.is_symlink() and not _is_inside(file.source, sources):
            raise _ExcludedFileError("is a link to a file outside the submission, and was left out")
        status = file.source.stat()
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, until Python 3.12
        reason = getattr(error, "strerror", None) or "a loop of links"
        raise _ExcludedFileError(f"cannot be read ({reason})") from error
    if not stat.S_ISREG(status.st_mode):
        raise _ExcludedFileError("is not a file, and was left out")
    if _is_archive(file.path):
        raise _ExcludedFileError("was not unpacked: only zip files are")
    if status.st_size > MAX_BYTES[suffix]:
        limit = MAX_BYTES[suffix] // 2**20
        raise _ExcludedFileError(f"is larger than {limit} MB, and was left out")
    return status.st_size


def _is_inside(link, sources):
    """Whether a link leads to a file of the submission."""
    return any(link.resolve().is_relative_to(source.path.resolve()) for source in sources)
