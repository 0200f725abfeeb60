"""What grading one notebook of a submission found."""

from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from ..assignment import NOTEBOOKS
from .graded_notebook import graded_notebook
from .report import TaskResult


@dataclass(frozen=True)
class NotebookResult:
    """One notebook: as released and as restored, what its cells showed, and what was found.

    Attributes:
        name: of the notebook's file.
        released: the notebook of the release, None where it has none.
        restored: the student's notebook with locked cells put back, None where there is none.
        outputs: what each cell that is run showed.
        results: one for each of its automatic tasks and targets.
        notes: a sentence on each kernel that ended, and on the answers that it ran with.
    """

    name: str
    released: NotebookNode | None
    restored: NotebookNode | None
    outputs: Sequence[Sequence[NotebookNode]] = ()
    results: Sequence[TaskResult] = ()
    notes: Sequence[str] = ()

    @property
    def all_passed(self) -> bool:
        """Whether tasks were judged that are worth points, and all of these are right."""
        scored = [result for result in self.results if result.task.points]
        return bool(scored) and all(result.passed for result in scored)

    def graded(self, notes: Sequence[str]) -> NotebookNode | None:
        """Return the notebook as graded, None where it is not in the release.

        Args:
            notes: on the submission; those on another notebook are left out.
        """
        if self.released is None:
            return None
        others = tuple(name for name in NOTEBOOKS if name != self.name)
        notes = [note for note in notes if not note.startswith(others)]
        restored = self.restored or self.released
        return graded_notebook(restored, self.released, self.outputs, self.results, notes)
