"""Atomic writes: a file is whole or not there, whenever the process ends."""

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

_PREFIX, _SUFFIX = ".writing-", ".tmp"


def write(path: Path, data: bytes, mode: int = 0o644, durable: bool = True) -> None:
    """Write a file in one step: at every moment it has its old contents or the new ones.

    Args:
        path: the file to create or replace.
        data: its new contents.
        mode: its permissions.
        durable: whether it must survive a power failure, too; that takes time.

    Raises:
        OSError: where it cannot be written; the old file is then unchanged.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=_PREFIX, suffix=_SUFFIX)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def write_json(path: Path, tree: Any) -> None:
    """Write plain dicts and lists as indented JSON, in one step.

    Raises:
        OSError: where it cannot be written; the old file is then unchanged.
    """
    write(path, (json.dumps(tree, indent=2, ensure_ascii=False) + "\n").encode())


def append_line(path: Path, line: bytes) -> None:
    """Add a line to a file.

    The newline comes first, so a line that an interrupted call cut off does not spoil the next.

    Raises:
        OSError: where it cannot be written.
    """
    with path.open("ab") as file:
        file.write(b"\n" + line)


def remove_unfinished(folder: Path) -> None:
    """Remove the temporary files that interrupted calls of `write` left in a folder."""
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        path.unlink(missing_ok=True)
