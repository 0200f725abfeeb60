"""Notebooks as the grader gives them → as `nbgrader autograde` would leave them, and what each
graded cell comes to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import SimpleNamespace

from nbformat import NotebookNode, v4
from nbgrader.api import MissingEntry, Notebook
from nbgrader.preprocessors import LimitOutput, OverwriteCells
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task

from ..errors import GradebookError


@dataclass(frozen=True)
class CellScore:
    """What one cell comes to. score: points, None where a person gives them; comment: None where
    there is none.
    """

    score: float | None = None
    comment: str | None = None


class AssignmentCells:
    """The cells of an assignment, read once.

    Stands for a Gradebook where nbgrader's preprocessors ask for them.

    notebooks: their names; names: cell id → grade_id; points: cell id → (grade_id, points), of
    those with points.
    """

    def __init__(self, notebooks: Iterable[Notebook]):
        self.notebooks, self.names, self.points = set(), {}, {}
        self._sources, self._graded = {}, {}
        for notebook in notebooks:
            self.notebooks.add(notebook.name)
            self._sources |= {
                (notebook.name, cell.name): _values(cell) for cell in notebook.source_cells
            }
            for cell in [*notebook.grade_cells, *notebook.task_cells]:
                self._graded[notebook.name, cell.name] = _values(cell)
                self.points[cell.id] = cell.name, cell.max_score
            for cell in [*notebook.grade_cells, *notebook.task_cells, *notebook.solution_cells]:
                self.names[cell.id] = cell.name

    def find_source_cell(self, name: str, notebook: str, assignment: str) -> SimpleNamespace:
        """A cell as the instructor wrote it."""
        return self._find(self._sources, name, notebook)

    def find_graded_cell(self, name: str, notebook: str, assignment: str) -> SimpleNamespace:
        """A cell with points."""
        return self._find(self._graded, name, notebook)

    def _find(self, cells, name, notebook):
        if (notebook, name) not in cells:
            raise MissingEntry(f"{notebook} has no cell {name}.")
        return cells[notebook, name]


def _values(cell):
    """A row's values, which outlive the session that read them."""
    return SimpleNamespace(**cell.to_dict())


class Sanitizer:
    """Puts the instructor's cells into graded notebooks, rubrics included, with nbgrader's own
    preprocessors.
    """

    def __init__(self, master: AssignmentCells, assignment: str, **settings):
        self._overwrite = OverwriteCells(**settings)
        self._overwrite.gradebook, self._overwrite.assignment_id = master, assignment
        self._limit = LimitOutput(**settings)

    def notebook(self, name: str, text: str) -> NotebookNode:
        """A notebook of a student, from its JSON text. name: without ending."""
        notebook = v4.reads(text)
        self._overwrite.notebook_id = name
        for place, cell in enumerate(notebook.cells):
            self._overwrite.preprocess_cell(cell, {}, place)
            self._limit.preprocess_cell(cell, {}, place)
        return notebook


def scores_of_cells(notebook: NotebookNode) -> dict[str, CellScore]:
    """grade_id → Mark for each cell with points or an answer, as SaveAutoGrades decides.

    Raises GradebookError.
    """
    marks = {}
    for cell in notebook.cells:
        if is_grade(cell) or is_solution(cell) or is_task(cell):
            name = cell.metadata.nbgrader.get(
                "grade_id"
            )  # nbgrader takes it away where the gradebook does not know it
            if name is None:
                raise GradebookError(
                    "The gradebook does not know all cells with points: `make release` tells it."
                )
            marks[name] = CellScore(_score(cell), _comment(cell))
    return marks


def _score(cell):
    if not is_grade(cell):
        return None
    marks = cell.metadata.nbgrader
    if cell.cell_type == "code" and not is_solution(cell) and marks.points and not cell.outputs:
        raise GradebookError(
            f"No check decides the points of {marks.grade_id}."
        )  # nbgrader would give them all
    return determine_grade(cell)[0]


def _comment(cell):
    unchanged = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    return "No response." if unchanged and is_solution(cell) and not is_task(cell) else None
