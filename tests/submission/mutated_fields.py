"""Mutations of marks, sources and other fields of the cells, and of the notebook's own fields."""

import copy
import json

from tests.submission.mutated_notebook import is_cell

DEEP = json.loads("[" * 200 + "]" * 200)
JUNK = (
    None,
    [],
    {},
    3,
    -0.0,
    "x",
    True,
    DEEP,
    10**400,
    float("nan"),
    float("-inf"),
    {"": {"a": [None]}},
    ["x\n", 3],
)
MARKS = (
    {"grade_id": 3},
    {"grade_id": "no-such", "grade": True, "solution": False},
    {"grade_id": "x", "locked": True},
    {"grade": "yes"},
    {"grade_id": "train-test", "grade": True},
    {"grade_id": "setup-vae", "locked": True},
)


def forget_marks(mutated, a, b):
    """One cell or all lose their metadata."""
    for cell in mutated.cells if b % 2 else [mutated.cells[mutated.choose_index(a)]]:
        if is_cell(cell):
            cell["metadata"] = {}


def exchange_marks(mutated, a, b):
    """Two cells have each other's metadata."""
    one, two = mutated.cells[mutated.choose_index(a)], mutated.cells[mutated.choose_index(b)]
    if is_cell(one) and is_cell(two):
        one["metadata"], two["metadata"] = two.get("metadata"), one.get("metadata")


def spoil_marks(mutated, a, b):
    """A cell's marks are others, or none."""
    cell = mutated.cells[mutated.choose_index(a)]
    if is_cell(cell):
        marks = (*MARKS, *JUNK)[b % (len(MARKS) + len(JUNK))]
        cell["metadata"] = {"nbgrader": copy.deepcopy(marks)}


def spoil_field(mutated, a, b):
    """A field of a cell, not its source, is junk or missing."""
    cell = mutated.cells[mutated.choose_index(a)]
    if is_cell(cell):
        name = ("metadata", "outputs", "execution_count", "id", "attachments", "extra")[b % 6]
        cell[name] = copy.deepcopy(JUNK[b // 6 % len(JUNK)])
        if b // 6 % len(JUNK) == 0:
            del cell[name]


def spoil_source(mutated, a, b):
    """A cell's source is no text."""
    cell = mutated.cells[mutated.choose_index(a)]
    if is_cell(cell):
        mutated.lose(cell)
        cell["source"] = copy.deepcopy(JUNK[b % len(JUNK)])


def spoil_cell(mutated, a, b):
    """Something that is no cell stands among the cells."""
    junk = (
        *JUNK,
        {"cell_type": "code"},
        {"source": "x"},
        {"cell_type": [], "source": ["x"]},
        {"input": "x"},
    )
    mutated.cells.insert(mutated.choose_index(a), copy.deepcopy(junk[b % len(junk)]))


def rewrite_source(mutated, a, b):
    """Sources are lists of lines, or have Windows line ends."""
    for cell in filter(is_cell, mutated.cells):
        if b % 3:
            cell["source"] = cell["source"].replace("\r\n", "\n").replace("\n", "\r\n")
        if b % 2:
            cell["source"] = cell["source"].splitlines(True)


def same_ids(mutated, a, b):
    """All cells have one id, or none."""
    for cell in filter(is_cell, mutated.cells):
        cell["id"] = JUNK[a % len(JUNK)] if b % 2 else "same"


def spoil_notebook(mutated, a, b):
    """The notebook says that it is of another format, or its metadata are junk."""
    name = ("nbformat", "nbformat_minor", "metadata", "orig_nbformat", "widgets")[b % 5]
    mutated.notebook[name] = copy.deepcopy(JUNK[a % len(JUNK)] if a % 2 else a % 6)


FIELDS = (
    forget_marks,
    exchange_marks,
    spoil_marks,
    spoil_field,
    spoil_source,
    spoil_cell,
    rewrite_source,
    same_ids,
    spoil_notebook,
)
