"""Cells that only show something: a training of ten epochs, a map, a printed number.

They decide nothing.

What such a cell of the release showed in the student's hands (ten epochs on all of MNIST) says more
to whoever marks the free text than what the grader's few images would give, and it costs nothing.
"""

from collections.abc import Sequence

from nbformat import NotebookNode
from nbformat.v4 import new_output

from ..notebook.cells import grade_id, is_run, normalised_source, read_code

BY_TEXT = frozenset(
    ["eval", "exec", "get_ipython", "globals", "locals", "vars"]
)  # reach names that no analysis sees
HANDED_IN = "As handed in; the grader did not run this cell.\n"


def demonstrations(sources: Sequence[str], released: NotebookNode | None) -> frozenset[int]:
    """Which of a notebook's code cells, by index, need not run.

    Those that stand in the release without a name and bind no function, class or import; then those
    of the student's own cells of this kind that need one of their results, and bind nothing anew
    that another cell has bound. None at all where any other cell, or a function in it, may look up
    a name that would be missing then, by its text too.
    """
    cells = released.cells if released else []
    given_cells = (cell for cell in cells if is_run(cell) and not grade_id(cell))
    given = {normalised_source(cell.source) for cell in given_cells}
    codes = [read_code(source) for source in sources]
    if not all(code.valid and not code.reads & BY_TEXT for code in codes):
        return frozenset()
    left_out = {
        i
        for i, source in enumerate(sources)
        if normalised_source(source) in given and _only_shows(codes[i])
    }
    while True:
        missing = frozenset().union(*(codes[i].names for i in left_out))
        readers = {i for i, code in enumerate(codes) if i not in left_out and code.reads & missing}
        if not readers:
            return frozenset(left_out)
        others = frozenset().union(
            *(code.names for i, code in enumerate(codes) if i not in left_out | readers)
        )
        if any(not _only_shows(codes[i]) or codes[i].names & others for i in readers):
            return frozenset()
        left_out |= readers


def as_handed_in(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """The outputs with which a demonstration came, marked as such."""
    return [new_output("stream", text=HANDED_IN), *outputs] if outputs else []


def _only_shows(code):
    return all(part.kind in ("assignment", "other") for part in code.parts)
