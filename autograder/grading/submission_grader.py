"""One submission → Report.

Each graded notebook runs in a kernel of its own, and the checks judge it from outside.
"""

import dataclasses
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from ..assignment import AUTO, NOTEBOOKS, TASKS, Target, Task, place
from ..checks import Outcome
from ..checks.by_task import CHECKS
from ..errors import SetupError
from ..kernels import SandboxMissing, describe_isolation, require_sandbox
from ..notebook.cells import is_run
from ..notebook.dependencies import statements_for
from ..submission import Submission, read_submission, restore_all
from ..text import printable
from .course import Course, CourseError
from .graded_notebook import graded_notebook
from .key_code import loaded_by
from .notebook_run import SUBMISSION_SECONDS, NotebookRun
from .report import Report, TaskResult
from .skipped_cells import as_handed_in, demonstrations
from .targets import judge_target

AT_ONCE = 2  # notebooks; a kernel that starts leaves its core idle
BUILDS_ON = (
    "06_cvae.ipynb",
)  # runs again with the student's own earlier answers where the key's do not fit


def grade(
    folder: str | Path,
    only: Collection[str] | None = None,
    *,
    course: Course | None = None,
    tell: Callable[[str], None] | None = None,
    sandbox: bool = False,
) -> Report:
    """Grade the submission in a folder.

    only: names of the notebooks that count (all); those without automatic tasks do not run. course:
    where key and release are (the repository's). tell: called with a phrase on each step, from
    several threads. sandbox: whether to insist on one. Raises SubmissionError where there is
    nothing to grade, SetupError where nothing can be graded here, and KernelStartError and
    KernelLostError where a kernel does not start, or ends for no fault of its code.
    """
    if sandbox:
        _insist_on_sandbox()
    course = course or Course()
    submission = restore_all(read_submission(folder, course.release), course.released)
    names = [name for name in NOTEBOOKS if only is None or name in only]
    tasks = {name: [task for task in AUTO if task.notebook == name] for name in names}
    with tempfile.TemporaryDirectory(
        prefix="grading-", ignore_cleanup_errors=True
    ) as folder_of_all:
        desk = Desk(
            submission,
            course,
            Path(folder_of_all),
            tell or (lambda phrase: None),
            time.monotonic() + SUBMISSION_SECONDS,
        )
        desk.require([name for name in names if tasks[name]])
        with ThreadPoolExecutor(AT_ONCE) as pool:
            last_first = list(tasks.items())[::-1]  # the later notebooks take longest
            parts = list(pool.map(lambda each: desk.grade(*each), last_first))[::-1]
    notes = tuple(
        printable(note)
        for note in (*submission.notes, *(note for part in parts for note in part.notes))
    )
    return Report(
        printable(submission.name),
        tuple(
            result
            for part in parts
            for result in sorted(part.results, key=lambda result: place(result.task))
        ),
        notes,
        describe_isolation(),
        {part.name: part.notebook_with(notes) for part in parts if part.released},
    )


def _insist_on_sandbox():
    try:
        require_sandbox()
    except SandboxMissing as error:
        raise SetupError(str(error)) from error


@dataclass(frozen=True)
class Part:
    """One graded notebook of a submission: as restored, what its cells showed, what was found."""

    name: str
    released: NotebookNode | None
    notebook: NotebookNode | None
    outputs: Sequence[Sequence[NotebookNode]] = ()
    results: Sequence[TaskResult] = ()
    notes: Sequence[str] = ()

    def notebook_with(self, notes: Sequence[str]) -> NotebookNode:
        """The notebook as graded, with those of the notes that are not on another notebook."""
        others = tuple(name for name in NOTEBOOKS if name != self.name)
        notes = [note for note in notes if not note.startswith(others)]
        return graded_notebook(
            self.notebook or self.released, self.released, self.outputs, self.results, notes
        )


@dataclass(frozen=True)
class Desk:
    """One submission being graded: what was handed in, the course, and a folder to work in."""

    submission: Submission
    course: Course
    folder: Path
    tell: Callable[[str], None]
    deadline: float  # as of time.monotonic()

    def require(self, names: list[str]) -> None:
        """Raise CourseError where a file of the course is missing."""
        needed = [self.course.solutions / "lab.py", *(self.course.release / name for name in names)]
        for path in needed:
            if not path.is_file():
                raise CourseError(
                    f"{path} is missing: the grader needs the key and the release (`make release`)."
                )

    def grade(self, name: str, tasks: list[Task]) -> Part:
        """One notebook's tasks, judged; with them its target, which handed-in weights decide."""
        part = self._checked(name, tasks)
        targets = [task for task in TASKS if task.kind == "target" and task.notebook == name]
        judged = [self._target(task) for task in targets]
        return dataclasses.replace(part, results=[*part.results, *judged])

    def _checked(self, name, tasks):
        if name not in self.submission.notebooks:
            return self._missing(name, tasks)
        if not tasks:
            return self._unrun(name)
        part = self.judge(name, tasks, own_answers=False)
        failed = [
            result.task for result in part.results if not result.passed and not result.unwritten
        ]
        if failed and name in BUILDS_ON:
            second = self.judge(name, failed, own_answers=True)
            again = {result.task.id: result for result in second.results if result.passed}
            if again:
                results = [again.get(result.task.id, result) for result in part.results]
                note = (
                    f"{name} fits the student's own earlier answers only; "
                    f"{', '.join(again)} ran with those."
                )
                return dataclasses.replace(second, results=results, notes=[*part.notes, note])
        return part

    def judge(self, name: str, tasks: list[Task], own_answers: bool) -> Part:
        """Run one notebook and check its tasks.

        own_answers: whether its earlier answers are the student's own, or the key's.
        """
        self.tell(
            f"{name} runs" + (" with the student's own earlier answers" if own_answers else "")
        )
        sources, left_out = self._sources(name), self._demonstrations(name)
        run = ["" if i in left_out else source for i, source in enumerate(sources)]
        with self._running(name, run, own_answers) as student:
            results = [self._result(task, student) for task in tasks]
        notebook = self.submission.notebooks[name]
        came_with = [cell.outputs for cell in notebook.cells if is_run(cell)]
        outputs = [
            as_handed_in(came_with[i]) if i in left_out else shown
            for i, shown in enumerate(student.outputs)
        ]
        return Part(name, self.course.released(name), notebook, outputs, results, student.notes)

    @contextmanager
    def _running(self, name, sources, own_answers):
        """These cells of a notebook in a folder of its own, ready to be called."""
        folder = Path(tempfile.mkdtemp(prefix=name[:2] + "-", dir=self.folder))
        answers = folder / "answers"
        work = folder / "work"
        answers.mkdir()
        work.mkdir()
        self._lay_out(work)
        self._lay_out_answers(name, answers, work, own_answers)
        env = {"LAB_PROFILE": "grading", "LAB_DATA": self._data(), "LAB_ANSWERS": str(answers)}
        with NotebookRun(name, sources, work, env, self.deadline) as student:
            yield student
        shutil.rmtree(folder, ignore_errors=True)

    def _sources(self, name):
        """The code cells of a notebook that are no tests."""
        return [cell.source for cell in self.submission.notebooks[name].cells if is_run(cell)]

    def _demonstrations(self, name):
        """Which of these cells need not run."""
        return demonstrations(self._sources(name), self.course.released(name))

    def _data(self):
        """The folder of MNIST."""
        return os.path.abspath(os.environ.get("LAB_DATA") or self.course.solutions / "data")

    def _target(self, task):
        """A target, judged."""
        self.tell(f"{task.notebook}: {task.title}")
        return judge_target(task, self.submission, self._data(), self._class_alone)

    def _class_alone(self, target: Target):
        """A kernel with a target's class and what it needs, the student's earlier answers too.

        No training runs there, and no other cell of the notebook.
        """
        needed = statements_for([target.model], self._sources(target.notebook))
        return self._running(target.notebook, needed, own_answers=True)

    def _missing(self, name, tasks):
        """What a notebook costs that was not handed in or cannot be read."""
        reason = next(
            (note for note in self.submission.notes if note.startswith(name)), f"{name} is missing."
        )
        results = [TaskResult(task, (Outcome("notebook", False, reason),)) for task in tasks]
        return Part(name, self.course.released(name), None, results=results)

    def _unrun(self, name):
        """A notebook without automatic tasks: it shows what it came with."""
        notebook = self.submission.notebooks[name]
        outputs = [cell.outputs for cell in notebook.cells if is_run(cell)]
        return Part(name, self.course.released(name), notebook, outputs)

    def _result(self, task, student):
        self.tell(f"{task.notebook}: {task.title}")
        outcomes = (check(student) for check in CHECKS[task.id])
        return TaskResult(
            task, tuple(dataclasses.replace(o, message=printable(o.message)) for o in outcomes)
        )

    def _lay_out(self, work):
        """Put the student's notebooks and weights, and our lab.py and its like, into a folder."""
        for name, notebook in self.submission.notebooks.items():
            (work / name).write_text(json.dumps(notebook), encoding="utf-8")
        for path in self.submission.weights:
            shutil.copyfile(path, work / path.name)
        for path in self.course.solutions.glob("*.py"):
            shutil.copyfile(path, work / path.name)

    def _lay_out_answers(self, name, answers, work, own):
        """Put earlier notebooks into a folder.

        own: whether all are the student's; else the key's code where the release builds on it.
        """
        loaded = set() if own else loaded_by(self.course.released(name))
        for earlier in NOTEBOOKS[: NOTEBOOKS.index(name)]:
            code = self.course.key_code(earlier) if earlier in loaded else None
            if code is not None:
                (answers / earlier).write_text(code, encoding="utf-8")
            elif (work / earlier).is_file():
                shutil.copyfile(work / earlier, answers / earlier)
