"""What students wrote and drew, read from nbgrader's folder of graded notebooks."""

import functools
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..gradebook.answers import MISSING, answer_hash
from ..plots import Plots
from .questions import grade_id_of, text_of
from .rendering import png_of


@dataclass(frozen=True)
class Answer:
    """The answer to one question.

    text: Markdown.
    hash: as the gradebook's table of answers has it.
    attachments: pictures in it; only where one answer is read alone.
    """

    text: str = ""
    hash: str = MISSING
    attachments: Any = None


NO_ANSWER = Answer()


class Submissions:
    """Reads answers and plots; answers are kept in memory until their notebook's file changes.

    folder_of: submission → the folder of its graded notebooks.
    tasks: the grade_ids of the answers.
    """

    def __init__(self, folder_of: Callable[[str], Path], tasks: Iterable[str]):
        self._folder_of = functools.cache(folder_of)
        self._tasks = frozenset(tasks)
        self._kept: dict[tuple[str, str], tuple[tuple[int, int], dict[str, Answer]]] = {}

    def read_answer(self, submission: str, notebook: str, task: str) -> Answer:
        """Read one answer; NO_ANSWER where there is none."""
        path = self._path(submission, notebook)
        try:
            status = os.stat(path)
        except OSError:
            return NO_ANSWER
        version = status.st_mtime_ns, status.st_size
        kept = self._kept.get((submission, notebook))
        if kept is None or kept[0] != version:
            kept = version, self._answers(_read_cells(path))
            self._kept[submission, notebook] = kept
        return kept[1].get(task, NO_ANSWER)

    def read_whole_answer(self, submission: str, notebook: str, task: str) -> Answer:
        """Read one answer with the pictures attached to it."""
        for cell in _read_cells(self._path(submission, notebook)):
            if grade_id_of(cell) == task:
                return Answer(clean(text_of(cell)), answer_hash(cell), cell.get("attachments"))
        return NO_ANSWER

    def read_plots(self, submission: str, plots: Plots) -> list[bytes]:
        """Read the plots that a question speaks of, as PNGs; fewer where fewer were drawn."""
        found, is_below = [], False
        for cell in _read_cells(self._path(submission, plots.notebook)):
            name = grade_id_of(cell)
            is_below = name == plots.after or is_below and name is None
            if is_below:
                found += filter(None, map(png_of, cell.get("outputs", [])))
        return found[: plots.count]

    def _path(self, submission, notebook):
        return os.path.join(self._folder_of(submission), f"{notebook}.ipynb")

    def _answers(self, cells):
        return {
            name: Answer(clean(text_of(cell)), answer_hash(cell))
            for cell in cells
            if (name := grade_id_of(cell)) in self._tasks
        }


def clean(text: str) -> str:
    """Replace lone surrogates, which no page can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _read_cells(path: str) -> list[dict[str, Any]]:
    """Read a notebook's cells; [] where the file is damaged or not there."""
    try:
        cells = json.loads(Path(path).read_bytes())["cells"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
