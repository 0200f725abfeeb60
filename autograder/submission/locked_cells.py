"""Repairs of released cells that students should not have changed.

They are put back as they were released; what students merged into them is kept.
"""

import copy

from nbformat import NotebookNode

from ..notebook.cells import grade_id, is_run, is_test, normalised_source, read_code
from .pairing import PairedCell, ReleasedCells, collect_defined, is_locked, join_names


def take_tests_out(
    pairs: list[PairedCell], released: ReleasedCells
) -> tuple[list[PairedCell], list[str]]:
    """Remove tests that were merged, whole and unchanged, into an answer's cell.

    A test that fails would keep the statements below it from running.
    """
    tests = [
        (grade_id(cell), read_code(cell.source).parts) for cell in released.cells if is_test(cell)
    ]
    notes = []
    for pair in pairs:
        if pair.is_locked or not is_run(pair.cell):
            continue
        if not pair.code.defined & released.open_names:
            continue
        for name, test_parts in tests:
            keys = {part.key for part in test_parts}
            if keys and keys <= {part.key for part in pair.code.parts}:
                answers = join_names(pair.code.defined & released.open_names)
                notes.append(
                    f"The test {name} was merged into the cell that defines {answers}; it was "
                    "removed from there."
                )
                _remove_test(pair, keys)
    return pairs, notes


def _remove_test(pair, keys):
    """Remove the statements with these keys, but for imports, which the answer may need too."""
    kept = [part for part in pair.code.parts if part.key not in keys or part.kind == "import"]
    pair.cell.source = "\n\n".join(part.text for part in kept)


def put_locked_back(
    pairs: list[PairedCell], released: ReleasedCells
) -> tuple[list[PairedCell], list[str]]:
    """Put each locked cell back as released.

    What else such a cell, or a copy of a test, defined is kept in new cells below it.
    """
    released_sources = {grade_id(cell): cell.source for cell in released.cells if grade_id(cell)}
    kept, notes = [], []
    for pair in pairs:
        kept.append(pair)
        if not pair.is_locked and not is_test(pair.cell):
            continue
        name = grade_id(pair.cell)
        own, lost = _own_parts(pair.cell, released_sources.get(name), released.open_names)
        if pair.is_locked:
            notes += _put_original_back(pair)
        elif own:
            pair.cell.source = released_sources.get(name, "")
        notes += _notes_on_own_code(name, own, lost)
        kept += [PairedCell(_new_code_cell(part.text)) for part in own]
    return kept, notes


def _put_original_back(pair):
    """Replace a cell by the released one; return a note where its code was changed."""
    name, original = grade_id(pair.cell), pair.released_cell
    is_whole = normalised_source(original.source) in normalised_source(pair.cell.source)
    pair.cell = copy.deepcopy(original)
    if original.cell_type != "code" or is_whole:
        return []
    return [f"The locked cell {name} was changed; the original was put back."]


def _notes_on_own_code(name, own, lost):
    notes = []
    if own:
        names = join_names(frozenset().union(*(part.names for part in own))) or "attributes"
        notes.append(f"The cell {name} also defined {names}; this was kept in new cells below it.")
    if lost:
        notes.append(
            f"The cell {name} also contained {join_names(lost)}, which is lost: the cell is not "
            "valid Python."
        )
    return notes


def _own_parts(cell, released_source, open_names):
    """Find what a student defined in a locked cell or a test.

    Of text, and of a cell of another notebook, only definitions of open names are kept. Of a test,
    assignments and imports are kept only beside a definition.

    Args:
        cell: the student's cell.
        released_source: the cell's source as released, None where it is of another notebook.
        open_names: see ReleasedCells.

    Returns:
        The student's own statements, and the open names that are lost because the cell is not
        valid Python.
    """
    code, released_code = read_code(cell.source), read_code(released_source or "")
    if not code.valid:
        return [], code.attempted & open_names - released_code.defined
    released_keys = {part.key for part in released_code.parts}
    own = [
        part
        for part in code.parts
        if part.key not in released_keys and _is_own(part, released_code.names)
    ]
    if released_source is None or cell.cell_type != "code":
        own = [part for part in own if part.kind == "definition" and part.names & open_names]
    has_definition = any(part.kind == "definition" for part in own)
    return (own if has_definition or not is_test(cell) else []), frozenset()


def _is_own(part, released_names):
    """Tell whether a statement binds new names only; an import may bind released ones too."""
    if part.kind == "other":
        return False
    if part.kind == "import":
        return bool(part.names - released_names)
    return part.names.isdisjoint(released_names)


def put_missing_back(
    pairs: list[PairedCell], released: ReleasedCells
) -> tuple[list[PairedCell], list[str]]:
    """Insert missing locked cells, and given definitions that the student has nowhere."""
    pairs, missing = list(pairs), []
    for index, cell in enumerate(released.cells):
        if any(pair.released_index == index for pair in pairs):
            continue
        if not is_locked(cell) and not _is_needed(cell, released, pairs):
            continue
        new_pair = PairedCell(copy.deepcopy(cell), grade_id(cell), cell, index)
        pairs.insert(_insertion_index(new_pair, pairs), new_pair)
        if cell.cell_type == "code":
            missing.append(_cell_name(cell))
    if not missing:
        return pairs, []
    if len(missing) == 1:
        return pairs, [f"A missing cell was put back: {missing[0]}."]
    return pairs, [f"Missing cells were put back: {', '.join(missing)}."]


def _cell_name(cell):
    """Return how a note calls a cell."""
    return grade_id(cell) or f"the cell that defines {join_names(read_code(cell.source).defined)}"


def _insertion_index(new_pair, pairs):
    """Return where to insert a missing cell: below the nearest one above it in the release.

    A cell that runs goes directly below, since the student's own cells there may need what it
    defines; other cells go below those.
    """
    paired = [index for index, pair in enumerate(pairs) if pair.released_index is not None]
    above = [index for index in paired if pairs[index].released_index < new_pair.released_index]
    start = max(above, key=lambda index: pairs[index].released_index, default=-1) + 1
    if is_run(new_pair.cell):
        return start
    return next((index for index in paired if index >= start), len(pairs))


def _is_needed(cell, released, pairs):
    """Tell whether a cell gives definitions, none a stub, and the student has none of them."""
    if cell.cell_type != "code":
        return False
    code = read_code(cell.source)
    names = code.defined & released.open_names
    return bool(names) and names <= code.finished and not names & collect_defined(pairs)


def _new_code_cell(source):
    return NotebookNode(
        cell_type="code", metadata=NotebookNode(), source=source, outputs=[], execution_count=None
    )
