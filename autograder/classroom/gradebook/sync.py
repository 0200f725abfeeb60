"""Which results the gradebook has, known without asking it where nobody touched it since; writing
the rest.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable
from pathlib import Path

from ... import atomic_files
from ..errors import GradebookError
from ..intake.roster import Entry
from ..results.store import Result, Store

CONFIG = "nbgrader_config.py"
TIMESTAMP = 100  # bytes


class Merger:
    """Between a Store and the gradebook of a course folder. A context manager.

    A journal says what was merged: the hash of the notebooks, the time of submission, nbgrader's id
    of the submission. It holds as long as the database's file and nbgrader's settings are as the
    last run left them; else the ids in the gradebook decide.
    """

    def __init__(self, store: Store, root: Path, assignment: str):
        self._root, self._assignment = root, assignment
        self._journal_path, self._state_path = (
            store.folder / "merged.jsonl",
            store.folder / ".gradebook.json",
        )
        self._store = store
        self._writer = None
        self._ids = self._scores = None
        self._journal = _read_journal(self._journal_path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._writer:
            database = self._writer.database
            self._writer.__exit__()
            atomic_files.write(self._state_path, json.dumps(self._state(database)).encode())

    def open(self) -> None:
        """Open the gradebook. Raises GradebookError."""
        if self._writer is None:
            from .writer import GradebookWriter  # nbgrader takes seconds to load

            self._writer = GradebookWriter(self._root, self._assignment)
            self._ids = self._writer.submissions()

    def points(self, student: str) -> dict[str, tuple[float, float]]:
        """The automatic points that the gradebook has: task → (points, of how many)."""
        self.open()
        if self._scores is None:
            self._scores = self._writer.scores()
        return self._scores.get(student, {})

    def missing(self, results: Iterable[Result], entries: dict[str, Entry]) -> list[Result]:
        """The results that the gradebook does not have. Raises GradebookError."""
        if self._ids is None and not self._is_untouched():
            self.open()
        return [
            result
            for result in results
            if result.notebooks and not self._has(result, entries[result.student])
        ]

    def merge(self, result: Result, entry: Entry) -> str:
        """Write a result to the gradebook.

        Returns what is wrong with the time of submission, "" for nothing.

        Raises GradebookError, OSError.
        """
        self.open()
        from .writer import readable_time

        student, timestamp, work = result.student, _timestamp(entry), result.hashes["submission"]
        resubmitted = self._journal.get(student, {}).get("work") != work
        try:
            notebooks = self._store.notebooks(result)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise GradebookError(
                "The notebooks in the results cannot be read; --force makes them anew."
            ) from error
        time = readable_time(timestamp)
        submission = self._writer.merge(student, notebooks, time, resubmitted)
        self._ids[student] = submission
        line = {
            "student": student,
            "notebooks": result.notebooks,
            "timestamp": timestamp,
            "submission": submission,
            "work": work,
            "folder": str(self._writer.folder(student)),
        }
        atomic_files.append(self._journal_path, json.dumps(line).encode("ascii"))
        self._journal[student] = line
        return (
            "" if time == timestamp else f"{entry.timestamp.name} holds no time, and is left out."
        )

    def _has(self, result, entry):
        line = self._journal.get(result.student)
        if (
            not line
            or line["notebooks"] != result.notebooks
            or line["timestamp"] != _timestamp(entry)
        ):
            return False
        known = self._ids is None or self._ids.get(result.student) == line["submission"]
        return known and Path(line["folder"]).is_dir()

    def _is_untouched(self):
        """Whether the gradebook and nbgrader's settings are as the last run left them."""
        try:
            last = json.loads(self._state_path.read_bytes())
            return last == self._state(Path(last["database"]) if last["database"] else None)
        except (OSError, ValueError, TypeError, KeyError):
            return False

    def _state(self, database):
        config = self._root / CONFIG
        settings = hashlib.sha256(config.read_bytes()).hexdigest() if config.is_file() else None
        stat = database.stat() if database and database.is_file() else None
        file = [stat.st_ino, stat.st_size, stat.st_mtime_ns] if stat else None
        return {
            "settings": settings,
            "root": str(self._root),
            "database": str(database) if database else None,
            "file": file,
        }


def _timestamp(entry):
    """When it was handed in, as nbgrader notes it; None where that is no short plain file."""
    path = entry.timestamp
    if path is None or path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as file:
        return file.read(TIMESTAMP).decode("utf-8", "replace").strip() or None


def _read_journal(path):
    """student → the last line on them; a line that is cut off is none."""
    journal = {}
    for text in path.read_bytes().splitlines() if path.is_file() else ():
        try:
            line = json.loads(text)
            journal[line["student"]] = line
        except (ValueError, TypeError, KeyError):
            continue
    return journal
