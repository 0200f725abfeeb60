"""Statements of a notebook that some names depend on, found without running any of them."""

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from .cells import Part, read_code

STAR = "*"  # the name that `from module import *` binds
# An assignment to an attribute or an item: VAE.decode = decode, sizes["z"] = 2.
_CHANGED_VALUE = re.compile(r"(\w+)\s*[.\[]")
# A call that changes a list, a dict or a set: sizes.append(2).
_CHANGING_CALL = re.compile(r"(\w+)\.(?:add|append|extend|update)\(")


def statements_for(names: Iterable[str], sources: Sequence[str]) -> list[str]:
    """Return the statements that bind these names, and those that they need, in their order.

    What a function or a method looks up when it is called counts as needed. Statements that only
    show, print or train are left out. A cell that is not valid Python is returned whole where it
    seems to define one of the names, so that its error is seen.

    Args:
        names: to be defined.
        sources: the code cells, top to bottom.
    """
    parts = [part for source in sources for part in _parts(source)]
    indices_by_name = _index_by_name(parts)
    kept, queue, seen = set(indices_by_name.get(STAR, ())), list(names), set()
    while queue:
        name = queue.pop()
        if name not in seen:
            seen.add(name)
            found = set(indices_by_name.get(name, ())) - kept
            kept |= found
            queue += [read for index in found for read in read_code(parts[index].text).reads]
    return [parts[index].text for index in sorted(kept)]


def parts_that_count(source: str, needed: Container[str]) -> list[Part]:
    """Return the statements of one cell that still count where the cell fails as a whole.

    These are its imports and definitions, and those that are needed anyway.

    Args:
        source: the cell; where it is not valid Python, nothing of it counts.
        needed: statements, as `statements_for` returns them.
    """
    return [
        part
        for part in read_code(source).parts
        if part.kind in ("import", "definition") or part.text in needed
    ]


def _index_by_name(parts):
    """Return {name: indices of the statements that bind it or change its value}."""
    indices = {}
    for index, part in enumerate(parts):
        for name in part.names.union(_changed_names(part)):
            indices.setdefault(name, []).append(index)
    return indices


def _parts(source: str) -> Iterator[Part]:
    """Yield the top-level statements of a cell; one part where it is not valid Python."""
    code = read_code(source)
    if code.valid:
        yield from code.parts
    else:
        yield Part(text=source, names=code.names, kind="other", key=0, unfinished=False)


def _changed_names(part: Part) -> set[str]:
    """Return the name whose value a statement like `VAE.decode = decode` changes, if any."""
    patterns = {"assignment": _CHANGED_VALUE, "other": _CHANGING_CALL}
    found = patterns[part.kind].match(part.text) if part.kind in patterns else None
    return {found[1]} if found else set()
