"""The questions that a person marks: their text, model answer, rubric, and the plots they name."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...assignment import TASKS
from ..plots import PLACES, PLOTS, Plots

SCHEME = re.compile(r"=== BEGIN MARK SCHEME ===\s*(.*?)\s*=== END MARK SCHEME ===", re.DOTALL)


@dataclass(frozen=True)
class Question:
    """One question.

    task: the grade_id of its answer.
    notebook: the name, without ending, of the notebook that it is answered in.
    maximum: points.
    number, title: for tables.
    text, model, rubric: Markdown, "" where the master copy has none.
    """

    task: str
    notebook: str
    maximum: float
    number: str = ""
    title: str = ""
    text: str = ""
    model: str = ""
    rubric: str = ""

    @property
    def plots(self) -> tuple[Plots, ...]:
        """The plots that it speaks of."""
        return tuple(PLACES[name] for name in PLOTS.get(self.task, ()))


def read_questions(cells: Iterable[tuple[str, str, float]], source: Path) -> dict[str, Question]:
    """Make grade_id → Question, in the order of the assignment.

    Args:
        cells: (grade_id, notebook, maximum) of the answers that the gradebook knows.
        source: the folder of the master copy.
    """
    known = {task.id: (place, task) for place, task in enumerate(TASKS)}
    questions = {}
    for task, notebook, maximum in sorted(cells, key=lambda cell: known.get(cell[0], (999,))[0]):
        row = known[task][1] if task in known else None
        number, title = (row.question, row.title) if row else ("", task)
        texts = _texts_of(_read_cells(source / f"{notebook}.ipynb"), task)
        questions[task] = Question(task, notebook, maximum, number, title, *texts)
    return questions


def grade_id_of(cell: Any) -> str | None:
    """Get the grade_id of a cell of a notebook's JSON, if it has one."""
    marks = cell.get("metadata", {}).get("nbgrader") if isinstance(cell, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else None


def text_of(cell: Any) -> str:
    """Get a cell's text; "" where it has none."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _read_cells(path):
    try:
        return json.loads(path.read_bytes())["cells"]
    except (OSError, ValueError, KeyError):
        return []  # the answers can be marked without


def _texts_of(cells, task):
    """Text of the question, model answer and rubric: what stands above, in and below the answer."""
    ids = [grade_id_of(cell) for cell in cells]
    if task not in ids:
        return "", "", ""
    place = ids.index(task)
    above = [cell for cell in cells[:place] if cell["cell_type"] == "markdown"]
    below = "\n".join(text_of(cell) for cell in cells[place + 1 : place + 3])
    rubric = SCHEME.search(below)
    text = text_of(above[-1]) if above else ""
    return text, text_of(cells[place]), rubric[1] if rubric else ""
