"""Page files: which are ours, which somebody changed, and which need to be written."""

import hashlib
import re
from enum import StrEnum
from pathlib import Path

from ... import atomic_files

_SEAL = re.compile(rb"\n<!-- autograder feedback ([0-9a-f]{64}) -->\n\Z")


class Written(StrEnum):
    """What became of a page."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    KEPT = "kept"  # it is not as we wrote it: somebody changed it


def write_page(path: Path, html: str) -> Written:
    """Write a page, unless it is there already, or a file of somebody else is.

    Its last line holds the hash of the rest, so that a page that somebody changed is noticed.

    Raises:
        OSError: where it cannot be written.
    """
    data = _sealed(html.rstrip("\n").encode("utf-8", "replace"))
    state = Written.NEW
    if path.is_symlink() or path.exists():
        old = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        if old == data:
            return Written.SAME
        if not is_ours(old):
            return Written.KEPT
        state = Written.CHANGED
    atomic_files.write(path, data, durable=False)
    return state


def is_ours(data: bytes) -> bool:
    """Tell whether a file is a page as `write_page` left it."""
    seal = _SEAL.search(data)
    return bool(seal) and _sealed(data[: seal.start()]) == data


def _sealed(data: bytes) -> bytes:
    digest = hashlib.sha256(data).hexdigest()
    return data + f"\n<!-- autograder feedback {digest} -->\n".encode()
