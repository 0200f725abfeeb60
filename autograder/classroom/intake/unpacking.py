"""A Bundle → files in a folder, with its zips unpacked; nothing ends up outside, and nothing grows
without limit.
"""

import errno
import itertools
import os
import stat
import struct
import time
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from ...errors import SubmissionError
from .bundle import MAX_BYTES, Bundle, may_matter

# All limits, of one submission.
MAX_MEMBERS = 50_000  # files in its zips
MAX_UNPACKED = 400 * 2**20  # bytes of what is unpacked
MAX_RATIO = 100  # of unpacked bytes to packed ones, above FREE bytes
FREE = 50 * 2**20
LEVELS = 2  # zips in zips
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DIRECTORY_ENTRY = b"PK\1\2"  # stands once for each member
_BLOCK = 2**20  # bytes read at once
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    IndexError,
    OverflowError,
    NotImplementedError,
)


def lay_out(bundle: Bundle, folder: Path) -> list[str]:
    """Write a submission's files below a new folder. Returns a sentence for each that was left out.

    Raises SubmissionError for a zip that would write elsewhere, holds a link, or grows beyond the
    limits; OSError.
    """
    folder.mkdir()
    notes = list(bundle.notes)
    for file in bundle.files:
        path = folder / _place(file.place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
        os.utime(path, ns=(file.changed, file.changed))
    budget = _Budget()
    for _ in range(LEVELS):
        for path in _zips(folder):
            alone = list(folder.iterdir()) == [path]
            target = folder if alone else _free(path.with_suffix(""))
            notes += _unpack(path, target, path.relative_to(folder).as_posix(), budget)
    for path in _zips(folder):
        notes.append(
            f"{path.relative_to(folder).as_posix()} lies too deep in other zips, and was not "
            "unpacked."
        )
        path.unlink()
    return notes


class _Budget:
    """The bytes and members that may still be unpacked."""

    def __init__(self):
        self.bytes, self.members = MAX_UNPACKED, MAX_MEMBERS

    def take(self, members, packed, shown):
        """Raise SubmissionError where these members of a zip of `packed` bytes are too much."""
        unpacked = sum(info.file_size for info in members)
        if unpacked > FREE and unpacked > MAX_RATIO * packed:
            raise SubmissionError(
                f"{shown} unpacks to {unpacked // 2**20} MB, over {MAX_RATIO} times its size."
            )
        if unpacked > self.bytes:
            raise SubmissionError(
                f"{shown} unpacks to {unpacked // 2**20} MB; {MAX_UNPACKED // 2**20} MB are "
                "allowed."
            )
        self.bytes -= unpacked


def _zips(folder):
    return sorted(
        path for path in folder.rglob("*") if path.suffix.lower() == ".zip" and path.is_file()
    )


def _free(path):
    """The path, or one like it that does not exist."""
    names = (f"{path.name}-{number}" if number else path.name for number in itertools.count())
    return next(each for each in map(path.with_name, names) if not each.exists())


def _unpack(path, target, shown, budget):
    """Unpack one zip and remove it. Returns a sentence per member that cannot be read."""
    packed = path.rename(path.with_name(".packed"))  # it may hold a file of its own name
    try:
        raw = packed.read_bytes()
        budget.members -= raw.count(_DIRECTORY_ENTRY)
        if budget.members < 0:  # before a list of them fills the memory
            raise SubmissionError(f"{shown} holds more than {MAX_MEMBERS:,} files.")
        with zipfile.ZipFile(packed) as archive:
            places = [(_member_place(info, shown), info) for info in archive.infolist()]
            chosen = [
                (place, info) for place, info in places if not info.is_dir() and may_matter(place)
            ]
            budget.take([info for _, info in chosen], len(raw), shown)
            notes = [
                _write(archive, info, target / place, f"{place} in {shown}")
                for place, info in chosen
            ]
    except _DAMAGE as error:
        return [f"{shown} is damaged, or no zip file ({error})."]
    finally:
        packed.unlink()
    return [note for note in notes if note]


def _member_place(info, shown):
    """Where a member belongs. Raises SubmissionError for a link, and for a place outside."""
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise SubmissionError(f"{shown} holds {info.filename}, which is a link or a device.")
    return _place(
        info.filename.replace("\\", "/"),
        f"{shown} holds {info.filename}, which would lie outside of it.",
    )


def _place(text, problem="A file of the submission has a place outside of it."):
    """A place as a path that stays below its folder. Raises SubmissionError with this problem."""
    place = PurePosixPath(text)
    if (
        place.is_absolute()
        or ".." in place.parts
        or any(part[1:2] == ":" for part in place.parts[:1])
    ):
        raise SubmissionError(problem)
    return place


def _write(archive, info, path, shown):
    """Unpack one member.

    Returns a sentence where that fails; raises OSError where there is no room for it.
    """
    limit = MAX_BYTES[path.suffix.lower()]
    if info.flag_bits & 1:
        return f"{shown} is protected by a password."
    if info.compress_type not in _METHODS:
        return f"{shown} is packed in an unusual way; deflate is the usual one."
    if info.file_size > limit:
        return f"{shown} is larger than {limit // 2**20} MB, and was left out."
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as source, path.open("wb") as file:
            while block := source.read(_BLOCK):
                file.write(block)
        os.utime(path, _times(info))
    except _DAMAGE as error:
        path.unlink(missing_ok=True)
        return f"{shown} is damaged ({error})."
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        return f"{shown} cannot be unpacked ({error.strerror})."
    return None


def _times(info):
    """When a member was changed, as `os.utime` takes it; now where its date is none."""
    try:
        changed = time.mktime((*info.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return None
    return changed, changed
