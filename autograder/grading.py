"""One submission → Report: each graded notebook runs in a kernel of its own, and the checks judge it from outside."""

import dataclasses
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .assignment import AUTO, NOTEBOOKS, Task
from .checks import Outcome
from .notebook_run import NotebookRun
from .submission import Submission, SubmissionError, is_test, read_notebook, read_submission, restore

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 2  # notebooks
MESSAGE_LENGTH = 1000  # characters; a student's exception may hold a megabyte
BUILDS_ON = ("06_cvae.ipynb",)  # runs again with the student's own earlier answers where the key's do not fit


class CourseError(Exception):
    """The key or the release lacks a file; str() is one sentence."""


@dataclass(frozen=True)
class Course:
    """Where the key (with lab.py) and the release are."""

    solutions: Path = ROOT / "solutions" / "vae"
    release: Path = ROOT / "notebooks" / "vae"


@dataclass(frozen=True)
class TaskResult:
    """What the checks of one task found. All of them must pass for its points."""

    task: Task
    outcomes: tuple[Outcome, ...]

    @property
    def passed(self) -> bool:
        """Whether there are outcomes and all of them passed."""
        return bool(self.outcomes) and all(outcome.passed for outcome in self.outcomes)

    @property
    def unwritten(self) -> bool:
        """Whether each check found the stub that was handed out."""
        return all(not outcome.passed and "is not written yet" in outcome.message for outcome in self.outcomes)

    @property
    def score(self) -> int:
        """Points: all or nothing."""
        return self.task.points if self.passed else 0


@dataclass(frozen=True)
class Report:
    """The automatic tasks of one submission, in the assignment's order, and a sentence per defect found."""

    submission: str
    results: tuple[TaskResult, ...]
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> int:
        """Points reached."""
        return sum(result.score for result in self.results)

    @property
    def max_score(self) -> int:
        """Points of the automatic tasks."""
        return sum(result.task.points for result in self.results)

    def to_json(self) -> dict[str, Any]:
        """The report as plain dicts and lists, ready for `json.dumps`."""
        return {
            "submission": self.submission,
            "score": self.score,
            "max_score": self.max_score,
            "tasks": [
                {
                    "id": result.task.id,
                    "title": result.task.title,
                    "points": result.task.points,
                    "score": result.score,
                    "checks": [dataclasses.asdict(outcome) for outcome in result.outcomes],
                }
                for result in self.results
            ],
            "notes": list(self.notes),
        }


def grade(
    folder: str | Path,
    only: Collection[str] | None = None,
    *,
    course: Course | None = None,
    tell: Callable[[str], None] | None = None,
) -> Report:
    """Grade the submission in a folder.

    only: names of the notebooks whose tasks count (all). course: where key and release are (the repository's).
    tell: called with a phrase on each step, from several threads.
    Raises SubmissionError where there is nothing to grade, CourseError, and KernelStartError where no kernel starts.
    """
    submission = read_submission(folder)
    tasks = [task for task in AUTO if only is None or task.notebook in only]
    names = [name for name in NOTEBOOKS if any(task.notebook == name for task in tasks)]
    with tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as folder_of_all:
        desk = Desk(submission, course or Course(), Path(folder_of_all), tell or (lambda phrase: None))
        desk.require(names)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            last_first = names[::-1]  # the later notebooks take longest
            parts = list(pool.map(lambda name: desk.grade(name, [t for t in tasks if t.notebook == name]), last_first))
    results = {result.task.id: result for part, _ in parts for result in part}
    notes = [note for _, more in reversed(parts) for note in more]
    return Report(
        clean(submission.name),
        tuple(results[task.id] for task in tasks),
        tuple(clean(note) for note in (*submission.notes, *notes)),
    )


@dataclass(frozen=True)
class Desk:
    """One submission being graded: what was handed in, the course, and a folder to work in."""

    submission: Submission
    course: Course
    folder: Path
    tell: Callable[[str], None]

    def require(self, names: list[str]) -> None:
        """Raise CourseError where a file of the course is missing."""
        needed = [self.course.solutions / "lab.py", *(self.course.release / name for name in names)]
        for path in needed:
            if not path.is_file():
                raise CourseError(f"{path} is missing: the grader needs the key and the release (`make release`).")

    def grade(self, name: str, tasks: list[Task]) -> tuple[list[TaskResult], list[str]]:
        """The results of one notebook's tasks, and notes."""
        if name not in self.submission.notebooks:
            reason = next((note for note in self.submission.notes if note.startswith(name)), f"{name} is missing.")
            return [TaskResult(task, (Outcome("notebook", False, reason),)) for task in tasks], []
        results, notes = self.judge(name, tasks, own_answers=False)
        failed = [result.task for result in results if not result.passed and not result.unwritten]
        if failed and name in BUILDS_ON:
            second, _ = self.judge(name, failed, own_answers=True)
            again = {result.task.id: result for result in second if result.passed}
            results = [again.get(result.task.id, result) for result in results]
            if again:
                notes.append(f"{name} fits the student's own earlier answers only; {', '.join(again)} ran with those.")
        return results, notes

    def judge(self, name: str, tasks: list[Task], own_answers: bool) -> tuple[list[TaskResult], list[str]]:
        """Run one notebook, with the key's or the student's own answers of the earlier ones, and check its tasks."""
        self.tell(f"{name} runs" + (" with the student's own earlier answers" if own_answers else ""))
        place = Path(tempfile.mkdtemp(prefix=name[:2] + "-", dir=self.folder))
        answers = place / "answers"
        work = place / "work"
        answers.mkdir()
        work.mkdir()
        self._lay_out(work)
        for earlier in NOTEBOOKS[: NOTEBOOKS.index(name)]:
            source = (work if own_answers else self.course.solutions) / earlier
            if source.is_file():
                shutil.copyfile(source, answers / earlier)
        cells = read_notebook(work / name).cells
        sources = [cell.source for cell in cells if cell.cell_type == "code" and not is_test(cell)]
        data = os.path.abspath(os.environ.get("LAB_DATA") or self.course.solutions / "data")
        env = {"LAB_PROFILE": "grading", "LAB_DATA": data, "LAB_ANSWERS": str(answers)}
        with NotebookRun(name, sources, work, env) as student:
            results = [self._result(task, student) for task in tasks]
        shutil.rmtree(place, ignore_errors=True)
        return results, list(student.notes)

    def _result(self, task, student):
        self.tell(f"{task.notebook}: {task.title}")
        outcomes = (check(student) for check in task.checks)
        return TaskResult(task, tuple(dataclasses.replace(o, message=clean(o.message)) for o in outcomes))

    def _lay_out(self, work):
        """Put the student's notebooks (locked cells restored), weights and our lab.py into a folder."""
        for name, notebook in self.submission.notebooks.items():
            released = self.course.release / name
            try:
                notebook = restore(notebook, read_notebook(released)) if released.is_file() else notebook
            except SubmissionError as error:
                raise CourseError(f"{released} {error}.") from error
            (work / name).write_text(json.dumps(notebook), encoding="utf-8")
        for path in self.submission.weights:
            shutil.copyfile(path, work / path.name)
        shutil.copyfile(self.course.solutions / "lab.py", work / "lab.py")


def clean(text: str) -> str:
    """A text that is safe to print: no control characters, no lone surrogates, of bounded length."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
    return text if len(text) <= MESSAGE_LENGTH else text[: MESSAGE_LENGTH - 1] + "…"
