"""Whatever a student did to the cells: locked ones are as released, answers run, and notes say what
was done.
"""

import json
import math
import time

import nbformat.v4 as v4
import pytest

from autograder.notebook.cells import grade_id, is_test
from autograder.submission.repair import restore


def cell(source, name=None, **marks):
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
    return v4.new_markdown_cell(source, metadata=cell("", name, **marks).metadata)


def like(twin, source):
    """A cell with the marks of another."""
    return v4.new_code_cell(source, metadata=json.loads(json.dumps(twin.metadata)))


def no_marks(*cells):
    return [
        new(each.source)
        for each in cells
        for new in [v4.new_code_cell if each.cell_type == "code" else v4.new_markdown_cell]
    ]


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
    """What the cells define that the grader runs, each up to its first error."""
    space = {}
    for each in cells:
        if each.cell_type == "code" and not is_test(each):
            try:
                exec(each.source, space)
            except Exception:  # noqa: BLE001 - as in a kernel, the next cell runs
                continue
    return space


# What a student did → the cells, and the notes, each by a fragment. In each case the answer is
# right.
DAMAGES = {
    "nothing": ([SETUP, ANSWER, GIVEN, TEST, WHY, RUBRIC], []),
    "locked cells and given ones deleted": (
        [ANSWER],
        ["The cells setup, the one with disc, vae-activation-test were missing and put back."],
    ),
    "a locked cell changed": (
        [like(SETUP, "import math\nSCALE = 7"), ANSWER, GIVEN, TEST, RUBRIC],
        ["The locked cell setup had been changed; it was put back."],
    ),
    "a locked cell turned into text": (
        [text(SETUP.source, "setup", locked=True), ANSWER, GIVEN, TEST],
        [],
    ),
    "all marks lost": (no_marks(SETUP, ANSWER, GIVEN, TEST, WHY, RUBRIC), []),
    "all marks lost, the setup changed": (
        no_marks(like(SETUP, f"{SETUP.source}\nSIZE = 2"), ANSWER, GIVEN, TEST),
        ["cell setup also defined SIZE; that was kept in cells of its own."],
    ),
    "marks exchanged": (
        [SETUP, like(TEST, RIGHT), GIVEN, like(OPEN, CHECKED)],
        ["vae-activation-test had been changed", "vae-activation-test also defined area"],
    ),
    "marks of a test on the answer": ([SETUP, cell(RIGHT, "mine", grade=True), GIVEN, TEST], []),
    "the answer turned into text": (
        [SETUP, text(RIGHT, "answer", solution=True), GIVEN, TEST],
        ["The markdown cell that defines area was run as code."],
    ),
    "the answer turned into text, without marks": (
        [SETUP, text(RIGHT), GIVEN, TEST],
        ["The markdown cell that defines"],
    ),
    "the answer turned into a block of code": (
        [SETUP, text(f"```python\n{RIGHT}\n```\n"), GIVEN, TEST],
        ["The markdown cell that defines area was run as code."],
    ),
    "the answer turned into a raw cell": (
        [SETUP, v4.new_raw_cell(RIGHT), GIVEN, TEST],
        ["The raw cell that defines"],
    ),
    "an older version kept as text": (
        [SETUP, ANSWER, text(OLDER), v4.new_raw_cell(STUB), GIVEN, TEST],
        [],
    ),
    "an answer in words turned into code": (
        [SETUP, ANSWER, GIVEN, TEST, cell("Because it is.", "why", solution=True)],
        ["The answer why stood in a code cell and was read as text."],
    ),
    "the answer twice": (
        [SETUP, ANSWER, like(OPEN, RIGHT), GIVEN, TEST],
        ["The cell answer stands there 2 times; the last definition counts."],
    ),
    "a copy with an older answer above": (
        [SETUP, like(OPEN, OLDER), ANSWER, GIVEN, TEST],
        ["2 times; the last"],
    ),
    "a copy with the stub above": ([SETUP, OPEN, ANSWER, GIVEN, TEST], []),
    "a copy with the stub below": (
        [SETUP, ANSWER, OPEN, GIVEN, TEST],
        ["An untouched stub of area stood behind the answer"],
    ),
    "the answer in a new cell, the stub below": (
        [SETUP, cell(RIGHT), OPEN, GIVEN, TEST],
        ["An untouched stub of area stood behind the answer and was left out."],
    ),
    "the answer in a new cell, the stub above": ([SETUP, OPEN, GIVEN, TEST, cell(RIGHT)], []),
    "the answer split in two": (
        [SETUP, like(OPEN, FIRST_HALF), like(OPEN, SECOND_HALF), GIVEN, TEST],
        ["The halves of the cell that defines area were joined."],
    ),
    "the answer split in two by a text": (
        [SETUP, cell(FIRST_HALF), text("So:"), cell(SECOND_HALF), GIVEN, TEST],
        ["The halves of the cell that defines area were joined."],
    ),
    "the answer and its helper split": (
        [
            SETUP,
            like(OPEN, "def half(r):\n    return r / 2"),
            like(OPEN, "def area(r):\n    return math.pi * (2 * half(r))**2"),
            GIVEN,
            TEST,
        ],
        [],
    ),
    "the answer merged into the locked setup": (
        [like(SETUP, f"{SETUP.source}\n\n{RIGHT}"), GIVEN, TEST],
        ["setup also defined area; that was kept in cells of its own."],
    ),
    "the setup merged into the answer": (
        [like(OPEN, f"{SETUP.source}\n{RIGHT}"), GIVEN, TEST],
        ["cell setup was missing"],
    ),
    "the test merged into the answer": (
        [SETUP, like(OPEN, f"{RIGHT}\n{CHECKED}"), GIVEN],
        [
            "The test vae-activation-test had been merged into the cell that defines area; it was",
            "test was missing",
        ],
    ),
    "a failing test merged above the answer": (
        [SETUP, like(OPEN, f"{CHECKED}\n{RIGHT}"), GIVEN],
        ["merged", "missing"],
    ),
    "the answer merged into the test": (
        [SETUP, like(TEST, f"{RIGHT}\n{CHECKED}"), GIVEN],
        ["also defined area"],
    ),
    "the answer merged into a copy of the test": (
        [SETUP, GIVEN, TEST, like(TEST, f"{CHECKED}\n{RIGHT}")],
        ["The cell vae-activation-test also defined area"],
    ),
    "the answer merged into the test of another notebook": (
        [SETUP, GIVEN, TEST, cell(f"1 / 0\n{RIGHT}", "train-test", grade=True)],
        ["The cell train-test also defined area"],
    ),
    "an import and a helper in locked cells": (
        [
            like(SETUP, f"import numpy as np\n{SETUP.source}"),
            like(OPEN, "def area(r):\n    return np.pi * square(r)"),
            GIVEN,
            like(TEST, f"def square(r):\n    return r * r\n{CHECKED}"),
        ],
        ["also defined np", "also defined square"],
    ),
    "a method set in the setup": (
        [
            like(SETUP, f"{SETUP.source}\nmath.one = 1"),
            like(OPEN, "def area(r):\n    return math.one * math.pi * r**2"),
            GIVEN,
            TEST,
        ],
        ["The cell setup also defined attributes; that was kept"],
    ),
    "the answer above the imports": (
        [ANSWER, SETUP, GIVEN, TEST],
        ["they were brought into the released order."],
    ),
    "the imports at the end": (
        [text("Hello"), ANSWER, GIVEN, TEST, SETUP],
        ["brought into the released order"],
    ),
    "everything upside down": ([TEST, GIVEN, ANSWER, SETUP], ["brought into the released order"]),
    "the answer above, with a constant of its own": (
        [
            like(OPEN, "def area(r, pi=math.pi):\n    return ONE * pi * r**2"),
            cell("ONE = 1"),
            SETUP,
            GIVEN,
            TEST,
        ],
        ["brought into the released order"],
    ),
    "an order that works": ([SETUP, GIVEN, TEST, ANSWER], []),
    "own cells that are no Python": (
        [cell("x = = 1"), SETUP, cell("?print"), ANSWER, cell("1 +"), GIVEN, TEST],
        [],
    ),
}


@pytest.mark.parametrize("cells, notes", DAMAGES.values(), ids=DAMAGES)
def test_a_right_answer_survives(cells, notes):
    student = v4.new_notebook(cells=cells)
    before = json.dumps(student)
    restored, said = restore(student, RELEASED)
    assert json.dumps(student) == before  # the original stays
    space = run(restored.cells)
    assert math.isclose(space["area"](2), 4 * math.pi) and math.isclose(
        space["disc"](2), 4 * math.pi
    )
    assert space["SCALE"] == 1
    for locked in (SETUP, TEST, RUBRIC):
        assert [each.source for each in restored.cells if grade_id(each) == grade_id(locked)][
            0
        ] == locked.source
    assert len(said) == len(notes) and all(
        note in line for note, line in zip(notes, said, strict=True)
    ), said
    again, more = restore(restored, RELEASED)
    assert more == [] and json.dumps(again) == json.dumps(restored)  # nothing is left to repair


# What a student did → what the notes say; the answer is not there, or is the student's own mistake.
LOST = {
    "the answer deleted": ([SETUP, GIVEN, TEST], None, []),
    "the stub left": ([SETUP, OPEN, GIVEN, TEST], NotImplementedError, []),
    "a stub that was begun below an answer": (
        [
            SETUP,
            ANSWER,
            cell("def area(r):\n    half = r / 2\n    raise NotImplementedError()"),
            GIVEN,
            TEST,
        ],
        NotImplementedError,
        [],
    ),
    "the last of two answers wrong": (
        [SETUP, ANSWER, like(OPEN, OLDER), GIVEN, TEST],
        12,
        ["the last definition counts"],
    ),
    "the answer no Python, in the test": (
        [SETUP, like(TEST, f"{RIGHT}\n)"), GIVEN],
        None,
        ["had been changed", "also held area, which is lost: the cell is no valid"],
    ),
}


@pytest.mark.parametrize("cells, value, notes", LOST.values(), ids=LOST)
def test_no_answer_is_made_up(cells, value, notes):
    restored, said = restore(v4.new_notebook(cells=cells), RELEASED)
    area = run(restored.cells).get("area")
    if value is NotImplementedError:
        with pytest.raises(NotImplementedError):
            area(2)
    else:
        assert (area and area(2)) == value
    assert len(said) == len(notes) and all(
        note in line for note, line in zip(notes, said, strict=True)
    ), said


def test_own_cells_stay_behind_the_cell_that_they_followed():
    own = [cell("a = 1"), text("b"), cell("c = area(1)"), cell("d = 1")]
    cells = [own[0], ANSWER, own[1], own[2], SETUP, own[3], GIVEN, TEST, WHY, RUBRIC]
    restored, _ = restore(v4.new_notebook(cells=cells), RELEASED)
    sources = [each.source for each in restored.cells]
    assert sources == [
        own[0].source,
        SETUP.source,
        own[3].source,
        RIGHT,
        own[1].source,
        own[2].source,
        GIVEN.source,
        TEST.source,
        WHY.source,
        RUBRIC.source,
    ]


def test_a_cell_put_back_that_runs_stands_above_own_cells_and_others_stand_below():
    own = [cell("a = 1"), cell("b = 1")]
    restored, _ = restore(v4.new_notebook(cells=[own[0], ANSWER, GIVEN, own[1], WHY]), RELEASED)
    sources = [each.source for each in restored.cells]
    assert sources == [
        SETUP.source,
        own[0].source,
        RIGHT,
        GIVEN.source,
        own[1].source,
        TEST.source,
        WHY.source,
        RUBRIC.source,
    ]


def test_copies_of_tests_do_not_run_and_other_copies_are_ordinary_cells():
    more = text("More.", "why", solution=True)
    cells = [
        SETUP,
        like(SETUP, "import cmath"),
        ANSWER,
        GIVEN,
        TEST,
        like(TEST, CHECKED),
        WHY,
        more,
    ]
    restored, _ = restore(v4.new_notebook(cells=cells), RELEASED)
    marked = [(grade_id(each), is_test(each)) for each in restored.cells]
    name = grade_id(TEST)
    assert marked == [
        ("setup", False),
        (None, False),
        ("answer", False),
        (None, False),
        (name, True),
        (name, True),
        ("why", False),
        (None, False),
        ("rubric", False),
    ]


def test_restoring_takes_its_time_from_no_hostile_cell():
    deep = [
        cell(source)
        for source in ("(" * 90_000, "-" * 90_000 + "1", "+".join("1" * 40_000), "x = " + "[" * 300)
    ]
    long = [
        cell("x = 1\n" * 10_000),
        cell("y" * 400_000),
        text("```\n" + " " * 10**6 + "\n"),
        cell("\0"),
    ]
    many = [cell(f"x{number} = area({number})") for number in range(300)]
    student = v4.new_notebook(cells=[SETUP, *deep, *long, *many, ANSWER, GIVEN, TEST])
    started = time.monotonic()
    restored, _ = restore(student, RELEASED)
    assert time.monotonic() - started < 20
    assert math.isclose(
        run([each for each in restored.cells if len(each.source) < 1000])["area"](2), 4 * math.pi
    )
