"""Cells that the grader does not run, since they only show something: a training, a map, a number.

No check depends on them. What such a cell of the release showed when the student ran it (ten epochs
on all of MNIST) says more to whoever marks the free text than what the grader's few images would
give, and it costs nothing.
"""

from collections.abc import Sequence

from nbformat import NotebookNode
from nbformat.v4 import new_output

from ..notebook.cells import Code, grade_id, is_run, normalised_source, read_code

# They find names in ways that the analysis of a source does not see.
DYNAMIC_LOOKUPS = frozenset(["eval", "exec", "get_ipython", "globals", "locals", "vars"])
NOT_RUN_NOTICE = "As handed in; the grader did not run this cell.\n"


def find_skipped_cells(sources: Sequence[str], released: NotebookNode | None) -> frozenset[int]:
    """Return the indices of a notebook's code cells that need not run.

    These are the cells that stand in the release without a name and bind no function, class or
    import; then those of the student's own cells of this kind that need one of their results, and
    bind nothing anew that another cell has bound. No cell is skipped where any other cell, or a
    function in it, may look up a name that would be missing then, by its text too.

    Args:
        sources: the code cells that are not tests, top to bottom.
        released: the released notebook, None where there is none.
    """
    codes = [read_code(source) for source in sources]
    if not all(code.valid and not code.reads & DYNAMIC_LOOKUPS for code in codes):
        return frozenset()
    released_sources = _unnamed_sources(released)
    skipped = {
        index
        for index, source in enumerate(sources)
        if normalised_source(source) in released_sources and _only_shows(codes[index])
    }
    return _add_readers(skipped, codes)


def _unnamed_sources(released):
    """Return the sources of the released code cells that have no grade_id."""
    cells = released.cells if released else []
    unnamed = (cell for cell in cells if is_run(cell) and not grade_id(cell))
    return {normalised_source(cell.source) for cell in unnamed}


def _add_readers(skipped: set[int], codes: list[Code]) -> frozenset[int]:
    """Add the cells that need what skipped cells bind; skip none where one of these must run."""
    while True:
        missing = _bound_names(codes[index] for index in skipped)
        run = [index for index in range(len(codes)) if index not in skipped]
        readers = {index for index in run if codes[index].reads & missing}
        if not readers:
            return frozenset(skipped)
        bound = _bound_names(codes[index] for index in run if index not in readers)
        if any(not _only_shows(codes[index]) or codes[index].names & bound for index in readers):
            return frozenset()
        skipped = skipped | readers


def _bound_names(codes):
    return frozenset().union(*(code.names for code in codes))


def _only_shows(code):
    return all(part.kind in ("assignment", "other") for part in code.parts)


def outputs_as_handed_in(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Return the outputs that a skipped cell was handed in with, below a notice that says so."""
    return [new_output("stream", text=NOT_RUN_NOTICE), *outputs] if outputs else []
