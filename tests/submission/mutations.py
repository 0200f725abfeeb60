"""What happens to notebooks on their way to the grader, as functions on their JSON.

Each takes a Hurt and two numbers, which choose what it happens to. What it may cost is noted in
`Hurt.lost`: the names whose definition it touched in a way that no grader can undo.
"""

import ast
import copy
import json
import random
import re
from dataclasses import dataclass, field

from tests.paths import RELEASE

NAMES = re.compile(r"^(?:def|class) (\w+)", re.MULTILINE)
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
MARKS = (
    {"grade_id": 3},
    {"grade_id": "no-such", "grade": True, "solution": False},
    {"grade_id": "x", "locked": True},
    {"grade": "yes"},
    {"grade_id": "train-test", "grade": True},
    {"grade_id": "setup-vae", "locked": True},
)

STUBS = [
    cell | {"source": "".join(cell["source"])}
    for path in sorted(RELEASE.glob("*.ipynb"))
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    if cell["cell_type"] == "code" and "raise NotImplementedError" in "".join(cell["source"])
]


@dataclass
class Hurt:
    """A notebook's JSON, the names that it defines, those of them that are lost, and whether a cell
    was torn.
    """

    notebook: dict
    names: frozenset
    lost: set = field(default_factory=set)
    torn: bool = False

    def happen(self, step, a, b):
        """One step."""
        if self.torn:
            self.lost |= self.names
        if self.cells:
            step(self, a, b)

    @property
    def cells(self):
        return self.notebook["cells"]

    def at(self, number):
        """The place of a cell; an even number chooses among the answers."""
        answers = [place for place, cell in enumerate(self.cells) if self.names_in(cell)]
        places = answers if answers and number % 2 == 0 else range(len(self.cells))
        return places[number // 2 % len(places)]

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


def delete(hurt, a, b):
    """A cell is deleted."""
    hurt.lose(hurt.cells.pop(hurt.at(a)))


def duplicate(hurt, a, b):
    """A cell is copied and pasted elsewhere."""
    hurt.cells.insert(hurt.at(b), copy.deepcopy(hurt.cells[hurt.at(a)]))


def retype(hurt, a, b):
    """A cell becomes code, text, raw, or something else."""
    cell = hurt.cells[hurt.at(a)]
    if is_cell(cell):
        cell["cell_type"] = ("code", "markdown", "raw", "html", "", 7, "heading")[b % 7]
        if cell["cell_type"] == "heading":
            hurt.lose(cell)  # a heading has one line


def move(hurt, a, b):
    """A cell is moved."""
    hurt.cells.insert(b % len(hurt.cells), hurt.cells.pop(hurt.at(a)))


def shuffle(hurt, a, b):
    """All cells are in another order."""
    random.Random(a).shuffle(hurt.cells)


def reverse(hurt, a, b):
    """The last cell comes first."""
    hurt.cells.reverse()


def merge(hurt, a, b):
    """A cell is merged with the one below; the marks are those of the upper or of the lower one."""
    place = hurt.at(a)
    both = hurt.cells[place : place + 2]
    if len(both) < 2 or not all(map(is_cell, both)):
        return
    if not all(cell["cell_type"] == "code" and is_python(cell["source"]) for cell in both):
        hurt.lose(*both)  # text in code, or code in text
    kept = copy.deepcopy(both[b % 2])
    kept["source"] = "\n\n".join(cell["source"] for cell in both)
    hurt.cells[place : place + 2] = [kept]


def split(hurt, a, b):
    """A cell is split between two statements; both halves keep its marks, or the lower one has
    none.
    """
    place = hurt.at(a)
    cell = hurt.cells[place]
    if is_cell(cell) and cell["cell_type"] == "code" and is_python(cell["source"]):
        lines = cell["source"].split("\n")
        starts = [node.lineno - 1 for node in ast.parse(cell["source"]).body[1:]]
        cut = starts[b % len(starts)] if starts else 0
        halves = [copy.deepcopy(cell), copy.deepcopy(cell)]
        halves[0]["source"], halves[1]["source"] = "\n".join(lines[:cut]), "\n".join(lines[cut:])
        if b % 2:
            halves[1]["metadata"] = {}
        hurt.cells[place : place + 1] = halves


def tear(hurt, a, b):
    """A cell is split anywhere; what happens to the halves afterwards nobody can know."""
    place = hurt.at(a)
    cell = hurt.cells[place]
    if is_cell(cell):
        hurt.torn = True
        if cell["cell_type"] != "code" or not is_python(cell["source"]):
            hurt.lose(cell)
        lines = cell["source"].replace("\r\n", "\n").split("\n")
        cut = b % len(lines)
        hurt.cells[place : place + 1] = [
            {**cell, "source": "\n".join(half)} for half in (lines[:cut], lines[cut:])
        ]


def insert(hurt, a, b):
    """The student's own cell."""
    kind = "code" if b % 3 else "markdown"
    hurt.cells.insert(hurt.at(a), {"cell_type": kind, "metadata": {}, "source": OWN[b % len(OWN)]})


def paste_stub(hurt, a, b):
    """A cell of the release that waits for an answer is pasted."""
    stub = copy.deepcopy(STUBS[a % len(STUBS)])
    if b % 2:
        stub["metadata"] = {}
    hurt.cells.insert(hurt.at(b), stub)


def forget_marks(hurt, a, b):
    """One cell or all lose their metadata."""
    for cell in hurt.cells if b % 2 else [hurt.cells[hurt.at(a)]]:
        if is_cell(cell):
            cell["metadata"] = {}


def exchange_marks(hurt, a, b):
    """Two cells have each other's metadata."""
    one, two = hurt.cells[hurt.at(a)], hurt.cells[hurt.at(b)]
    if is_cell(one) and is_cell(two):
        one["metadata"], two["metadata"] = two.get("metadata"), one.get("metadata")


def spoil_marks(hurt, a, b):
    """A cell's marks are others, or none."""
    cell = hurt.cells[hurt.at(a)]
    if is_cell(cell):
        marks = (*MARKS, *JUNK)[b % (len(MARKS) + len(JUNK))]
        cell["metadata"] = {"nbgrader": copy.deepcopy(marks)}


def spoil_field(hurt, a, b):
    """A field of a cell, not its source, is junk or missing."""
    cell = hurt.cells[hurt.at(a)]
    if is_cell(cell):
        name = ("metadata", "outputs", "execution_count", "id", "attachments", "extra")[b % 6]
        cell[name] = copy.deepcopy(JUNK[b // 6 % len(JUNK)])
        if b // 6 % len(JUNK) == 0:
            del cell[name]


def spoil_source(hurt, a, b):
    """A cell's source is no text."""
    cell = hurt.cells[hurt.at(a)]
    if is_cell(cell):
        hurt.lose(cell)
        cell["source"] = copy.deepcopy(JUNK[b % len(JUNK)])


def spoil_cell(hurt, a, b):
    """Something that is no cell stands among the cells."""
    junk = (
        *JUNK,
        {"cell_type": "code"},
        {"source": "x"},
        {"cell_type": [], "source": ["x"]},
        {"input": "x"},
    )
    hurt.cells.insert(hurt.at(a), copy.deepcopy(junk[b % len(junk)]))


def rewrite_source(hurt, a, b):
    """Sources are lists of lines, or have Windows line ends."""
    for cell in filter(is_cell, hurt.cells):
        if b % 3:
            cell["source"] = cell["source"].replace("\r\n", "\n").replace("\n", "\r\n")
        if b % 2:
            cell["source"] = cell["source"].splitlines(True)


def same_ids(hurt, a, b):
    """All cells have one id, or none."""
    for cell in filter(is_cell, hurt.cells):
        cell["id"] = JUNK[a % len(JUNK)] if b % 2 else "same"


def spoil_notebook(hurt, a, b):
    """The notebook says that it is of another format, or its metadata are junk."""
    name = ("nbformat", "nbformat_minor", "metadata", "orig_nbformat", "widgets")[b % 5]
    hurt.notebook[name] = copy.deepcopy(JUNK[a % len(JUNK)] if a % 2 else a % 6)


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
