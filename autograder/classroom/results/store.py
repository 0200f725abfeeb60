"""The results folder: one JSON file a student, written whole or not at all, and the graded
notebooks beside it.

    STUDENT.json                   the result that counts
    waiting/STUDENT.json           a newer one with other points, until somebody accepts it
    refused/STUDENT.json           there is nothing to grade in what was handed in last
    notebooks/STUDENT/*.json.gz    notebooks as graded, named by their hash
    merged.jsonl, .gradebook.json  what the gradebook has (see merging.py)

Names of students do not begin with a dot.
"""

import gzip
import hashlib
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ... import atomic_files
from ..errors import ClassError
from ..intake.student_names import file_stem

COUNTS, WAITING, REFUSED = "", "waiting", "refused"  # folders


@dataclass(frozen=True)
class Result:
    """What is known of one student's grading. hashes: of what it rests on; notebooks: the hash of
    the graded ones.

    points: task → (points, of how many).
    """

    student: str
    hashes: dict[str, str]
    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    problem: str = ""
    notebooks: str = ""

    @property
    def score(self) -> float:
        """Points reached."""
        return sum(points for points, _ in self.points.values())


class Store:
    """The results in a folder, which belongs to one process at a time.

    A context manager; raises ClassError, OSError.

    results: folder (COUNTS, WAITING, REFUSED) → student → Result. titles: of the tasks in them.
    damaged: files that could not be read.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.results: dict[str, dict[str, Result]] = {COUNTS: {}, WAITING: {}, REFUSED: {}}
        self.titles: dict[str, str] = {}
        self.damaged: list[Path] = []
        for name in (*self.results, "notebooks"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(folder / ".lock")

    def __enter__(self):
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise ClassError(f"Another run writes to {self.folder}: wait for its end.") from error
        for name, results in self.results.items():
            atomic_files.clear(self.folder / name)
            for path in sorted((self.folder / name).glob("*.json")):
                if not path.name.startswith("."):
                    self._load(path, results)
        return self

    def __exit__(self, *_):
        self._lock.release()

    def find(self, student: str, hashes: dict[str, str]) -> str | None:
        """The folder with the student's result for exactly these hashes, None where there is none."""
        for name, results in self.results.items():
            if student in results and results[student].hashes == hashes:
                return name
        return None

    def keep(
        self,
        name: str,
        hashes: dict[str, str],
        student: str,
        report: dict[str, Any],
        notebooks: dict[str, str],
        problem: str = "",
    ) -> Result:
        """Write a result to one of the folders: first its notebooks, then what names them."""
        digest = self._keep_notebooks(student, notebooks) if notebooks else ""
        tree = {
            "student": student,
            "hashes": hashes,
            "problem": problem,
            "notebooks": digest,
            "report": report,
        }
        text = json.dumps(tree, indent=2, ensure_ascii=True) + "\n"
        atomic_files.write(self._path(name, student), text.encode("ascii"))
        self.results[name][student] = self._result(tree)
        if name == COUNTS:
            self._tidy(student)
        return self.results[name][student]

    def accept(self, student: str) -> None:
        """Let a waiting result count."""
        self._path(WAITING, student).replace(self._path(COUNTS, student))
        self.results[COUNTS][student] = self.results[WAITING].pop(student)
        self._tidy(student)

    def drop(self, name: str, student: str) -> None:
        """Forget a waiting or refused result."""
        if self.results[name].pop(student, None):
            self._path(name, student).unlink(missing_ok=True)

    def notebooks(self, result: Result) -> dict[str, str]:
        """The notebooks of a result as graded: name → JSON text."""
        return json.loads(
            gzip.decompress(self._notebooks_path(result.student, result.notebooks).read_bytes())
        )

    def _load(self, path, results):
        try:
            result = self._result(json.loads(path.read_bytes()))
        except (ValueError, KeyError, TypeError, AttributeError):
            self.damaged.append(path)
            return
        if path == self._path(
            path.parent.name if path.parent != self.folder else COUNTS, result.student
        ):
            results[result.student] = result

    def _result(self, tree):
        report = tree["report"]
        self.titles |= {task["id"]: task["title"] for task in report.get("tasks", [])}
        hashes = {key: sys.intern(value) for key, value in tree["hashes"].items()}
        return Result(
            tree["student"], hashes, points_of(report), tree["problem"], tree["notebooks"]
        )

    def _path(self, name, student):
        return self.folder / name / f"{file_stem(student)}.json"

    def _notebooks_path(self, student, digest):
        return self.folder / "notebooks" / file_stem(student) / f"{digest}.json.gz"

    def _keep_notebooks(self, student, notebooks):
        data = json.dumps(notebooks).encode("ascii")
        digest = hashlib.sha256(data).hexdigest()[:32]
        path = self._notebooks_path(student, digest)
        path.parent.mkdir(exist_ok=True)
        atomic_files.write(path, gzip.compress(data, compresslevel=1, mtime=0))
        return digest

    def _tidy(self, student):
        """A result counts now: remove what came before it."""
        self.drop(WAITING, student)
        self.drop(REFUSED, student)
        used = self._notebooks_path(student, self.results[COUNTS][student].notebooks)
        for path in used.parent.glob("*"):
            if path != used:
                path.unlink(missing_ok=True)


def points_of(report: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """task → (points, of how many) in a report's JSON."""
    return {
        sys.intern(task["id"]): (task["score"], task["points"]) for task in report.get("tasks", [])
    }
