"""What a student handed in for a task: their code, their answer in words, their plots."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode, from_dict

from ...assignment import Task
from ...notebook.cells import grade_id, is_run, read_code
from ..plots import PLOTS

# The names that a task's code defines.
CODE = {
    "vae-activation-test": ("VAE",),
    "vae-sampling-test": ("VAE",),
    "kl-loss-formula-test": ("kl_loss",),
    "kl-loss-reduction-test": ("kl_loss",),
    "train-test": ("train",),
    "evaluate-test": ("test",),
    "plot-latent-test": ("plot_latent",),
    "scatterplot-latent-test": ("scatterplot_latent",),
    "cvae-encoder-test": ("ConditionalVAE",),
    "cvae-decoder-test": ("ConditionalVAE",),
    "cvae-forward-test": ("ConditionalVAE",),
    "train-cvae-test": ("train_cvae", "test_cvae"),
    "plot-latent-cvae-test": ("plot_latent_cvae",),
    "scatterplot-latent-cvae-test": ("scatterplot_latent_cvae",),
}

_DRAWING = frozenset(name for names in PLOTS.values() for name in names)
MAX_PLOTS = 2  # of one function: the conditional map is drawn for two digits
MAX_CELLS = 3  # of code for one task
MAX_CALL = 60  # characters of the line that drew a plot


def answer_cell(name: str) -> str:
    """Return the grade_id of the cell in which students define a name."""
    return {"ConditionalVAE": "conditional-vae"}.get(name, name.lower().replace("_", "-"))


@dataclass(frozen=True)
class Plot:
    """A picture that the student's notebook shows.

    notebook, call: where it stands, and the line that drew it.
    png: its data as base64; "" where it is no PNG.
    """

    notebook: str
    call: str
    png: str


class OwnWork:
    """The student's notebooks.

    notebooks: file name → its contents, as plain JSON values.
    """

    def __init__(self, notebooks: Mapping[str, Any]):
        self._notebook_cells: dict[str, list[NotebookNode]] = {
            name: [NotebookNode(from_dict(cell)) for cell in tree["cells"]]
            for name, tree in notebooks.items()
        }

    def code_of(self, task: Task) -> list[str]:
        """List the sources of the cells with the task's code, as they stand in the notebook."""
        names = CODE.get(task.id, ())
        ids = {answer_cell(name) for name in names}
        sources = [
            cell.source
            for cell in filter(is_run, self._cells(task.notebook))
            if grade_id(cell) in ids or read_code(cell.source).defined.intersection(names)
        ]
        return list(dict.fromkeys(source for source in sources if source.strip()))[:MAX_CELLS]

    def answer_of(self, task: Task) -> str:
        """Return the answer in words, "" where there is none."""
        found = (cell.source for cell in self._cells(task.notebook) if grade_id(cell) == task.id)
        return next(found, "").strip()

    def plots_of(self, task: Task) -> list[Plot]:
        """List the plots that the task speaks of."""
        names = PLOTS.get(task.id, ())
        return [plot for name in names for plot in self._drawn_by(name, task.notebook)]

    def _drawn_by(self, name: str, notebook: str) -> list[Plot]:
        """List what one function drew; cells that draw with it alone come first."""
        cells = [(calls(cell.source), cell) for cell in filter(is_run, self._cells(notebook))]
        alone = [cell for called, cell in cells if called == {name}]
        plots = [plot for cell in alone for plot in _plots(cell, name, notebook)]
        if not plots:
            mixed = [cell for called, cell in cells if name in called]
            plots = [plot for cell in mixed for plot in _plots(cell, name, notebook)]
        return plots[:MAX_PLOTS]

    def _cells(self, notebook: str) -> list[NotebookNode]:
        return self._notebook_cells.get(notebook, [])


def calls(source: str) -> frozenset[str]:
    """Name the drawing functions that a source calls."""
    found = re.findall(r"(?<![\w.])(?<!def )(\w+)\(", source)
    return _DRAWING.intersection(found)


def _plots(cell: NotebookNode, name: str, notebook: str) -> Iterator[Plot]:
    line = next((line for line in cell.source.split("\n") if name in line), name).strip()
    call = line if len(line) <= MAX_CALL else line[: MAX_CALL - 1] + "…"
    for output in cell.outputs:
        data = output.get("data", {})
        if any(kind.startswith("image/") for kind in data):
            yield Plot(notebook, call, data.get("image/png", ""))
