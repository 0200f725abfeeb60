"""Unpacking a Bundle into a folder: nothing is written outside it, and all sizes are limited."""

import errno
import itertools
import os
import stat
import struct
import time
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ...errors import SubmissionError
from .bundle import MAX_BYTES, Bundle, is_relevant, without_stray_modules

# Limits of one submission.
MAX_MEMBERS = 50_000  # files in all its zips
MAX_UNPACKED = 400 * 2**20  # bytes that are unpacked
MAX_RATIO = 100  # of unpacked to packed bytes, where more than RATIO_FREE bytes are unpacked
RATIO_FREE = 50 * 2**20
MAX_ZIP_DEPTH = 2  # a zip, and the zips in it

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DIRECTORY_ENTRY = b"PK\1\2"  # each member of a zip has one
_BLOCK = 2**20  # bytes read at once
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    IndexError,
    OverflowError,
    NotImplementedError,
)


def unpack_bundle(bundle: Bundle, folder: Path) -> list[str]:
    """Write a submission's files to a new folder, and unpack its zips.

    Returns:
        A sentence on each file that is left out.

    Raises:
        SubmissionError: for a zip that would write outside the folder, holds a link, or exceeds
            the limits.
        OSError: where a file cannot be written.
    """
    folder.mkdir()
    _write_files(bundle, folder)
    return [*bundle.notes, *_unpack_zips(folder), *_remove_nested_zips(folder)]


def _write_files(bundle, folder):
    for file in bundle.files:
        path = folder / _relative_path(file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
        os.utime(path, ns=(file.modified, file.modified))


def _unpack_zips(folder):
    """Unpack all zips, then the zips that were in them. Returns a sentence on each problem."""
    notes = []
    budget = _Budget()
    for _ in range(MAX_ZIP_DEPTH):
        for path in _zips(folder):
            alone = list(folder.iterdir()) == [path]
            target = folder if alone else _unused(path.with_suffix(""))
            archive = _Archive(path, path.relative_to(folder).as_posix(), target)
            notes += archive.unpack(budget)
    return notes


def _remove_nested_zips(folder):
    """Remove the zips that are nested too deep. Returns a sentence on each."""
    notes = []
    for path in _zips(folder):
        name = path.relative_to(folder).as_posix()
        notes.append(f"{name} lies too deep in other zips, and was not unpacked.")
        path.unlink()
    return notes


def _zips(folder):
    return sorted(
        path for path in folder.rglob("*") if path.suffix.lower() == ".zip" and path.is_file()
    )


def _unused(path):
    """The path, or the first of path-1, path-2, ... that does not exist."""
    names = (f"{path.name}-{number}" if number else path.name for number in itertools.count())
    return next(each for each in map(path.with_name, names) if not each.exists())


class _Budget:
    """The bytes and members that may still be unpacked from one submission's zips."""

    def __init__(self):
        self._bytes, self._members = MAX_UNPACKED, MAX_MEMBERS

    def take_members(self, number, zip_name):
        """Take members of a zip. Raises SubmissionError where these are too many."""
        self._members -= number
        if self._members < 0:
            raise SubmissionError(f"{zip_name} holds more than {MAX_MEMBERS:,} files.")

    def take_bytes(self, unpacked, packed, zip_name):
        """Take the bytes of a zip. Raises SubmissionError where these are too many."""
        megabytes = unpacked // 2**20
        if unpacked > RATIO_FREE and unpacked > MAX_RATIO * packed:
            raise SubmissionError(
                f"{zip_name} unpacks to {megabytes} MB, over {MAX_RATIO} times its size."
            )
        if unpacked > self._bytes:
            raise SubmissionError(
                f"{zip_name} unpacks to {megabytes} MB; {MAX_UNPACKED // 2**20} MB are allowed."
            )
        self._bytes -= unpacked


@dataclass(frozen=True)
class _Archive:
    """One zip of a submission.

    name: its path in the submission, for messages.
    target: the folder for its members.
    """

    path: Path
    name: str
    target: Path

    def unpack(self, budget: _Budget) -> list[str]:
        """Unpack the zip and remove it. Returns a sentence on each member that cannot be read."""
        # Renamed first, since it may hold a file of its own name.
        packed = self.path.rename(self.path.with_name(".packed"))
        try:
            raw = packed.read_bytes()
            # Counted before zipfile reads them, since their list may fill the memory.
            budget.take_members(raw.count(_DIRECTORY_ENTRY), self.name)
            with zipfile.ZipFile(packed) as archive:
                members = self._relevant_members(archive)
                unpacked = sum(info.file_size for _, info in members)
                budget.take_bytes(unpacked, len(raw), self.name)
                notes = [self._write_member(archive, path, info) for path, info in members]
        except DAMAGE as error:
            return [f"{self.name} is damaged, or no zip file ({error})."]
        finally:
            packed.unlink()
        return [note for note in notes if note]

    def _relevant_members(self, archive):
        """(path, info) of the members that grading may read; checks the paths of all members."""
        members = [(self._member_path(info), info) for info in archive.infolist()]
        files = [(path, info) for path, info in members if not info.is_dir() and is_relevant(path)]
        kept = set(without_stray_modules(path for path, _ in files))
        return [(path, info) for path, info in files if path in kept]

    def _member_path(self, info):
        """A member's relative path. Raises SubmissionError for a link, and for a path outside."""
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise SubmissionError(
                f"{self.name} holds {info.filename}, which is a link or a device."
            )
        return _relative_path(
            info.filename.replace("\\", "/"),
            f"{self.name} holds {info.filename}, which would lie outside of it.",
        )

    def _write_member(self, archive, path, info):
        """Unpack one member.

        Returns a sentence where it cannot be read, else None. Raises OSError for a full disk.
        """
        name, limit = f"{path} in {self.name}", MAX_BYTES[path.suffix.lower()]
        if info.flag_bits & 1:
            return f"{name} is protected by a password."
        if info.compress_type not in METHODS:
            return f"{name} is packed in an unusual way; deflate is the usual one."
        if info.file_size > limit:
            return f"{name} is larger than {limit // 2**20} MB, and was left out."
        file = self.target / path
        try:
            extract(archive, info, file)
        except DAMAGE as error:
            file.unlink(missing_ok=True)
            return f"{name} is damaged ({error})."
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            return f"{name} cannot be unpacked ({error.strerror})."
        return None


def _relative_path(text, problem="A file of the submission has a place outside of it."):
    """Parse a path that stays below its folder. Raises SubmissionError with this problem."""
    path = PurePosixPath(text)
    has_drive = any(part[1:2] == ":" for part in path.parts[:1])
    if path.is_absolute() or ".." in path.parts or has_drive:
        raise SubmissionError(problem)
    return path


def extract(archive, info, file):
    """Write one member to a file, with its time of change."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(info) as source, file.open("wb") as target:
        while block := source.read(_BLOCK):
            target.write(block)
    os.utime(file, _times(info))


def _times(info):
    """The times of a member for `os.utime`; None (now) where its date is not valid."""
    try:
        modified = time.mktime((*info.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return None
    return modified, modified
