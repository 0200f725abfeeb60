"""Grading of one submission: its notebooks, two at once, and its targets → a Report."""

import contextlib
import dataclasses
import hashlib
import tempfile
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..assignment import AUTO, NOTEBOOKS, task_index
from ..errors import SetupError
from ..kernels import SandboxMissing, describe_isolation, require_sandbox
from ..submission import Submission, read_submission, restore_all
from ..text import printable
from .course import Course
from .notebook_result import NotebookResult
from .report import Report
from .submission_grader import SubmissionGrader
from .submission_time import SubmissionTime

NOTEBOOKS_AT_ONCE = 2  # a kernel that starts leaves its core idle


def grade(
    folder: str | Path,
    only: Collection[str] | None = None,
    *,
    course: Course | None = None,
    on_progress: Callable[[str], None] | None = None,
    sandbox: bool = False,
) -> Report:
    """Grade the submission in a folder.

    Args:
        folder: what was handed in, unpacked.
        only: names of the notebooks that count, None for all; those without automatic tasks do not
            run.
        course: where the key and the release are, None for the repository's.
        on_progress: called with a phrase on each step, from several threads.
        sandbox: whether to refuse to run without one.

    Raises:
        SubmissionError: where there is nothing to grade.
        SetupError: where nothing can be graded here.
        KernelStartError: where a kernel does not start.
        KernelLostError: where a kernel ends through no fault of its code.
    """
    if sandbox:
        _require_sandbox()
    course = course or Course()
    submission = restore_all(read_submission(folder, course.release), course.find_released)
    tasks_by_name = {
        name: [task for task in AUTO if task.notebook == name]
        for name in NOTEBOOKS
        if only is None or name in only
    }
    course.require(name for name, tasks in tasks_by_name.items() if tasks)
    with tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as work_folders:
        grader = SubmissionGrader(
            submission,
            course,
            Path(work_folders),
            on_progress or (lambda phrase: None),
            SubmissionTime(),
        )
        results = _grade_notebooks(grader, tasks_by_name)
    return _make_report(submission, results)


def _require_sandbox():
    try:
        require_sandbox()
    except SandboxMissing as error:
        raise SetupError(str(error)) from error


def _grade_notebooks(grader, tasks_by_name):
    """Grade several notebooks at once and return their results in the order of the assignment.

    Those that others load answers from come first, all before any other, so that what they are
    judged by can be told to nobody: a later kernel knows more.
    """
    loaded = set().union(*map(grader.loaded_by, tasks_by_name))
    last_first = list(tasks_by_name)[::-1]  # the later notebooks take longest
    first = [name for name in last_first if name in loaded]
    later = [name for name in last_first if name not in loaded]
    with ThreadPoolExecutor(NOTEBOOKS_AT_ONCE) as pool:

        def start(names, right):
            tasks = [tasks_by_name[name] for name in names]
            return pool.map(grader.grade_notebook, names, tasks, [right] * len(names))

        results = dict(zip(first, start(first, frozenset()), strict=True))
        right = frozenset(name for name, each in results.items() if each.all_passed)
        graded = start(later, right)
        # Targets are short: they fill the time until the longest notebook is done.
        targets = pool.map(grader.judge_targets, last_first)
        results.update(zip(later, graded, strict=True))
        for name, judged in zip(last_first, targets, strict=True):
            each = results[name]
            results[name] = dataclasses.replace(each, results=[*each.results, *judged])
    return [results[name] for name in tasks_by_name]


def _make_report(submission: Submission, notebook_results: Sequence[NotebookResult]) -> Report:
    notes = [*submission.notes]
    task_results = []
    for each in notebook_results:
        notes += each.notes
        task_results += sorted(each.results, key=lambda result: task_index(result.task))
    notes = tuple(map(printable, notes))
    graded = {each.name: each.graded(notes) for each in notebook_results}
    return Report(
        printable(submission.name),
        tuple(task_results),
        notes,
        describe_isolation(),
        _weight_hashes(submission),
        {name: notebook for name, notebook in graded.items() if notebook is not None},
    )


def _weight_hashes(submission: Submission) -> dict[str, str]:
    """Hash the files of weights, so that equal ones of several submissions are found."""
    hashes = {}
    for path in submission.weights:
        with contextlib.suppress(OSError), path.open("rb") as file:
            hashes[printable(path.name)] = hashlib.file_digest(file, "sha256").hexdigest()
    return hashes
