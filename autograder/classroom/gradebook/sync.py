"""Bringing the gradebook up to date: which results it lacks, and writing those."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ... import atomic_files
from ..errors import GradebookError
from ..intake.entries import Entry
from ..intake.times import utc_text
from ..results.store import Result, Store

if TYPE_CHECKING:
    from .writer import GradebookWriter

CONFIG = "nbgrader_config.py"


class GradebookSync:
    """Brings the gradebook of a course folder up to date with a Store; a context manager.

    A journal notes each result that was written: the hash of its notebooks, the time of submission,
    nbgrader's id of the submission. While the database's file and nbgrader's settings are as the
    last run left them, the journal is enough and nbgrader need not be loaded; otherwise the ids in
    the gradebook decide.
    """

    def __init__(self, store: Store, root: Path, assignment: str, due: datetime | None = None):
        self._store, self._root, self._assignment = store, root, assignment
        self._due = utc_text(due)
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
            if self._due:
                self._writer.set_due(self._due)
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

    def write_result(self, result: Result, entry: Entry) -> None:
        """Write a result to the gradebook.

        Raises:
            GradebookError: where the gradebook does not accept it, or its notebooks are lost.
            OSError: where a file cannot be written.
        """
        writer = self.open()
        work = result.hashes["submission"]
        resubmitted = self._journal.get(result.student, {}).get("work") != work
        notebooks = self._read_notebooks(result)
        submission = writer.write_submission(
            result.student, notebooks, entry.timestamp, resubmitted
        )
        self._submission_ids[result.student] = submission
        self._note_in_journal(
            {
                "student": result.student,
                "notebooks": result.notebooks,
                "timestamp": entry.timestamp,
                "due": self._due,
                "submission": submission,
                "work": work,
                "folder": str(writer.folder_of(result.student)),
            }
        )

    def rename(self, student: str, other: str) -> bool:
        """Give a submission another id, with all its marks, unless that is there already.

        Returns:
            Whether the gradebook had it.

        Raises:
            GradebookError: where the gradebook does not accept it.
            OSError: where its folder cannot be moved.
        """
        line = self._journal.get(student)
        if not line or line.get("renamed") or self._is_noted(other):
            return False
        writer = self.open()
        writer.rename(student, other)
        self._submission_ids[other] = self._submission_ids.pop(student, line["submission"])
        self._points = None
        folder = str(writer.folder_of(other))
        self._note_in_journal({**line, "student": other, "folder": folder})
        self._note_in_journal({"student": student, "renamed": other})
        return True

    def _is_noted(self, student):
        line = self._journal.get(student)
        return bool(line) and not line.get("renamed")

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
        if not line or line.get("notebooks") != result.notebooks:
            return False
        if line["timestamp"] != entry.timestamp or line.get("due") != self._due:
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
