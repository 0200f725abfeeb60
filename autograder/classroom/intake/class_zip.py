"""A platform's download of a whole class, one zip: unpacked once, beside it.

What students handed in stays packed in there, and is unpacked within the limits of one submission
when it is graded. Nobody is lost: a file that cannot be unpacked leaves an empty one.
"""

import errno
import hashlib
import itertools
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ...submission_limits import MAX_ARCHIVE_BYTES
from ..errors import RosterError
from .unpacking import DAMAGE, METHODS, extract

MARK = ".unpacked-from"  # the file with the hash of the zip that a folder was unpacked from
MAX_MEMBERS = 200_000
MAX_NAME = 200  # bytes of a file's name
FREE_BYTES = 2**30  # that stay free on the disk


def unpack_class(path: Path) -> tuple[Path, list[str]]:
    """Unpack a download into a new folder beside it, named like it; once for the same zip.

    Nothing is overwritten: where another folder has the name, -2, -3, ... is appended.

    Returns:
        The folder, and a sentence on each file that could not be unpacked.

    Raises:
        RosterError: where the zip is damaged or too large for the disk.
        OSError: where the folder cannot be written.
    """
    digest = _hash(path)
    folder = _folder_for(path, digest)
    if folder.exists():
        return folder, []
    with tempfile.TemporaryDirectory(prefix=".unpacking-", dir=path.parent) as room:
        place = Path(room, "class")
        place.mkdir()
        try:
            with zipfile.ZipFile(path) as archive:
                notes = _unpack(archive, path, place)
        except DAMAGE as error:
            raise RosterError(f"{path} is damaged, or no zip file ({error}).") from error
        (place / MARK).write_text(digest)
        place.rename(folder)
    return folder, notes


def _hash(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _folder_for(path: Path, digest: str) -> Path:
    """The folder that this zip was unpacked to, or the first name that is free."""
    for number in itertools.count(1):
        name = path.stem if number == 1 else f"{path.stem}-{number}"
        folder = path.with_name(name)
        if not folder.exists() or _mark_of(folder) == digest:
            return folder
    raise AssertionError("names never end")


def _mark_of(folder):
    mark = folder / MARK
    return mark.read_text(encoding="utf-8", errors="replace") if mark.is_file() else ""


def _unpack(archive, path, place) -> list[str]:
    """Unpack all files of a download; return a sentence on each that is left empty or out."""
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise RosterError(f"{path} holds more than {MAX_MEMBERS:,} files.")
    needed = sum(min(info.file_size, MAX_ARCHIVE_BYTES) for info in members)
    if needed > shutil.disk_usage(place).free - FREE_BYTES:
        raise RosterError(f"{path} unpacks to {needed / 2**30:.1f} GB, and the disk has no room.")
    notes = (_unpack_member(archive, info, place) for info in members)
    return [note for note in notes if note]


def _unpack_member(archive, info, place):
    """Unpack one file; returns a sentence where that fails, else None."""
    parts = _parts(info.filename)
    if parts is None or stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return f"{info.filename} is a link or would lie outside of the folder, and is left out."
    if any(part.startswith((".", "__MACOSX")) for part in parts):
        return None
    file = _unused(place.joinpath(*map(_short, parts)))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        problem = _problem(info) or _extract(archive, info, file)
        if problem:
            file.write_bytes(b"")
            return f"{info.filename} {problem}; an empty file stands in for it."
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        return f"{info.filename} cannot be unpacked ({error.strerror}), and is left out."
    return None


def _extract(archive, info, file):
    """Unpack one file; returns a phrase where it is damaged, else ""."""
    try:
        extract(archive, info, file)
    except DAMAGE as error:
        return f"is damaged ({error})"
    return ""


def _short(part):
    """A part of a path that every file system takes, with its ending."""
    if len(part.encode("utf-8", "replace")) <= MAX_NAME:
        return part
    path = PurePosixPath(part)
    return path.stem[: MAX_NAME // 8] + "…" + path.suffix[:10]


def _parts(name):
    """The parts of a path that stays below its folder; None for another one."""
    path = PurePosixPath(name.replace("\\", "/"))
    outside = path.is_absolute() or ".." in path.parts or path.parts[:1] == ()
    has_drive = any(part[1:2] == ":" for part in path.parts[:1])
    return None if outside or has_drive else path.parts


def _problem(info):
    if info.flag_bits & 1:
        return "is protected by a password"
    if info.compress_type not in METHODS:
        return "is packed in an unusual way"
    if info.file_size > MAX_ARCHIVE_BYTES:
        return f"is larger than {MAX_ARCHIVE_BYTES // 2**20} MB"
    return ""


def _unused(file: Path) -> Path:
    """The path, or one with a number before its ending where another member has it."""
    return next(each for each in _names(file) if not os.path.lexists(each))


def _names(file) -> Iterator[Path]:
    yield file
    for number in itertools.count(2):
        yield file.with_name(f"{file.stem}-{number}{file.suffix}")
