"""Pairs a student's cells with the released cells that they come from.

A cell is recognised by its grade_id, else by its text, the names it defines, or similar lines.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from nbformat import NotebookNode

from ..assignment import TASKS
from ..notebook.cells import (
    Code,
    grade_id,
    is_run,
    is_test,
    nbgrader_metadata,
    normalised_source,
    read_code,
)

MIN_SIMILARITY = 0.75  # share of equal lines
MAX_LINES = 200  # of cells that are compared line by line
_TASKS = {task.id for task in TASKS}


@dataclass(eq=False)
class PairedCell:
    """A student's cell and the released cell that it comes from.

    Attributes:
        cell: the student's cell, which the repairs change.
        submitted_id: the grade_id with which it was handed in.
        released_cell: None for a cell of the student's own.
        released_index: the released cell's index in its notebook.
    """

    cell: NotebookNode
    submitted_id: str | None = None
    released_cell: NotebookNode | None = None
    released_index: int | None = None
    _code: tuple[str, Code] | None = field(default=None, repr=False)

    @property
    def is_locked(self) -> bool:
        """Whether students should not have changed it."""
        return self.released_cell is not None and is_locked(self.released_cell)

    @property
    def code(self) -> Code:
        """The analysis of its present source."""
        if self._code is None or self._code[0] != self.cell.source:
            self._code = self.cell.source, read_code(self.cell.source)
        return self._code[1]


@dataclass(frozen=True)
class ReleasedCells:
    """The cells of a released notebook, and what students were to write in them.

    Attributes:
        cells: all its cells.
        open_names: the names that its open (not locked) cells define: those that students write,
            and given ones that they may change.
        stub_keys: keys of the definitions that wait for an answer (see Part.key).
    """

    cells: list[NotebookNode]
    open_names: frozenset[str]
    stub_keys: frozenset[int]

    @classmethod
    def from_notebook(cls, released: NotebookNode) -> "ReleasedCells":
        """Analyse a released notebook."""
        codes = [
            read_code(cell.source)
            for cell in released.cells
            if cell.cell_type == "code" and not is_locked(cell)
        ]
        definitions = [part for code in codes for part in code.parts if part.kind == "definition"]
        return cls(
            cells=released.cells,
            open_names=frozenset().union(*(part.names for part in definitions)),
            stub_keys=frozenset(part.key for part in definitions if part.unfinished),
        )

    def is_copy_of_test(self, cell: NotebookNode) -> bool:
        """Tell whether a cell has the marks of a test, this notebook's or another's."""
        if not is_test(cell):
            return False
        test_id = grade_id(cell)
        return test_id in _TASKS or any(grade_id(each) == test_id for each in self.cells)


def is_locked(cell: NotebookNode) -> bool:
    """Tell whether students should leave a released cell as it is."""
    return bool(nbgrader_metadata(cell).get("locked"))


def pair_cells(cells: Iterable[NotebookNode], released: ReleasedCells) -> list[PairedCell]:
    """Pair each of the student's cells, in their order, with at most one released cell.

    Each released cell is in one pair at most.
    """
    pairs = [PairedCell(cell, grade_id(cell)) for cell in cells]
    unpaired = dict(enumerate(released.cells))
    code_pairs = [pair for pair in pairs if pair.cell.cell_type == "code"]
    texts = {pair: normalised_source(pair.cell.source) for pair in code_pairs}

    def has_same_text(pair, released_cell):
        return texts[pair] != "" and texts[pair] == normalised_source(released_cell.source)

    def is_similar(pair, released_cell):
        return is_locked(released_cell) and _are_similar(
            texts[pair], normalised_source(released_cell.source)
        )

    _match(pairs, unpaired, _has_same_id)
    _match(code_pairs, unpaired, has_same_text)
    code_pairs = [pair for pair in code_pairs if not released.is_copy_of_test(pair.cell)]
    _match(code_pairs, unpaired, _defines_same_name)
    _match(code_pairs, unpaired, is_similar)
    return pairs


def _match(pairs, unpaired, fits):
    """Give each unpaired cell the first unpaired released cell that fits.

    unpaired: {index: released cell}; what is paired is removed from it.
    """
    for pair in pairs:
        if pair.released_cell is None:
            index = next((index for index, cell in unpaired.items() if fits(pair, cell)), None)
            pair.released_index = index
            pair.released_cell = unpaired.pop(index, None)


def _has_same_id(pair, released_cell):
    return grade_id(released_cell) is not None and grade_id(pair.cell) == grade_id(released_cell)


def _defines_same_name(pair, released_cell):
    """Tell whether an open released cell and the student's cell define the same name."""
    if is_locked(released_cell) or released_cell.cell_type != "code":
        return False
    return not pair.code.defined.isdisjoint(read_code(released_cell.source).defined)


def _are_similar(text, other_text):
    """Tell whether most lines of two texts are the same."""
    lines = [line.strip() for line in text.split("\n")]
    other_lines = [line.strip() for line in other_text.split("\n")]
    if max(len(lines), len(other_lines)) > MAX_LINES:
        return False
    matcher = difflib.SequenceMatcher(None, lines, other_lines, autojunk=False)
    # The quick ratios are upper bounds of the last one.
    ratios = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return all(ratio() >= MIN_SIMILARITY for ratio in ratios)


def collect_defined(pairs: Iterable[PairedCell]) -> frozenset[str]:
    """Return the names of functions and classes that cells define which run."""
    return frozenset().union(*(pair.code.defined for pair in pairs if is_run(pair.cell)))


def collect_finished(pairs: Iterable[PairedCell]) -> frozenset[str]:
    """Return those names that some cell defines and that are not a stub there."""
    return frozenset().union(*(pair.code.finished for pair in pairs if is_run(pair.cell)))


def join_names(names: Iterable[str]) -> str:
    """Return names as a sentence lists them."""
    return ", ".join(sorted(names))
