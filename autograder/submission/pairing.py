"""A student's cells and the released ones that they come from: by grade_id, then by text, names,
and likeness.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from nbformat import NotebookNode

from ..assignment import TASKS
from ..notebook.cells import (
    Code,
    grade_id,
    is_test,
    nbgrader_metadata,
    normalised_source,
    read_code,
)

ALIKE = 0.75  # of the lines
_TASKS = {task.id for task in TASKS}
MAX_LINES = 200  # of cells that are compared line by line


@dataclass(eq=False)
class Slot:
    """A cell of the student's, the grade_id that it had, and, if the release has it too, its twin
    and their place.
    """

    cell: NotebookNode
    name: str | None = None
    twin: NotebookNode | None = None
    place: int | None = None
    _code: tuple[str, Code] | None = field(default=None, repr=False)

    @property
    def locked(self) -> bool:
        """Whether students should not have changed it."""
        return self.twin is not None and is_locked(self.twin)

    @property
    def runs(self) -> bool:
        """Whether the grader runs it."""
        return self.cell.cell_type == "code" and not is_test(self.cell)

    @property
    def code(self) -> Code:
        """What its source says."""
        if self._code is None or self._code[0] != self.cell.source:
            self._code = self.cell.source, read_code(self.cell.source)
        return self._code[1]


@dataclass(frozen=True)
class Fixed:
    """What a release fixes: its cells, the names that its open cells define, and the syntax of
    those that are stubs.
    """

    cells: list[NotebookNode]
    names: frozenset[str]
    stubs: frozenset[int]

    @classmethod
    def by(cls, released: NotebookNode) -> "Fixed":
        """What this notebook fixes."""
        codes = [
            read_code(cell.source)
            for cell in released.cells
            if cell.cell_type == "code" and not is_locked(cell)
        ]
        parts = [part for code in codes for part in code.parts if part.kind == "definition"]
        return cls(
            released.cells,
            frozenset().union(*(part.names for part in parts)),
            frozenset(part.key for part in parts if part.unfinished),
        )

    def is_copy_of_test(self, cell: NotebookNode) -> bool:
        """Whether a cell has the marks of a test, this notebook's or another's."""
        name = grade_id(cell)
        return is_test(cell) and (
            name in _TASKS or any(grade_id(each) == name for each in self.cells)
        )


def is_locked(cell: NotebookNode) -> bool:
    """Whether a released cell is not the students' to change."""
    return bool(nbgrader_metadata(cell).get("locked"))


def pair(cells: Iterable[NotebookNode], fixed: Fixed) -> list[Slot]:
    """A Slot for each of the student's cells, in their order; each released cell is the twin of one
    of them at most.
    """
    slots = [Slot(cell, grade_id(cell)) for cell in cells]
    free = dict(enumerate(fixed.cells))
    codes = [slot for slot in slots if slot.cell.cell_type == "code"]
    texts = {slot: normalised_source(slot.cell.source) for slot in codes}
    _match(
        slots,
        free,
        lambda slot, twin: grade_id(twin) is not None and grade_id(slot.cell) == grade_id(twin),
    )
    _match(
        codes,
        free,
        lambda slot, twin: texts[slot] != "" and texts[slot] == normalised_source(twin.source),
    )
    codes = [slot for slot in codes if not fixed.is_copy_of_test(slot.cell)]
    _match(codes, free, lambda slot, twin: not is_locked(twin) and _same_names(slot, twin))
    _match(
        codes,
        free,
        lambda slot, twin: is_locked(twin) and _alike(texts[slot], normalised_source(twin.source)),
    )
    return slots


def _match(slots, free, are_twins):
    """Make twins of what is free on both sides, in the order of the student's cells."""
    for slot in slots:
        if slot.twin is None:
            slot.place = next(
                (place for place, twin in free.items() if are_twins(slot, twin)), None
            )
            slot.twin = free.pop(slot.place, None)


def _same_names(slot, twin):
    """Whether both define the same name."""
    return twin.cell_type == "code" and not slot.code.defined.isdisjoint(
        read_code(twin.source).defined
    )


def _alike(*texts):
    """Whether most lines of two texts are the same."""
    lines = [[line.strip() for line in text.split("\n")] for text in texts]
    if max(map(len, lines)) > MAX_LINES:
        return False
    matcher = difflib.SequenceMatcher(None, *lines, autojunk=False)
    return all(
        ratio() >= ALIKE for ratio in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    )


def defined(slots: Iterable[Slot]) -> frozenset[str]:
    """The names that cells define which run."""
    return frozenset().union(*(slot.code.defined for slot in slots if slot.runs))


def finished(slots: Iterable[Slot]) -> frozenset[str]:
    """Those of them that some cell defines to the end."""
    return frozenset().union(*(slot.code.finished for slot in slots if slot.runs))


def listed(names: Iterable[str]) -> str:
    """Names, as a sentence lists them."""
    return ", ".join(sorted(names))
