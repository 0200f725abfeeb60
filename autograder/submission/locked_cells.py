"""The released cells that students should not have changed: put back, without what was merged into
them being lost.
"""

import copy

from nbformat import from_dict

from ..notebook.cells import grade_id, is_test, normalised_source, read_code
from .pairing import Fixed, Slot, defined, is_locked, listed


def take_tests_out(slots: list[Slot], fixed: Fixed) -> tuple[list[Slot], list[str]]:
    """Answers without the tests that were merged into them, whole and unchanged.

    A test that fails would keep what stands below it from running.
    """
    tests = [
        (grade_id(cell), read_code(cell.source).parts) for cell in fixed.cells if is_test(cell)
    ]
    notes = []
    for slot in slots:
        if not slot.runs or slot.locked or not slot.code.defined & fixed.names:
            continue
        for name, parts in tests:
            keys = {part.key for part in parts}
            if keys and keys <= {part.key for part in slot.code.parts}:
                notes.append(
                    f"The test {name} had been merged into the cell that defines "
                    f"{listed(slot.code.defined & fixed.names)}; it was taken out."
                )
                own = [
                    part.text
                    for part in slot.code.parts
                    if part.key not in keys or part.kind == "import"
                ]
                slot.cell.source = "\n\n".join(own)
    return slots, notes


def put_locked_back(slots: list[Slot], fixed: Fixed) -> tuple[list[Slot], list[str]]:
    """Each locked cell as released; what else it or a copy of a test defined, in cells behind it."""
    given = {grade_id(cell): cell.source for cell in fixed.cells if grade_id(cell)}
    kept, notes = [], []
    for slot in slots:
        if not slot.locked and not is_test(slot.cell):
            kept.append(slot)
            continue
        name, source = grade_id(slot.cell), slot.cell.source
        own, lost = _own_parts(slot.cell, given.get(name), fixed.names)
        if slot.locked:
            if slot.twin.cell_type == "code" and normalised_source(
                slot.twin.source
            ) not in normalised_source(source):
                notes.append(f"The locked cell {name} had been changed; it was put back.")
            slot.cell = copy.deepcopy(slot.twin)
        elif own:
            slot.cell.source = given.get(name, "")
        if own:
            names = listed(frozenset().union(*(part.names for part in own))) or "attributes"
            notes.append(
                f"The cell {name} also defined {names}; that was kept in cells of its own."
            )
        if lost:
            notes.append(
                f"The cell {name} also held {listed(lost)}, which is lost: the cell is no valid "
                "Python."
            )
        kept += [slot, *(Slot(_new_cell(part.text)) for part in own)]
    return kept, notes


def _own_parts(cell, given, fixed):
    """What a student defined in a locked cell or a test, and the fixed names that cannot be told
    from the rest.

    given: its source as released, None where it belongs to another notebook; of such a cell and of
    text only fixed names are kept. Of a test, assignments and imports are kept with a definition
    only.
    """
    code, before = read_code(cell.source), read_code(given or "")
    if not code.valid:
        return [], code.attempted & fixed - before.defined
    keys = {part.key for part in before.parts}
    own = [
        part
        for part in code.parts
        if part.key not in keys
        and part.kind != "other"
        and (
            part.names - before.names
            if part.kind == "import"
            else part.names.isdisjoint(before.names)
        )
    ]
    if given is None or cell.cell_type != "code":
        own = [part for part in own if part.kind == "definition" and part.names & fixed]
    defines = any(part.kind == "definition" for part in own)
    return (own if defines or not is_test(cell) else []), frozenset()


def put_missing_back(slots: list[Slot], fixed: Fixed) -> tuple[list[Slot], list[str]]:
    """The locked cells that are missing, and given definitions that the student has nowhere, where
    they were.
    """
    slots, missing = list(slots), []
    for place, cell in enumerate(fixed.cells):
        if any(slot.place == place for slot in slots) or not (
            is_locked(cell) or _is_given(cell, fixed, slots)
        ):
            continue
        back = Slot(copy.deepcopy(cell), grade_id(cell), cell, place)
        slots.insert(_where(back, slots), back)
        if cell.cell_type == "code":
            missing.append(
                grade_id(cell) or f"the one with {listed(read_code(cell.source).defined)}"
            )
    if not missing:
        return slots, []
    many = len(missing) > 1
    return slots, [
        (
            f"The cell{'s' * many} {', '.join(missing)} {'were' if many else 'was'} missing and put "
            "back."
        )
    ]


def _where(back, slots):
    """Where a cell goes: behind the nearest one that precedes it in the release, and behind that
    one's own cells too, unless it runs, since those may need what it defines.
    """
    above = [
        i for i, slot in enumerate(slots) if slot.place is not None and slot.place < back.place
    ]
    start = max(above, key=lambda i: slots[i].place, default=-1) + 1
    following = (i for i, slot in enumerate(slots) if i >= start and slot.place is not None)
    return start if back.runs else next(following, len(slots))


def _is_given(cell, fixed, slots):
    """Whether a released cell defines fixed names, none a stub, and the student defines none of
    them.
    """
    if cell.cell_type != "code":
        return False
    code = read_code(cell.source)
    names = code.defined & fixed.names
    return bool(names) and names <= code.finished and not names & defined(slots)


def _new_cell(source):
    return from_dict(
        {
            "cell_type": "code",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
    )
