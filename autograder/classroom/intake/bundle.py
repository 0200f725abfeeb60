"""What a student handed in, as bytes that can be sent to another machine, and the hash of its
contents.
"""

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
    MAX_NOTEBOOK_BYTES,
    MAX_WEIGHTS_BYTES,
)
from .roster import Entry, Source

# All limits. What lies deeper or has another ending is no part of a submission; what is larger is
# named and left out.
MAX_BYTES = {
    ".ipynb": MAX_NOTEBOOK_BYTES,
    ".json": MAX_NOTEBOOK_BYTES,
    ".txt": MAX_NOTEBOOK_BYTES,
    ".zip": MAX_ARCHIVE_BYTES,
    ".pt": MAX_WEIGHTS_BYTES,
}
MAX_TOTAL = 250 * 2**20  # bytes of one student
MAX_FILES = 200
ARCHIVES = (".rar", ".7z", ".tar", ".tgz", ".gz", ".bz2", ".xz")


@dataclass(frozen=True)
class File:
    """A file of a submission: its place in it ("/" between parts), its bytes, when it was changed
    (nanoseconds).
    """

    place: str
    data: bytes
    changed: int


@dataclass(frozen=True)
class Bundle:
    """One student's submission. notes: a sentence on each file that is left out."""

    student: str
    files: tuple[File, ...]
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(len(file.data) for file in self.files)

    @property
    def digest(self) -> str:
        """The hash of the places and contents of all files."""
        return _digest((file.place, hashlib.sha256(file.data).digest()) for file in self.files)


def read_bundle(entry: Entry) -> Bundle:
    """Read all files of a student. Raises OSError."""
    found, notes = _files(entry)
    files = tuple(
        File(place, path.read_bytes(), path.stat().st_mtime_ns) for place, path, _ in found
    )
    return Bundle(entry.student, files, tuple(notes))


def digest_of(entry: Entry) -> str:
    """The digest of a student's Bundle, without holding its bytes. Raises OSError."""
    return _digest((place, _hash(path)) for place, path, _ in _files(entry)[0])


def may_matter(place: PurePosixPath) -> bool:
    """Whether a file with this place in a submission may be read when it is graded."""
    hidden = (
        any(part.startswith((".", "__")) for part in place.parts) or place.name == "timestamp.txt"
    )  # nbgrader's
    return place.suffix.lower() in MAX_BYTES and not hidden and len(place.parts) <= MAX_DEPTH + 1


def _digest(files: Iterable[tuple[str, bytes]]) -> str:
    total = hashlib.sha256()
    for place, content in files:
        total.update(place.encode("utf-8", "surrogatepass") + b"\0" + content)
    return total.hexdigest()


def _hash(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _files(entry):
    """[(place, path, bytes)] of what counts, sorted by depth and name, and a sentence per file that
    does not.
    """
    found = {}
    for number, source in enumerate(entry.sources, 1):
        above = (
            PurePosixPath(str(number))
            if len(entry.sources) > 1 and not source.name
            else PurePosixPath()
        )
        for place, path in _places(source):
            while (
                above / place in found
            ):  # two files of a platform's export that have the same name
                place = place.with_name(f"{number}-{place.name}")
            found[above / place] = path
    kept, notes, total = [], [], 0
    for place, path in sorted(found.items(), key=lambda item: (len(item[0].parts), item[0])):
        try:
            size = _size(place, path, entry.sources)
            if len(kept) >= MAX_FILES or total + size > MAX_TOTAL:
                raise _LeftOutError("was left out, since the submission is too large")
        except _LeftOutError as problem:
            notes.append(f"{place} {problem}.")
            continue
        total += size
        kept.append((str(place), path, size))
    return kept, notes


def _places(source: Source) -> Iterator[tuple[PurePosixPath, Path]]:
    """The files of a source that may matter, and the archives that are not read."""
    if source.name:
        yield PurePosixPath(source.name), source.path
        return
    for folder, below, names in islice(os.walk(source.path), MAX_FOLDERS):
        inside = Path(folder).relative_to(source.path)
        deep = len(inside.parts) >= MAX_DEPTH
        below[:] = (
            [] if deep else sorted(name for name in below if not name.startswith((".", "__")))
        )
        for name in sorted(names):
            place = PurePosixPath(*inside.parts, name)
            if may_matter(place) or place.suffix.lower() in ARCHIVES:
                yield place, Path(folder, name)


class _LeftOutError(Exception):
    """Why a file is no part of a submission; str() is a phrase without its subject."""


def _size(place, path, sources):
    """The bytes of a file. Raises _LeftOutError."""
    suffix = place.suffix.lower()
    try:
        if path.is_symlink() and not any(
            path.resolve().is_relative_to(source.path.resolve()) for source in sources
        ):
            raise _LeftOutError("is a link to a file outside the submission, and was left out")
        status = path.stat()
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, until Python 3.12
        reason = getattr(error, "strerror", None) or "a loop of links"
        raise _LeftOutError(f"cannot be read ({reason})") from error
    if not stat.S_ISREG(status.st_mode):
        raise _LeftOutError("is not a file, and was left out")
    if suffix in ARCHIVES:
        raise _LeftOutError("was not unpacked: only zip files are")
    if status.st_size > MAX_BYTES[suffix]:
        raise _LeftOutError(f"is larger than {MAX_BYTES[suffix] // 2**20} MB, and was left out")
    return status.st_size
