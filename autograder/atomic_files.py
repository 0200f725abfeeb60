"""Files that are whole or not there, whenever the process ends."""

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

_PREFIX, _SUFFIX = ".writing-", ".tmp"


def write(path: Path, data: bytes, mode: int = 0o644, lasting: bool = True) -> None:
    """Write a file in one step: at every moment it has its old contents or the new ones.

    Raises OSError.

    lasting: also where the power fails. That takes time.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=_PREFIX, suffix=_SUFFIX)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def write_json(path: Path, tree: Any) -> None:
    """Write plain dicts and lists as JSON that people can read, in one step. Raises OSError."""
    write(path, (json.dumps(tree, indent=2, ensure_ascii=False) + "\n").encode())


def append(path: Path, line: bytes) -> None:
    """Add a line to a file.

    What an interrupted call leaves is a line of its own. Raises OSError.
    """
    with path.open("ab") as file:
        file.write(b"\n" + line)


def clear(folder: Path) -> None:
    """Remove what interrupted calls of `write` left in a folder."""
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        path.unlink(missing_ok=True)
