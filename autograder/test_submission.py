"""The checks of one submission as pytest tests: `pytest autograder --submission DIR`.

Each check is a test, named "10.3a kl-loss-formula-test[closed form]"; all options of pytest hold.
The submission is graded once, by the same engine as `python -m autograder grade`, and only the
notebooks whose tests were selected. The JUnit file has the points of each task, and their sum, and
how long each check took.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from _pytest.junitxml import xml_key  # pytest's way to a suite's properties is a fixture alone

from .assignment import AUTO, Task
from .checks.by_task import CHECKS
from .classroom.intake.single import open_submission
from .errors import SetupError, SubmissionError
from .grading import Report, grade
from .probes.student import NoVerdictError

REPORT = pytest.StashKey[Report]()


class CheckFailed(Exception):
    """A check that did not pass; str() is its message."""


class SubmissionFile(pytest.File):
    """The file that holds all checks of the assignment."""

    def collect(self):
        """Yield one test for each check, in the assignment's order."""
        for task in AUTO:
            for check in CHECKS[task.id]:
                name = f"{task.question} {task.id}[{check.name}]"
                yield CheckItem.from_parent(self, name=name, task=task, check=check)


class CheckItem(pytest.Item):
    """One check of one task."""

    def __init__(self, *, task: Task, check: Callable, **kwargs):
        super().__init__(**kwargs)
        self.task, self.check = task, check
        self.seconds = 0.0  # that the check took in the grader's run
        self.user_properties.append(("task", task.id))

    def runtest(self) -> None:
        """Look up this check's outcome, and grade the submission where that was not done.

        Raises:
            CheckFailed: where the check did not pass.
        """
        results = report_of(self.session).results
        result = next(result for result in results if result.task == self.task)
        # Of the whole task, which may have several checks: not to be added up.
        self.user_properties += [("points", result.score), ("max_points", self.task.points)]
        times = dict(zip((each.name for each in result.outcomes), result.seconds, strict=False))
        self.seconds = times.get(self.check.name, 0.0)
        by_name = {outcome.name: outcome for outcome in result.outcomes}
        # A missing notebook has one outcome for all checks.
        outcome = by_name.get(self.check.name, result.outcomes[0])
        if not outcome.passed:
            raise CheckFailed(outcome.message)

    def repr_failure(self, excinfo, style=None):
        """Return the message alone; tracebacks from the grader help no student."""
        if excinfo.errisinstance(CheckFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        """Return the file and the name that pytest shows."""
        return self.path, None, self.name


def report_of(session: pytest.Session) -> Report:
    """Return the submission's report; the first call makes it.

    It stops the session where nothing can be graded.
    """
    stash = session.config.stash
    if REPORT not in stash:
        chosen = {item.task.notebook for item in session.items if isinstance(item, CheckItem)}
        try:
            stash[REPORT] = _grade(session.config, chosen)
        except (SubmissionError, SetupError, NoVerdictError) as error:
            pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
    return stash[REPORT]


def _grade(config, names):
    with open_submission(Path(config.getoption("--submission"))) as opened:
        try:
            report = grade(opened.folder, only=names, sandbox=config.getoption("--require-sandbox"))
        except SubmissionError as error:
            raise opened.explain(error) from error
    _write_points(config, report)
    return dataclasses.replace(report, notes=(*opened.notes, *report.notes))


def _write_points(config, report):
    """Enter the sum of the points, and those of each task, as properties of the JUnit file."""
    xml = config.stash.get(xml_key, None)
    if xml is None:
        return
    xml.add_global_property("points", report.score)
    xml.add_global_property("max_points", report.max_score)
    for result in report.results:
        points = f"{result.score} of {result.task.points}"
        xml.add_global_property(f"points of {result.task.id}", points)


def summary_lines(config: pytest.Config) -> list[str]:
    """Return the last lines of the run: the points, and what the grader noticed."""
    if REPORT not in config.stash:
        return []
    report = config.stash[REPORT]
    points = f"{report.submission}: {report.score} of {report.max_score} points"
    notes = [f"Note: {note}" for note in report.notes]
    return [points, *notes, f"The submission's code ran in: {report.isolation}."]
