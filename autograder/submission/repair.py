"""Repairs of a student's notebook: locked cells as released, answers where they run.

Each step takes the paired cells and the released ones, and returns the paired cells, changed, with
a sentence on each change. `restore` runs the steps one after the other.
"""

import copy
from collections import Counter

from nbformat import NotebookNode

from ..notebook.cells import grade_id, is_run, nbgrader_metadata, read_code
from ..notebook.file import assign_ids
from .locked_cells import put_locked_back, put_missing_back, take_tests_out
from .pairing import ReleasedCells, collect_defined, collect_finished, join_names, pair_cells


def restore(notebook: NotebookNode, released: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """Make a notebook run like the released one with the student's answers in it.

    Each locked cell is as released, and back where it was missing. What a student defined in a
    locked or test cell follows it as a cell of its own. An answer that was turned into text is code
    again; halves of an answer are one cell again; a stub gives way to an answer elsewhere; and
    cells are in the released order where they would fail in the student's. All other cells stay,
    each behind the one that it followed. A second restoring changes nothing.

    Args:
        notebook: the student's, which stays as it is.
        released: the notebook that was handed out.

    Returns:
        A restored copy, and a sentence on each repair.
    """
    released_cells = ReleasedCells.from_notebook(released)
    cells, notes = [copy.deepcopy(cell) for cell in notebook.cells], []
    # Cells are paired anew before the second group, since the first one makes and removes cells.
    for steps in (CELL_STEPS, ORDER_STEPS):
        pairs = pair_cells(cells, released_cells)
        _reset_marks(pairs, released_cells)
        for step in steps:
            pairs, sentences = step(pairs, released_cells)
            notes += sentences
        cells = [pair.cell for pair in pairs]
    assign_ids(cells)
    restored = copy.copy(notebook)
    restored.cells = cells
    return restored, notes


def _reset_marks(pairs, released):
    """Set nbgrader's marks as released, and remove them from all other cells.

    Copies of tests keep theirs, so that they do not run.
    """
    for pair in pairs:
        if pair.released_cell is None and released.is_copy_of_test(pair.cell):
            continue
        pair.cell.metadata.pop("nbgrader", None)
        if pair.released_cell is not None and nbgrader_metadata(pair.released_cell):
            marks = pair.released_cell.metadata["nbgrader"]
            pair.cell.metadata["nbgrader"] = copy.deepcopy(marks)


def _retype(pairs, released):
    """Turn answers in text or raw cells into code, and answers in words in code cells into text."""
    notes = []
    for pair in pairs:
        if pair.cell.cell_type != "code":
            notes += _text_to_code(pair, pairs, released)
        else:
            notes += _code_to_text(pair)
    return pairs, notes


def _text_to_code(pair, pairs, released):
    """Turn a text into code where it defines an answer that no other cell has."""
    cell, source = pair.cell, _unfenced(pair.cell.source)
    code = read_code(source)
    names = code.defined & released.open_names if code.valid else frozenset()
    if not names - collect_finished(pairs):
        return []
    # A stub in a text must not replace an answer that was begun elsewhere.
    if not names & code.finished and names & collect_defined(pairs):
        return []
    note = f"The {cell.cell_type} cell that defines {join_names(names)} was run as code."
    cell.update(cell_type="code", source=source, outputs=[], execution_count=None)
    cell.pop("attachments", None)
    return [note]


def _code_to_text(pair):
    """Turn a code cell into text where the release has text, and it is not valid Python."""
    original, cell = pair.released_cell, pair.cell
    if original is None or original.cell_type != "markdown":
        return []
    if pair.is_locked or pair.code.valid:
        return []
    cell.cell_type = "markdown"
    cell.pop("outputs", None)
    cell.pop("execution_count", None)
    answer = f"The answer {grade_id(cell)}" if grade_id(cell) else "An answer in words"
    return [f"{answer} was in a code cell; it was read as text."]


def _unfenced(text):
    """Return the code in a text that is one fenced block of code, other texts as they are."""
    lines = text.strip().split("\n")
    if lines[0].startswith("```") and lines[-1].strip() == "```":
        return "\n".join(lines[1:-1])
    return text


def _join_halves(pairs, released):
    """Join two consecutive cells that are valid Python only together and define an open name."""
    kept, notes = [], []
    for pair in pairs:
        above = next((each for each in reversed(kept) if each.cell.cell_type == "code"), None)
        if above is not None and _may_be_halves(above, pair):
            source = f"{above.cell.source}\n{pair.cell.source}"
            code = read_code(source)
            names = code.defined & released.open_names
            if code.valid and names:
                notes.append(
                    f"The cell that defines {join_names(names)} was split in two; its halves were "
                    "joined."
                )
                above.cell.source = source
                continue
        kept.append(pair)
    return kept, notes


def _may_be_halves(above, below):
    """Tell whether two cells may have been one.

    A cell that was split keeps its marks, or loses them, in both halves.
    """
    if not is_run(above.cell) or not is_run(below.cell) or not below.cell.source.strip():
        return False
    if above.is_locked or below.released_cell is not None:
        return False
    if above.code.valid and below.code.valid:
        return False
    return above.submitted_id == below.submitted_id or not above.code.valid


def _count_copies(pairs, released):
    """Note each answer that is there more than once with the same grade_id; change nothing."""
    counts = Counter(
        pair.submitted_id
        for pair in pairs
        if pair.submitted_id and is_run(pair.cell) and pair.code.defined & released.open_names
    )
    return pairs, [
        f"The cell {name} is there {count} times; the last definition counts."
        for name, count in counts.items()
        if count > 1
    ]


def _drop_stubs(pairs, released):
    """Leave out untouched stubs of names that another cell defines to the end."""
    kept, notes, finished = [], [], collect_finished(pairs)
    for index, pair in enumerate(pairs):
        names = pair.code.defined & released.open_names
        if not names or not names <= finished or not _is_stub(pair, released):
            kept.append(pair)
        elif not names <= collect_finished(pairs[index:]):
            notes.append(
                f"An untouched stub of {join_names(names)} was below the answer; it was left out."
            )
    return kept, notes


def _is_stub(pair, released):
    """Tell whether a cell that runs holds nothing but stubs as they were released."""
    if not is_run(pair.cell) or not pair.code.valid:
        return False
    return all(part.key in released.stub_keys for part in pair.code.parts)


def _reorder(pairs, released):
    """Restore the released order where fewer names are then needed before they are defined.

    The student's own cells stay below the cell that they followed.
    """
    blocks = [[]]  # one of the student's own cells at the top, then one for each released cell
    for pair in pairs:
        if pair.released_index is not None:
            blocks.append([])
        blocks[-1].append(pair)
    top, *others = blocks
    others.sort(key=lambda block: block[0].released_index)
    ordered = [*top, *(pair for block in others for pair in block)]
    if _needed_too_early(ordered) < _needed_too_early(pairs):
        return ordered, [
            "The cells were in an order in which they fail; they were put into the released order."
        ]
    return pairs, []


def _needed_too_early(pairs):
    """Count how often a cell needs a name that only a later cell binds."""
    codes = [pair.code for pair in pairs if is_run(pair.cell)]
    all_names = frozenset().union(*(code.names for code in codes))
    count, bound = 0, set()
    for code in codes:
        count += len(code.needs & (all_names - bound))
        bound |= code.names
    return count


CELL_STEPS = (_retype, _join_halves, take_tests_out, put_locked_back, _drop_stubs, _count_copies)
ORDER_STEPS = (put_missing_back, _reorder)
