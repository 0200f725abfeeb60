"""Magics of whole cells: the line `%%name` that a cell of IPython may begin with."""

import re

_CELL_MAGIC = re.compile(r"\s*%%(\w+|!)")
# They run their cell's Python so often, or in such a place, that its names are lost.
_REPEATING = frozenset(["timeit", "prun", "memit", "mprun", "lprun"])
# Below them there is no Python of this kernel.
_OTHER_LANGUAGES = (
    ["!", "bash", "cmd", "sh", "script", "sx", "system"]
    + ["HTML", "SVG", "html", "javascript", "js", "latex", "markdown", "svg"]
    + ["perl", "pypy", "python", "python2", "python3", "ruby"]
)
_FOREIGN = frozenset([*_OTHER_LANGUAGES, "file", "writefile"])


def is_foreign(source: str) -> bool:
    """Tell whether a cell is for another program, or is written to a file."""
    return _cell_magic(source) in _FOREIGN


def without_repetition(source: str) -> str:
    """Return a cell without a magic that would lose the names that the cell binds.

    `%%timeit`, for one, runs a cell many times, in a function. Lines keep their numbers.
    """
    return source.replace("%%", "# %%", 1) if _cell_magic(source) in _REPEATING else source


def dropped_lines(source: str) -> int:
    """Count the lines at a cell's top that IPython does not count: empty ones, a cell's magic."""
    stripped = source.lstrip()
    empty = source[: len(source) - len(stripped)].count("\n")
    return empty + (_cell_magic(source) is not None)


def _cell_magic(source):
    """Return the name of the magic that a cell begins with, None where there is none."""
    found = _CELL_MAGIC.match(source)
    return found[1] if found else None
