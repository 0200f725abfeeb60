"""What grading finds: a Report of TaskResults, values without Jupyter or files."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from ..assignment import Task
from ..checks import Outcome


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
        return all(
            not outcome.passed and "is not written yet" in outcome.message
            for outcome in self.outcomes
        )

    @property
    def score(self) -> int:
        """Points: all or nothing."""
        return self.task.points if self.passed else 0

    @property
    def complaints(self) -> dict[str, list[str]]:
        """The message of each failed check, with the names of the checks that failed alike, such as
        all on a stub.
        """
        names = {}
        for outcome in self.outcomes:
            if not outcome.passed:
                names.setdefault(outcome.message, []).append(outcome.name)
        return names


@dataclass(frozen=True)
class Report:
    """The automatic tasks of one submission, in the assignment's order, and a sentence per defect
    found.

    isolation: where the code ran, as `kernels.isolation` says it. notebooks: name → the notebook as
    graded, with the outputs of the cells that ran and the verdicts.
    """

    submission: str
    results: tuple[TaskResult, ...]
    notes: tuple[str, ...] = ()
    isolation: str = ""
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
        """The report as plain dicts and lists, ready for `json.dumps`; without the notebooks."""
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
            "isolation": self.isolation,
        }
