"""A released notebook of six cells, a right answer to it, and helpers to make and run cells."""

import copy

import nbformat.v4 as v4

from autograder.notebook.cells import is_run


def cell(source, name=None, **marks):
    """A code cell, with nbgrader's marks where it has a name."""
    flags = {
        "grade_id": name,
        "locked": False,
        "grade": False,
        "solution": False,
        "schema_version": 3,
        **marks,
    }
    return v4.new_code_cell(source, metadata={"nbgrader": flags} if name else {})


def text(source, name=None, **marks):
    """A Markdown cell, with nbgrader's marks where it has a name."""
    return v4.new_markdown_cell(source, metadata=cell("", name, **marks).metadata)


def like(other, source):
    """A code cell with the marks of another cell."""
    return v4.new_code_cell(source, metadata=copy.deepcopy(other.metadata))


def no_marks(*cells):
    """The same cells without nbgrader's marks."""
    makers = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell}
    return [makers[each.cell_type](each.source) for each in cells]


STUB = "def area(r):\n    raise NotImplementedError()"
RIGHT = "def area(r, pi=math.pi):\n    return SCALE * pi * r**2"
OLDER = "def area(r):\n    return 3 * r**2"
CHECKED = "def shape(r):\n    return area(r)\n\n\nassert shape(1) > 3"
SETUP = cell("import math\n\nSCALE = 1", "setup", locked=True)
OPEN = cell(STUB, "answer", solution=True)
GIVEN = cell("def disc(r):\n    return area(r)")
TEST = cell(CHECKED, "vae-activation-test", locked=True, grade=True)
WHY = text("YOUR ANSWER HERE", "why", solution=True, grade=True)
RUBRIC = text("*1 point*", "rubric", locked=True)
RELEASED = v4.new_notebook(cells=[SETUP, OPEN, GIVEN, TEST, WHY, RUBRIC])
ANSWER = like(OPEN, RIGHT)
FIRST_HALF, SECOND_HALF = RIGHT.split("\n")


def run(cells):
    """Run the cells that the grader would, each up to its first error; what they define."""
    namespace = {}
    for each in cells:
        if is_run(each):
            try:
                exec(each.source, namespace)
            except Exception:  # noqa: BLE001 - as in a kernel, the next cell runs
                continue
    return namespace
