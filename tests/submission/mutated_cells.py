"""Mutations of whole cells: deleted, moved, merged, split, inserted."""

import ast
import copy
import json
import random

from tests.paths import RELEASE
from tests.submission.mutated_notebook import is_cell, is_python

# Cells of the student's own.
OWN = (
    "1 + 1",
    "",
    "\n\n",
    "x = = 1",
    "import os",
    "%%bash\nls",
    "!pip install x",
    "raise ValueError",
    "'''",
    "x = 1;",
    "é = '→'",
    "def helper():\n    return 1",
    "assert False",
    "print('\ud83d')",
    "# a comment",
    "x = 1\r\ny = 2",
)
# Released cells that wait for an answer.
STUBS = [
    cell | {"source": "".join(cell["source"])}
    for path in sorted(RELEASE.glob("*.ipynb"))
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    if cell["cell_type"] == "code" and "raise NotImplementedError" in "".join(cell["source"])
]


def delete(mutated, a, b):
    """A cell is deleted."""
    mutated.lose(mutated.cells.pop(mutated.choose_index(a)))


def duplicate(mutated, a, b):
    """A cell is copied and pasted elsewhere."""
    mutated.cells.insert(
        mutated.choose_index(b), copy.deepcopy(mutated.cells[mutated.choose_index(a)])
    )


def retype(mutated, a, b):
    """A cell becomes code, text, raw, or something else."""
    cell = mutated.cells[mutated.choose_index(a)]
    if is_cell(cell):
        cell["cell_type"] = ("code", "markdown", "raw", "html", "", 7, "heading")[b % 7]
        if cell["cell_type"] == "heading":
            mutated.lose(cell)  # a heading has one line


def move(mutated, a, b):
    """A cell is moved."""
    mutated.cells.insert(b % len(mutated.cells), mutated.cells.pop(mutated.choose_index(a)))


def shuffle(mutated, a, b):
    """All cells are in another order."""
    random.Random(a).shuffle(mutated.cells)


def reverse(mutated, a, b):
    """The last cell comes first."""
    mutated.cells.reverse()


def merge(mutated, a, b):
    """A cell is merged with the one below; the marks are those of the upper or of the lower one."""
    index = mutated.choose_index(a)
    both = mutated.cells[index : index + 2]
    if len(both) < 2 or not all(map(is_cell, both)):
        return
    if not all(cell["cell_type"] == "code" and is_python(cell["source"]) for cell in both):
        mutated.lose(*both)  # text in code, or code in text
    kept = copy.deepcopy(both[b % 2])
    kept["source"] = "\n\n".join(cell["source"] for cell in both)
    mutated.cells[index : index + 2] = [kept]


def split(mutated, a, b):
    """A cell is split between two statements; the lower half keeps its marks or has none."""
    index = mutated.choose_index(a)
    cell = mutated.cells[index]
    if is_cell(cell) and cell["cell_type"] == "code" and is_python(cell["source"]):
        lines = cell["source"].split("\n")
        starts = [node.lineno - 1 for node in ast.parse(cell["source"]).body[1:]]
        cut = starts[b % len(starts)] if starts else 0
        halves = [copy.deepcopy(cell), copy.deepcopy(cell)]
        halves[0]["source"] = "\n".join(lines[:cut])
        halves[1]["source"] = "\n".join(lines[cut:])
        if b % 2:
            halves[1]["metadata"] = {}
        mutated.cells[index : index + 1] = halves


def tear(mutated, a, b):
    """A cell is split anywhere; what becomes of the halves later is not followed."""
    index = mutated.choose_index(a)
    cell = mutated.cells[index]
    if is_cell(cell):
        mutated.torn = True
        if cell["cell_type"] != "code" or not is_python(cell["source"]):
            mutated.lose(cell)
        lines = cell["source"].replace("\r\n", "\n").split("\n")
        cut = b % len(lines)
        mutated.cells[index : index + 1] = [
            {**cell, "source": "\n".join(half)} for half in (lines[:cut], lines[cut:])
        ]


def insert(mutated, a, b):
    """The student's own cell."""
    kind = "code" if b % 3 else "markdown"
    mutated.cells.insert(
        mutated.choose_index(a), {"cell_type": kind, "metadata": {}, "source": OWN[b % len(OWN)]}
    )


def paste_stub(mutated, a, b):
    """A cell of the release that waits for an answer is pasted."""
    stub = copy.deepcopy(STUBS[a % len(STUBS)])
    if b % 2:
        stub["metadata"] = {}
    mutated.cells.insert(mutated.choose_index(b), stub)


CELLS = (
    delete,
    duplicate,
    retype,
    move,
    shuffle,
    reverse,
    merge,
    split,
    tear,
    insert,
    paste_stub,
)
