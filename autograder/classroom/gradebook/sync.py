"""Bringing the gradebook up to date: which results it lacks, and writing those."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ... import atomic_files
from ..errors import GradebookError
from ..intake.roster import Entry
from ..results.store import Result, Store

if TYPE_CHECKING:
    from .writer import GradebookWriter

CONFIG = "nbgrader_config.py"
MAX_TIMESTAMP_BYTES = 100


class GradebookSync:
    """Brings the gradebook of a course folder up to date with a Store; a context manager.

    A journal notes each result that was written: the hash of its notebooks, the time of submission,
    nbgrader's id of the submission. While the database's file and nbgrader's settings are as the
    last run left them, the journal is enough and nbgrader need not be loaded; otherwise the ids in
    the gradebook decide.
    """

    def __init__(self, store: Store, root: Path, assignment: str):
        self._store, self._root, self._assignment = store, root, assignment
        self._journal_path = store.folder / "merged.jsonl"
        self._state_path = store.folder / ".gradebook.json"
        self._journal = _read_journal(self._journal_path)
        self._writer: GradebookWriter | None = None
        self._submission_ids: dict[str, str] = {}  # student → id, once the gradebook is open
        self._points: dict[str, dict[str, tuple[float, float]]] | None = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._writer:
            database = self._writer.database
            self._writer.__exit__()
            atomic_files.write(self._state_path, json.dumps(self._state(database)).encode())

    def open(self) -> "GradebookWriter":
        """Open the gradebook, unless it is open.

        Raises:
            GradebookError: where it cannot be read or does not know the assignment.
        """
        if self._writer is None:
            from .writer import GradebookWriter  # nbgrader takes seconds to load

            self._writer = GradebookWriter(self._root, self._assignment)
            self._submission_ids = self._writer.read_submission_ids()
        return self._writer

    def read_points(self, student: str) -> dict[str, tuple[float, float]]:
        """Read the automatic points in the gradebook: task → (points, maximum)."""
        writer = self.open()
        if self._points is None:
            self._points = writer.read_points()
        return self._points.get(student, {})

    def missing_results(
        self, results: Iterable[Result], entries: Mapping[str, Entry]
    ) -> list[Result]:
        """List the results that the gradebook does not have.

        Args:
            results: results that count.
            entries: student → what they handed in.

        Raises:
            GradebookError: where the gradebook cannot be read.
        """
        if self._writer is None and not self._is_untouched():
            self.open()
        return [
            result
            for result in results
            if result.notebooks and not self._is_written(result, entries[result.student])
        ]

    def write_result(self, result: Result, entry: Entry) -> str:
        """Write a result to the gradebook.

        Returns:
            A sentence where the time of submission cannot be read, else "".

        Raises:
            GradebookError: where the gradebook does not accept it, or its notebooks are lost.
            OSError: where a file cannot be written.
        """
        writer = self.open()
        from .writer import readable_time

        timestamp = _read_timestamp(entry)
        time = readable_time(timestamp)
        work = result.hashes["submission"]
        resubmitted = self._journal.get(result.student, {}).get("work") != work
        notebooks = self._read_notebooks(result)
        submission = writer.write_submission(result.student, notebooks, time, resubmitted)
        self._submission_ids[result.student] = submission
        self._note_in_journal(
            {
                "student": result.student,
                "notebooks": result.notebooks,
                "timestamp": timestamp,
                "submission": submission,
                "work": work,
                "folder": str(writer.folder_of(result.student)),
            }
        )
        if time == timestamp or entry.timestamp is None:
            return ""
        return f"{entry.timestamp.name} holds no time, and is left out."

    def _read_notebooks(self, result):
        try:
            return self._store.read_notebooks(result)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise GradebookError(
                "The notebooks in the results cannot be read; --force makes them anew."
            ) from error

    def _note_in_journal(self, line: dict[str, Any]):
        atomic_files.append_line(self._journal_path, json.dumps(line).encode("ascii"))
        self._journal[line["student"]] = line

    def _is_written(self, result: Result, entry: Entry) -> bool:
        """Whether the gradebook has this result, by the journal and, if it is open, by its ids."""
        line = self._journal.get(result.student)
        if not line or line["notebooks"] != result.notebooks:
            return False
        if line["timestamp"] != _read_timestamp(entry):
            return False
        if self._writer and self._submission_ids.get(result.student) != line["submission"]:
            return False
        return Path(line["folder"]).is_dir()

    def _is_untouched(self):
        """Whether the database and nbgrader's settings are as the last run left them."""
        try:
            last = json.loads(self._state_path.read_bytes())
            return last == self._state(Path(last["database"]) if last["database"] else None)
        except (OSError, ValueError, TypeError, KeyError):
            return False

    def _state(self, database: Path | None) -> dict[str, Any]:
        """Describe the database's file and nbgrader's settings, so that a change is noticed."""
        config = self._root / CONFIG
        settings = hashlib.sha256(config.read_bytes()).hexdigest() if config.is_file() else None
        status = database.stat() if database and database.is_file() else None
        return {
            "settings": settings,
            "root": str(self._root),
            "database": str(database) if database else None,
            "file": [status.st_ino, status.st_size, status.st_mtime_ns] if status else None,
        }


def _read_timestamp(entry):
    """The time of submission as nbgrader notes it; None where there is no short plain file."""
    path = entry.timestamp
    if path is None or path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as file:
        return file.read(MAX_TIMESTAMP_BYTES).decode("utf-8", "replace").strip() or None


def _read_journal(path):
    """Student → the last line on them; lines that were cut off are skipped."""
    journal = {}
    for text in path.read_bytes().splitlines() if path.is_file() else ():
        try:
            line = json.loads(text)
            journal[line["student"]] = line
        except (ValueError, TypeError, KeyError):
            continue
    return journal
