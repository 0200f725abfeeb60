"""The last export to each platform, kept in the results folder, and writing the next one.

exports/PLATFORM.json          what was written last, where, and the hashes of our own files
exports/grades-PLATFORM.csv    the file, where no other name is given
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ... import atomic_files
from ..errors import ClassError

FOLDER = "exports"
Cells = dict[str, dict[str, str]]  # student's id → column's key → points as text


@dataclass(frozen=True)
class Record:
    """What was exported last.

    item: the name of the grade item.
    time: when, ISO 8601.
    cells: what each student got.
    files: path → hash of what was written there.
    """

    item: str = ""
    time: str = ""
    cells: Cells = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def default_path(results: Path, platform: str) -> Path:
    """Name the file of a platform, where the user names none."""
    return results / FOLDER / f"grades-{platform}.csv"


def read_record(results: Path, platform: str) -> Record:
    """Read what was exported last; an empty Record where nothing was.

    Raises:
        ClassError: where the record cannot be read.
    """
    path = _path(results, platform)
    if not path.is_file():
        return Record()
    try:
        return Record(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise ClassError(
            f"{path} cannot be read: {error}. Move it away, and nothing is compared with it."
        ) from error


def require_free(target: Path, record: Record) -> None:
    """Refuse to write over a file that is not as an export left it.

    Raises:
        ClassError: where somebody else made or changed it.
    """
    if target.is_dir():
        raise ClassError(f"{target} is a folder: give the name of a file with --to.")
    if target.exists() and record.files.get(str(target.absolute())) != _hash(target.read_bytes()):
        raise ClassError(
            f"{target} exists, and is not as an export left it: it stays. Move it away, or give "
            "another name with --to."
        )


def write_export(
    results: Path, platform: str, target: Path, data: bytes, record: Record
) -> Path | None:
    """Write a file of grades and note it as the last export.

    An earlier export under this name stays beside it, with the date at which it was written.

    Args:
        results: the folder of results.
        platform: whose file it is.
        target: where to write.
        data: the file.
        record: what to note, without its `time` and the new file.

    Returns:
        The earlier export's new name, None where there was none, or the same.

    Raises:
        ClassError: see `require_free`.
        OSError: where a file cannot be written.
    """
    require_free(target, record)
    _path(results, platform).parent.mkdir(parents=True, exist_ok=True)
    kept = _keep_earlier(target, data)
    files = {**record.files, str(target.absolute()): _hash(data)}
    time = datetime.now().astimezone().isoformat(timespec="seconds")
    tree = {"item": record.item, "time": time, "cells": record.cells, "files": files}
    # The note comes first: a file without a note would be taken for somebody else's.
    atomic_files.write_json(_path(results, platform), tree)
    atomic_files.write(target, data)
    return kept


def _keep_earlier(target: Path, data: bytes) -> Path | None:
    """Rename the file that is there, unless it says the same."""
    if not target.exists() or target.read_bytes() == data:
        return None
    written = datetime.fromtimestamp(target.stat().st_mtime).strftime("%Y-%m-%d-%H%M%S")
    number, kept = 1, target.with_name(f"{target.stem}-{written}{target.suffix}")
    while kept.exists():
        number += 1
        kept = target.with_name(f"{target.stem}-{written}-{number}{target.suffix}")
    return target.rename(kept)


def _path(results: Path, platform: str) -> Path:
    return results / FOLDER / f"{platform}.json"


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
