"""Grading of a submission's notebooks, each in a kernel of its own, which the checks call."""

import dataclasses
import itertools
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..assignment import TASKS, Target, Task
from ..checks import Outcome
from ..checks.by_task import CHECKS
from ..checks.diagnosis import named
from ..notebook.cells import is_run
from ..notebook.dependencies import statements_for
from ..paths import data_folder
from ..submission import Submission
from ..text import printable
from .course import Course
from .notebook_result import NotebookResult
from .notebook_run import NotebookRun
from .report import TaskResult
from .skipped_cells import find_skipped_cells, outputs_as_handed_in
from .stand_ins import find_loaded_notebooks
from .submission_time import SubmissionTime
from .targets import judge_target
from .work_folder import WorkFolder

# Only their own answers are judged with what they load, so they run again with the student's own.
RETRIED_WITH_OWN_ANSWERS = ("06_cvae.ipynb",)


@dataclass(frozen=True)
class SubmissionGrader:
    """Grades the notebooks of one submission.

    Attributes:
        submission: restored.
        course: what it is graded by.
        folder: where the kernels' work folders are made.
        on_progress: called with a phrase on each step.
        time_left: of all its kernels together.
    """

    submission: Submission
    course: Course
    folder: Path
    on_progress: Callable[[str], None]
    time_left: SubmissionTime

    def loaded_by(self, name: str) -> set[str]:
        """Return the names of the notebooks from which the released notebook loads answers."""
        released = self.course.find_released(name)
        return find_loaded_notebooks(released) if released else set()

    def grade_notebook(
        self, name: str, tasks: Sequence[Task], right: Collection[str] = ()
    ) -> NotebookResult:
        """Judge a notebook's automatic tasks.

        Args:
            name: of the notebook.
            tasks: those to judge.
            right: names of the notebooks of which every task was judged and is right.
        """
        if name not in self.submission.notebooks:
            return self._missing(name, tasks)
        if not tasks:
            return self._not_run(name)
        return self._run_with_best_answers(name, tasks, right)

    def judge_targets(self, name: str) -> list[TaskResult]:
        """Judge the targets of a notebook, which handed-in weights decide."""
        results = []
        for task in TASKS:
            if task.kind == "target" and task.notebook == name:
                self.on_progress(f"{name}: {task.title}")
                result = judge_target(task, self.submission, data_folder(), self._start_class)
                results.append(result)
        return results

    def _missing(self, name, tasks):
        """Fail the tasks of a notebook that was not handed in or cannot be read."""
        notes = (note for note in self.submission.notes if note.startswith(name))
        sentence = next(notes, f"{name} is missing.")
        outcome = Outcome.failed("notebook", named("notebook-missing", sentence))
        results = [TaskResult(task, (outcome,)) for task in tasks]
        return NotebookResult(name, self.course.find_released(name), None, results=results)

    def _not_run(self, name):
        """Keep what a notebook without automatic tasks was handed in with."""
        notebook = self.submission.notebooks[name]
        outputs = _handed_in_outputs(notebook)
        return NotebookResult(name, self.course.find_released(name), notebook, outputs)

    def _run_with_best_answers(self, name, tasks, right):
        """Run a notebook with earlier answers that do not fail it, and again with others where due.

        The student's own come first where they are right. Else stand-ins do, so that a mistake is
        paid for once, and then the student's own, on whose interface the notebook may build.
        """
        loaded = self.loaded_by(name)
        own_first = loaded.issubset(right)
        first = self._run(name, tasks, own_answers=own_first)
        failed = [
            result.task for result in first.results if not result.passed and not result.unwritten
        ]
        is_retried = bool(loaded) if own_first else name in RETRIED_WITH_OWN_ANSWERS
        if not failed or not is_retried:
            return first
        second = self._run(name, failed, own_answers=not own_first)
        passed = {result.task.id: result for result in second.results if result.passed}
        if not passed:
            return first
        results = [passed.get(result.task.id, result) for result in first.results]
        shown, other = (first, "stand-ins for") if own_first else (second, "the student's own")
        note = (
            f"{name} works only with {other} earlier answers; {', '.join(passed)} ran with those."
        )
        return dataclasses.replace(shown, results=results, notes=[*first.notes, note])

    def _run(self, name: str, tasks: Sequence[Task], own_answers: bool) -> NotebookResult:
        """Run one notebook and check its tasks.

        Args:
            name: of the notebook.
            tasks: those to check.
            own_answers: whether its earlier answers are the student's own, or stand-ins.
        """
        loads = bool(self.loaded_by(name))
        with_own = " with the student's own earlier answers" if own_answers and loads else ""
        self.on_progress(f"{name} runs{with_own}")
        notebook, released = self.submission.notebooks[name], self.course.released(name)
        sources = self._sources(name)
        skipped = find_skipped_cells(sources, released)
        run = ["" if index in skipped else source for index, source in enumerate(sources)]
        with self._running(name, run, own_answers) as student:
            results = [self._judge_task(task, student) for task in tasks]
        handed_in = _handed_in_outputs(notebook)
        outputs = [
            outputs_as_handed_in(handed_in[index]) if index in skipped else shown
            for index, shown in enumerate(student.outputs)
        ]
        return NotebookResult(name, released, notebook, outputs, results, student.notes)

    def _judge_task(self, task, student):
        self.on_progress(f"{task.notebook}: {task.title}")
        outcomes, times = [], [time.perf_counter()]
        for check in CHECKS[task.id]:
            outcome = check(student)
            outcomes.append(dataclasses.replace(outcome, message=printable(outcome.message)))
            times.append(time.perf_counter())
        seconds = (after - before for before, after in itertools.pairwise(times))
        return TaskResult(task, tuple(outcomes), tuple(seconds))

    def _start_class(self, target: Target):
        """Start a kernel with a target's class and what it needs, of earlier notebooks too.

        No training runs there, and no other cell of the notebook.
        """
        needed = statements_for([target.model], self._sources(target.notebook))
        return self._running(target.notebook, needed, own_answers=True)

    @contextmanager
    def _running(self, name: str, sources: list[str], own_answers: bool) -> Iterator[NotebookRun]:
        """Run these cells of a notebook in a folder of its own, ready to be called."""
        folders = WorkFolder(self.folder, name, self.submission, self.course, own_answers)
        env = {
            "LAB_PROFILE": "grading",
            "LAB_DATA": str(data_folder()),
            "LAB_ANSWERS": str(folders.answers),
        }
        language = self.submission.notebooks[name].metadata.get("language_info", {})
        python = language.get("version")
        with NotebookRun(name, sources, folders.work, env, self.time_left, python) as student:
            yield student
        folders.remove()

    def _sources(self, name):
        """Return the code cells of a notebook that are not tests."""
        return [cell.source for cell in self.submission.notebooks[name].cells if is_run(cell)]


def _handed_in_outputs(notebook):
    """Return the outputs that each cell that is run was handed in with."""
    return [cell.outputs for cell in notebook.cells if is_run(cell)]
