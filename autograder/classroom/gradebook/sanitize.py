"""Graded notebooks made as `nbgrader autograde` would leave them, and the points of their cells."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import cast

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode, v4
from nbgrader.api import Gradebook, MissingEntry, Notebook
from nbgrader.preprocessors import LimitOutput, OverwriteCells
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task

from ..errors import GradebookError


@dataclass(frozen=True)
class CellScore:
    """Points and comment of one cell.

    score: points, None where a person gives them.
    comment: None where there is none.
    """

    score: float | None = None
    comment: str | None = None


class AssignmentCells:
    """The cells of an assignment, read from the gradebook once.

    nbgrader's preprocessors take it for a Gradebook: it has the two methods that they call.

    notebooks: their names, without ending.
    names: cell id → grade_id, of cells with points or an answer.
    points: cell id → (grade_id, maximum), of cells with points.
    answers: ids of the cells with points whose contents are an answer, so that a person marks them.
    """

    def __init__(self, notebooks: Iterable[Notebook]):
        self.notebooks, self.names, self.points, self.answers = set(), {}, {}, set()
        self._sources, self._graded = {}, {}
        for notebook in notebooks:
            self.notebooks.add(notebook.name)
            for cell in notebook.source_cells:
                self._sources[notebook.name, cell.name] = _values(cell)
            for cell in [*notebook.grade_cells, *notebook.task_cells]:
                self._graded[notebook.name, cell.name] = _values(cell)
                self.points[cell.id] = cell.name, cell.max_score
            for cell in [*notebook.grade_cells, *notebook.task_cells, *notebook.solution_cells]:
                self.names[cell.id] = cell.name
            solutions = {cell.name for cell in notebook.solution_cells}
            self.answers |= {cell.id for cell in notebook.grade_cells if cell.name in solutions}

    def find_source_cell(self, name: str, notebook: str, assignment: str) -> SimpleNamespace:
        """Find a cell as the instructor wrote it."""
        return self._find(self._sources, name, notebook)

    def find_graded_cell(self, name: str, notebook: str, assignment: str) -> SimpleNamespace:
        """Find a cell with points."""
        return self._find(self._graded, name, notebook)

    def _find(self, cells, name, notebook):
        if (notebook, name) not in cells:
            raise MissingEntry(f"{notebook} has no cell {name}.")
        return cells[notebook, name]


def _values(cell):
    """Copy a database row's values, so that they outlive its session."""
    return SimpleNamespace(**cell.to_dict())


class Sanitizer:
    """Puts the instructor's cells, rubrics included, back into graded notebooks.

    It uses nbgrader's own preprocessors.
    """

    def __init__(self, master: AssignmentCells, assignment: str, **settings):
        self._overwrite = OverwriteCells(**settings)
        self._overwrite.gradebook = cast(Gradebook, master)  # it has the two methods that are used
        self._overwrite.assignment_id = assignment
        self._limit = LimitOutput(**settings)

    def sanitize(self, name: str, text: str) -> NotebookNode:
        """Sanitize a student's notebook.

        Args:
            name: the notebook's name without ending.
            text: its contents as JSON.
        """
        notebook = v4.reads(text)
        self._overwrite.notebook_id = name
        for index, cell in enumerate(notebook.cells):
            self._overwrite.preprocess_cell(cell, ResourcesDict(), index)
            self._limit.preprocess_cell(cell, ResourcesDict(), index)
        return notebook


def scores_of_cells(notebook: NotebookNode) -> dict[str, CellScore]:
    """Get grade_id → CellScore for each cell with points or an answer, as SaveAutoGrades decides.

    Raises:
        GradebookError: where the gradebook does not know a cell, or no check decides its points.
    """
    scores = {}
    for cell in notebook.cells:
        if is_grade(cell) or is_solution(cell) or is_task(cell):
            # nbgrader takes the grade_id away where the gradebook does not know it.
            name = cell.metadata.nbgrader.get("grade_id")
            if name is None:
                raise GradebookError(
                    "The gradebook does not know all cells with points: `make release` tells it."
                )
            scores[name] = CellScore(_score(cell), _comment(cell))
    return scores


def _score(cell):
    if not is_grade(cell):
        return None
    settings = cell.metadata.nbgrader
    is_test = cell.cell_type == "code" and not is_solution(cell)
    # nbgrader would give a test cell without outputs all its points.
    if is_test and settings.points and not cell.outputs:
        raise GradebookError(f"No check decides the points of {settings.grade_id}.")
    return determine_grade(cell)[0]


def _comment(cell):
    unchanged = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    return "No response." if unchanged and is_solution(cell) and not is_task(cell) else None
