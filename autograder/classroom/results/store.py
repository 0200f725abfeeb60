"""The results folder: one JSON file a student, and the graded notebooks beside it.

    STUDENT.json                   the result that counts
    waiting/STUDENT.json           a newer one with other points, until somebody accepts it
    refused/STUDENT.json           there is nothing to grade in what was handed in last
    notebooks/STUDENT/*.json.gz    notebooks as graded, named by their hash
    merged.jsonl, .gradebook.json  what the gradebook has (see gradebook/sync.py)

Each file is written whole or not at all. Names of students do not begin with a dot.
"""

import gzip
import hashlib
import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ... import atomic_files
from ..errors import ClassError
from ..intake.student_names import RESERVED, unique_file_stem

# The state of a result; its value is the subfolder that holds the file.
COUNTING = ""  # its points are the student's points
WAITING = "waiting"  # newer, with other points; counts once somebody accepts it
REFUSED = "refused"  # no points: there was nothing to grade


@dataclass(frozen=True)
class Result:
    """The result of one student.

    hashes: name → hash of what it depends on (submission, checks, assignment).
    points: task → (points, maximum).
    problem: why a refused submission was refused.
    notebooks: the hash of the graded notebooks, "" where there are none.
    names, group: what the students wrote at the top of notebook 01.
    """

    student: str
    hashes: dict[str, str]
    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    problem: str = ""
    notebooks: str = ""
    names: tuple[str, ...] = ()
    group: str = ""

    @property
    def score(self) -> float:
        """Points reached."""
        return sum(points for points, _ in self.points.values())


class Store:
    """The results in a folder; a context manager that locks the folder for one process.

    counting, waiting, refused: student → Result, of each state.
    titles: task → its title, of all tasks in the results.
    damaged: files that could not be read.

    Raises:
        ClassError: where another process has locked the folder.
        OSError: where the folder cannot be read or written.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.counting: dict[str, Result] = {}
        self.waiting: dict[str, Result] = {}
        self.refused: dict[str, Result] = {}
        self._by_state = {COUNTING: self.counting, WAITING: self.waiting, REFUSED: self.refused}
        self.titles: dict[str, str] = {}
        self.damaged: list[Path] = []
        for name in (*self._by_state, "notebooks"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(folder / ".lock")

    def __enter__(self):
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise ClassError(f"Another run writes to {self.folder}: wait for its end.") from error
        for state in self._by_state:
            atomic_files.remove_unfinished(self.folder / state)
            for path in sorted((self.folder / state).glob("*.json")):
                if not path.name.startswith(".") and path.stem not in RESERVED:
                    self._load(state, path)
        return self

    def __exit__(self, *_):
        self._lock.release()

    def find_state(self, student: str, hashes: dict[str, str]) -> str | None:
        """Find the student's result for exactly these hashes.

        Returns:
            Its state, None where there is no such result.
        """
        for state, results in self._by_state.items():
            if student in results and results[student].hashes == hashes:
                return state
        return None

    def save(
        self,
        state: str,
        hashes: dict[str, str],
        student: str,
        report: dict[str, Any],
        notebooks: dict[str, str],
        problem: str = "",
    ) -> Result:
        """Write a result in this state: first its notebooks, then the file that names them.

        A result that counts removes the student's waiting and refused ones.

        Args:
            state: COUNTING, WAITING or REFUSED.
            hashes: see Result.
            student: whose result it is.
            report: the grader's report as JSON values, {} where there is none.
            notebooks: file name → JSON text of the graded notebook.
            problem: see Result.
        """
        digest = self._save_notebooks(student, notebooks) if notebooks else ""
        tree = {
            "student": student,
            "hashes": hashes,
            "problem": problem,
            "notebooks": digest,
            "report": report,
        }
        text = json.dumps(tree, indent=2, ensure_ascii=True) + "\n"
        atomic_files.write(self._path(state, student), text.encode("ascii"))
        result = self._parse(tree)
        self._by_state[state][student] = result
        if state == COUNTING:
            self._remove_older(student)
        return result

    def accept(self, student: str) -> None:
        """Let the student's waiting result count, in place of the one that counted."""
        self._path(WAITING, student).replace(self._path(COUNTING, student))
        self.counting[student] = self.waiting.pop(student)
        self._remove_older(student)

    def discard(self, state: str, student: str) -> None:
        """Remove the student's waiting or refused result, if there is one."""
        if self._by_state[state].pop(student, None):
            self._path(state, student).unlink(missing_ok=True)

    def knows(self, student: str) -> bool:
        """Whether there is a result of any state under this id."""
        return any(student in results for results in self._by_state.values())

    def rename(self, student: str, other: str) -> None:
        """Give a student's results another id, under which there are none.

        May be interrupted anywhere, and called again: the old file goes when the new one is whole.
        """
        folder, target = (self._notebooks_path(each, "").parent for each in (student, other))
        if folder.is_dir():
            shutil.copytree(folder, target, dirs_exist_ok=True)
        for state, results in self._by_state.items():
            if student not in results:
                continue
            old = self._path(state, student)
            tree = json.loads(old.read_bytes()) | {"student": other}
            if tree["report"]:
                tree["report"]["submission"] = other
            text = json.dumps(tree, indent=2, ensure_ascii=True) + "\n"
            atomic_files.write(self._path(state, other), text.encode("ascii"))
            results[other] = self._parse(tree)
            old.unlink()
            del results[student]
        if folder.is_dir():
            shutil.rmtree(folder)

    def read_report(self, state: str, student: str) -> dict[str, Any]:
        """Read the grader's report of a result, as it was written; {} where there is none."""
        return json.loads(self._path(state, student).read_bytes())["report"]

    def read_notebooks(self, result: Result) -> dict[str, str]:
        """Read the graded notebooks of a result: file name → JSON text."""
        path = self._notebooks_path(result.student, result.notebooks)
        return json.loads(gzip.decompress(path.read_bytes()))

    def _load(self, state, path):
        """Read a result's file; one under another student's name is ignored."""
        try:
            result = self._parse(json.loads(path.read_bytes()))
        except (ValueError, KeyError, TypeError, AttributeError):
            self.damaged.append(path)
            return
        if path == self._path(state, result.student):
            self._by_state[state][result.student] = result

    def _parse(self, tree):
        """Make a Result of a file's JSON; equal strings of many students share their memory."""
        report = tree["report"]
        self.titles |= {task["id"]: task["title"] for task in report.get("tasks", [])}
        hashes = {name: sys.intern(value) for name, value in tree["hashes"].items()}
        return Result(
            tree["student"],
            hashes,
            points_of(report),
            tree["problem"],
            tree["notebooks"],
            tuple(report.get("names", ())),
            report.get("group", ""),
        )

    def _path(self, state, student):
        return self.folder / state / f"{unique_file_stem(student)}.json"

    def _notebooks_path(self, student, digest):
        return self.folder / "notebooks" / unique_file_stem(student) / f"{digest}.json.gz"

    def _save_notebooks(self, student, notebooks):
        """Write the notebooks; return their hash."""
        data = json.dumps(notebooks).encode("ascii")
        digest = hashlib.sha256(data).hexdigest()[:32]
        path = self._notebooks_path(student, digest)
        path.parent.mkdir(exist_ok=True)
        atomic_files.write(path, gzip.compress(data, compresslevel=1, mtime=0))
        return digest

    def _remove_older(self, student):
        """Remove what is older than the student's counting result, notebooks included."""
        self.discard(WAITING, student)
        self.discard(REFUSED, student)
        used = self._notebooks_path(student, self.counting[student].notebooks)
        for path in used.parent.glob("*"):
            if path != used:
                path.unlink(missing_ok=True)


def points_of(report: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Get task → (points, maximum) from a report's JSON."""
    return {
        sys.intern(task["id"]): (task["score"], task["points"]) for task in report.get("tasks", [])
    }
