"""Results of grading: a Report of TaskResults, as plain values."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from ..assignment import Task
from ..checks import Outcome

NOT_MEASURED = "not measured"  # name of the outcome of a target that could not be judged here


@dataclass(frozen=True)
class TaskResult:
    """The outcomes of one task's checks. All of them must pass for its points.

    Attributes:
        task: the task.
        outcomes: one for each check, in their order.
        seconds: how long each check took; none where no check ran.
    """

    task: Task
    outcomes: tuple[Outcome, ...]
    seconds: tuple[float, ...] = field(default=(), compare=False)

    @property
    def passed(self) -> bool:
        """Whether there are outcomes and all of them passed."""
        return bool(self.outcomes) and all(outcome.passed for outcome in self.outcomes)

    @property
    def unwritten(self) -> bool:
        """Whether each check found the stub that was handed out."""
        return all(
            not outcome.passed and "is not written yet" in outcome.message
            for outcome in self.outcomes
        )

    @property
    def not_measured(self) -> bool:
        """Whether nothing is known, for a reason that is not the student's: neither ✓ nor ✗."""
        return any(outcome.name == NOT_MEASURED for outcome in self.outcomes)

    @property
    def score(self) -> int:
        """Points: all or nothing."""
        return self.task.points if self.passed else 0

    @property
    def complaints(self) -> dict[str, list[str]]:
        """Each message of failed checks, with the names of the checks that gave it.

        On a stub, for example, all checks give the same message.
        """
        names = {}
        for outcome in self.outcomes:
            if not outcome.passed:
                names.setdefault(outcome.message, []).append(outcome.name)
        return names


@dataclass(frozen=True)
class Report:
    """The automatic tasks and targets of one submission, and what the grader noticed.

    Attributes:
        submission: its name.
        results: one for each task, in the assignment's order.
        notes: a sentence for each defect that was found.
        isolation: where the code ran, as `kernels.isolation` says it.
        weights: name of a handed-in file of weights → SHA-256 of its contents.
        notebooks: name → the notebook as graded, with the outputs of the cells that ran and the
            verdicts.
    """

    submission: str
    results: tuple[TaskResult, ...]
    notes: tuple[str, ...] = ()
    isolation: str = ""
    weights: Mapping[str, str] = field(default_factory=dict, hash=False)
    notebooks: dict[str, NotebookNode] = field(default_factory=dict, compare=False, repr=False)

    @property
    def score(self) -> int:
        """Points reached."""
        return sum(result.score for result in self.results)

    @property
    def max_score(self) -> int:
        """Points of the automatic tasks."""
        return sum(result.task.points for result in self.results)

    def to_json(self) -> dict[str, Any]:
        """Return plain dicts and lists, ready for `json.dumps`; without the notebooks."""
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
                    "checks": [_as_dict(outcome) for outcome in result.outcomes],
                }
                for result in self.results
            ],
            "notes": list(self.notes),
            "weights": dict(self.weights),
            "isolation": self.isolation,
        }


def _as_dict(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as a dict, without numbers where nothing was measured."""
    tree = dataclasses.asdict(outcome)
    if not outcome.numbers:
        del tree["numbers"]
    return tree
