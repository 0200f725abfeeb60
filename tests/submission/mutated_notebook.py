"""A notebook to which mutations happen, with a record of the answers that they destroy.

A mutation is a function of a MutatedNotebook and two numbers, which choose what happens where.
"""

import ast
import re
from dataclasses import dataclass, field

NAMES = re.compile(r"^(?:def|class) (\w+)", re.MULTILINE)


@dataclass
class MutatedNotebook:
    """A notebook's JSON, and what the mutations cost.

    Attributes:
        notebook: its JSON.
        names: the names of answers that it defines.
        lost: those whose definition was touched in a way that no grader can undo.
        torn: whether a cell was split anywhere, after which every further step loses all names.
    """

    notebook: dict
    names: frozenset
    lost: set = field(default_factory=set)
    torn: bool = False

    def apply(self, step, a, b):
        """Apply one mutation, chosen by two numbers."""
        if self.torn:
            self.lost |= self.names
        if self.cells:
            step(self, a, b)

    @property
    def cells(self):
        return self.notebook["cells"]

    def choose_index(self, number):
        """The index of a cell; an even number chooses among the answers."""
        answers = [index for index, cell in enumerate(self.cells) if self.names_in(cell)]
        indices = answers if answers and number % 2 == 0 else range(len(self.cells))
        return indices[number // 2 % len(indices)]

    def names_in(self, *cells):
        """The names that cells define."""
        sources = (cell.get("source") if isinstance(cell, dict) else None for cell in cells)
        texts = ("".join(map(str, each)) for each in sources if isinstance(each, (str, list)))
        return {name for text in texts for name in NAMES.findall(text)} & self.names

    def lose(self, *cells):
        """Note what these cells define as lost."""
        self.lost |= self.names_in(*cells)


def is_cell(cell):
    return (
        isinstance(cell, dict)
        and isinstance(cell.get("source"), str)
        and isinstance(cell.get("cell_type"), str)
    )


def is_python(source):
    try:
        return ast.parse(source) is not None
    except (SyntaxError, ValueError):
        return False
