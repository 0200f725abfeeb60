"""The statements of a notebook that some names depend on, found without running any of them."""

import re
from collections.abc import Iterable, Iterator, Sequence

from .cells import Part, read_code

STAR = "*"  # what `from module import *` binds
_CHANGE = re.compile(r"(\w+)\s*[.\[]")


def statements_for(names: Iterable[str], sources: Sequence[str]) -> list[str]:
    """The statements that bind these names, and step by step those that they read, in their order.

    sources: the code cells. What a function or a method looks up when it is called counts as read.
    Statements that only show, print or train are left out. A cell that is no valid Python comes as
    a whole where it seems to define one of the names, so that its error is seen.
    """
    parts = [part for source in sources for part in _parts(source)]
    by_name = {}
    for place, part in enumerate(parts):
        for name in part.names.union(_changed(part)):
            by_name.setdefault(name, []).append(place)
    kept, queue, seen = set(by_name.get(STAR, ())), list(names), set()
    while queue:
        name = queue.pop()
        if name not in seen:
            seen.add(name)
            found = set(by_name.get(name, ())) - kept
            kept |= found
            queue += [read for place in found for read in read_code(parts[place].text).reads]
    return [parts[place].text for place in sorted(kept)]


def _parts(source: str) -> Iterator[Part]:
    """The top-level statements of a cell; one part where it is no valid Python."""
    code = read_code(source)
    yield from code.parts if code.valid else [Part(source, code.names, "other", 0, False)]


def _changed(part: Part) -> set[str]:
    """The name whose value an assignment such as `VAE.decode = decode` changes."""
    found = _CHANGE.match(part.text) if part.kind == "assignment" else None
    return {found[1]} if found else set()
