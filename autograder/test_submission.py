"""The checks of one submission as pytest tests: `pytest autograder --submission DIR`, with pytest's
own options.

One test a check, named "10.3a kl-loss-formula-test[closed form]". The submission is graded once, by
the same engine as `python -m autograder grade`, and only the notebooks whose tests were selected.
"""

from collections.abc import Callable

import pytest

from .assignment import AUTO, Task
from .checks.by_task import CHECKS
from .errors import SetupError, SubmissionError
from .grading import Report, grade
from .probes.student import NoVerdictError

REPORT = pytest.StashKey[Report]()


class CheckFailed(Exception):
    """A check that did not pass; str() is its message."""


class SubmissionFile(pytest.File):
    """All checks of the assignment."""

    def collect(self):
        """One test for each check, in the assignment's order."""
        for task in AUTO:
            for check in CHECKS[task.id]:
                name = f"{task.question} {task.id}[{check.name}]"
                yield CheckItem.from_parent(self, name=name, task=task, check=check)


class CheckItem(pytest.Item):
    """One check of one task."""

    def __init__(self, *, task: Task, check: Callable, **kwargs):
        super().__init__(**kwargs)
        self.task, self.check = task, check
        self.user_properties.append(("task", task.id))

    def runtest(self) -> None:
        """Grade the submission, unless that was done, and raise CheckFailed where this check did
        not pass.
        """
        result = next(result for result in report(self.session).results if result.task == self.task)
        by_name = {outcome.name: outcome for outcome in result.outcomes}
        outcome = by_name.get(
            self.check.name, result.outcomes[0]
        )  # a missing notebook has one outcome for all checks
        if not outcome.passed:
            raise CheckFailed(outcome.message)

    def repr_failure(self, excinfo, style=None):
        """The message alone; tracebacks from the grader help no student."""
        return (
            str(excinfo.value)
            if excinfo.errisinstance(CheckFailed)
            else super().repr_failure(excinfo, style)
        )

    def reportinfo(self):
        """Where the test is said to be."""
        return self.path, None, self.name


def report(session: pytest.Session) -> Report:
    """The submission's report, made by the first test that asks.

    Stops the session where nothing can be graded.
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
    return grade(
        config.getoption("--submission"), only=names, sandbox=config.getoption("--require-sandbox")
    )


def points(config: pytest.Config) -> list[str]:
    """The last lines of the run: the points, and what the grader noticed."""
    if REPORT not in config.stash:
        return []
    found = config.stash[REPORT]
    notes = [f"Note: {note}" for note in found.notes]
    where = f"The submission's code ran in: {found.isolation}."
    return [f"{found.submission}: {found.score} of {found.max_score} points", *notes, where]
