"""Files that a command is told to write: what is there already is not overwritten unasked."""

import json
from collections.abc import Collection
from pathlib import Path

from .terminal import fail


def require_free(path: Path, own: Collection[str] = (), code: int = 1) -> None:
    """End the command where a file is there that is not an earlier one of the same kind.

    Args:
        path: the file that is going to be written.
        own: the keys of the JSON object that an earlier one holds, and that may be replaced; none
            where nothing may.
        code: the exit code.
    """
    if path.exists() and not (own and _holds(path, own)):
        fail(f"{path} is there already and is kept: name another file, or move it away.", code)


def _holds(path, keys):
    """Whether a file is a JSON object with these keys."""
    try:
        tree = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(tree, dict) and tree.keys() >= set(keys)
