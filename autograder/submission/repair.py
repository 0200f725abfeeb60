"""What students did to the cells of a notebook, undone: locked cells as released, answers where
they run.

The steps follow each other in `restore`; each changes the list of slots and says what it did.
"Fixed" names are those that the release defines in cells which are the students' to write.
"""

import copy
from collections import Counter

from nbformat import NotebookNode

from ..notebook.cells import grade_id, nbgrader_metadata, read_code
from ..notebook.file import number
from .locked_cells import put_locked_back, put_missing_back, take_tests_out
from .pairing import Fixed, defined, finished, listed, pair


def restore(notebook: NotebookNode, released: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """A copy of a student's notebook that runs like the released one with the student's answers,
    and what was done.

    Each locked cell is as released, and back where it was missing. What a student defined in a
    locked or test cell follows it as a cell of its own. An answer that was turned into text is code
    again; halves of an answer are one cell again; a stub gives way to an answer elsewhere; and
    cells are in the released order where they would fail in the student's. All other cells stay,
    each behind the one that it followed. A second restoring changes nothing.
    """
    fixed = Fixed.by(released)
    cells, notes = [copy.deepcopy(cell) for cell in notebook.cells], []
    for steps in (SHAPE, PLACE):
        slots = _mark(pair(cells, fixed), fixed)
        for step in steps:
            slots, sentences = step(slots, fixed)
            notes += sentences
        cells = [slot.cell for slot in slots]
    restored = copy.copy(notebook)
    restored.cells = cells
    number(cells)
    return restored, notes


def _mark(slots, fixed):
    """nbgrader's marks as released; none on other cells, but for copies of tests, which do not run."""
    for slot in slots:
        if slot.twin is not None or not fixed.is_copy_of_test(slot.cell):
            slot.cell.metadata.pop("nbgrader", None)
            if slot.twin is not None and nbgrader_metadata(slot.twin):
                slot.cell.metadata["nbgrader"] = copy.deepcopy(slot.twin.metadata["nbgrader"])
    return slots


def _retype(slots, fixed):
    """Answers that were turned into text or raw cells, as code; answers in words that became code,
    as text.
    """
    notes = []
    for slot in slots:
        cell = slot.cell
        if cell.cell_type != "code":
            source = _unfenced(cell.source)
            code = read_code(source)
            names = code.defined & fixed.names if code.valid else frozenset()
            if names - finished(slots) and (names & code.finished or not names & defined(slots)):
                notes.append(
                    f"The {cell.cell_type} cell that defines {listed(names)} was run as code."
                )
                cell.update(cell_type="code", source=source, outputs=[], execution_count=None)
                cell.pop("attachments", None)
        elif (
            slot.twin is not None
            and slot.twin.cell_type == "markdown"
            and not slot.locked
            and not slot.code.valid
        ):
            notes.append(f"The answer {grade_id(cell)} stood in a code cell and was read as text.")
            cell.cell_type = "markdown"
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
    return slots, notes


def _unfenced(text):
    """The code in a text that is one fenced block of code; other texts as they are."""
    lines = text.strip().split("\n")
    return (
        "\n".join(lines[1:-1])
        if lines[0].startswith("```") and lines[-1].strip() == "```"
        else text
    )


def _join_halves(slots, fixed):
    """Two cells, one behind the other, that are Python only together and define a fixed name, as
    one.
    """
    kept, notes = [], []
    for slot in slots:
        above = next((each for each in reversed(kept) if each.cell.cell_type == "code"), None)
        if (
            above is not None
            and _may_join(above, slot)
            and not (above.code.valid and slot.code.valid)
        ):
            source = f"{above.cell.source}\n{slot.cell.source}"
            code = read_code(source)
            if code.valid and code.defined & fixed.names:
                notes.append(
                    f"The halves of the cell that defines {listed(code.defined & fixed.names)} "
                    "were joined."
                )
                above.cell.source = source
                continue
        kept.append(slot)
    return kept, notes


def _may_join(above, below):
    """Whether two cells may have been one: a cell that was split keeps its marks, or loses them, in
    both halves.
    """
    both = (
        above.runs
        and below.runs
        and not above.locked
        and below.twin is None
        and bool(below.cell.source.strip())
    )
    return both and (above.name == below.name or not above.code.valid)


def _count_copies(slots, fixed):
    """All as they are; a sentence for each answer that stands there more than once with the same
    grade_id.
    """
    names = Counter(
        slot.name for slot in slots if slot.name and slot.runs and slot.code.defined & fixed.names
    )
    return slots, [
        f"The cell {name} stands there {count} times; the last definition counts."
        for name, count in names.items()
        if count > 1
    ]


def _drop_stubs(slots, fixed):
    """Without the untouched stubs of names that another cell defines to the end."""
    kept, notes, done = [], [], finished(slots)
    for place, slot in enumerate(slots):
        names = slot.code.defined & fixed.names
        if names and names <= done and slot.runs and slot.code.valid and _is_stub(slot.code, fixed):
            if not names <= finished(slots[place:]):
                notes.append(
                    f"An untouched stub of {listed(names)} stood behind the answer and was left "
                    "out."
                )
            continue
        kept.append(slot)
    return kept, notes


def _is_stub(code, fixed):
    return all(part.key in fixed.stubs for part in code.parts)


def _reorder(slots, fixed):
    """The released order, where fewer names are needed before they are there; own cells stay behind
    their upper one.
    """
    blocks = [[]]
    for slot in slots:
        blocks.append([slot]) if slot.place is not None else blocks[-1].append(slot)
    ordered = blocks[0] + [
        slot for block in sorted(blocks[1:], key=lambda block: block[0].place) for slot in block
    ]
    if _needed_too_early(ordered) < _needed_too_early(slots):
        return ordered, [
            (
                "The cells stood in an order in which they fail; they were brought into the released "
                "order."
            )
        ]
    return slots, []


def _needed_too_early(slots):
    """How often a cell needs a name that only a later cell binds."""
    codes = [slot.code for slot in slots if slot.runs]
    ever, count, bound = frozenset().union(*(code.names for code in codes)), 0, set()
    for code in codes:
        count += len(code.needs & ever - bound)
        bound |= code.names
    return count


SHAPE = (_retype, _join_halves, take_tests_out, put_locked_back, _drop_stubs, _count_copies)
PLACE = (put_missing_back, _reorder)
