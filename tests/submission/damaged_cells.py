"""What students do to the cells of a notebook, with the notes that the repairs leave."""

import nbformat.v4 as v4

from tests.submission.small_notebook import (
    ANSWER,
    CHECKED,
    FIRST_HALF,
    GIVEN,
    OLDER,
    OPEN,
    RIGHT,
    RUBRIC,
    SECOND_HALF,
    SETUP,
    STUB,
    TEST,
    WHY,
    cell,
    like,
    no_marks,
    text,
)

# In the first three tables: what a student did → the cells, and fragments of the notes. The answer
# is right in each case.
LOCKED_CELLS = {
    "nothing": ([SETUP, ANSWER, GIVEN, TEST, WHY, RUBRIC], []),
    "locked cells and given ones deleted": (
        [ANSWER],
        ["Missing cells were put back: setup, the cell that defines disc, vae-activation-test."],
    ),
    "a locked cell changed": (
        [like(SETUP, "import math\nSCALE = 7"), ANSWER, GIVEN, TEST, RUBRIC],
        ["The locked cell setup was changed; the original was put back."],
    ),
    "a locked cell turned into text": (
        [text(SETUP.source, "setup", locked=True), ANSWER, GIVEN, TEST],
        [],
    ),
    "all marks lost": (no_marks(SETUP, ANSWER, GIVEN, TEST, WHY, RUBRIC), []),
    "all marks lost, the setup changed": (
        no_marks(like(SETUP, f"{SETUP.source}\nSIZE = 2"), ANSWER, GIVEN, TEST),
        ["cell setup also defined SIZE; this was kept in new cells below it."],
    ),
    "marks exchanged": (
        [SETUP, like(TEST, RIGHT), GIVEN, like(OPEN, CHECKED)],
        ["vae-activation-test was changed", "vae-activation-test also defined area"],
    ),
    "marks of a test on the answer": ([SETUP, cell(RIGHT, "mine", grade=True), GIVEN, TEST], []),
    "the answer merged into the locked setup": (
        [like(SETUP, f"{SETUP.source}\n\n{RIGHT}"), GIVEN, TEST],
        ["setup also defined area; this was kept in new cells below it."],
    ),
    "the setup merged into the answer": (
        [like(OPEN, f"{SETUP.source}\n{RIGHT}"), GIVEN, TEST],
        ["A missing cell was put back: setup."],
    ),
    "the test merged into the answer": (
        [SETUP, like(OPEN, f"{RIGHT}\n{CHECKED}"), GIVEN],
        [
            "The test vae-activation-test was merged into the cell that defines area; it was",
            "A missing cell was put back: vae-activation-test.",
        ],
    ),
    "a failing test merged above the answer": (
        [SETUP, like(OPEN, f"{CHECKED}\n{RIGHT}"), GIVEN],
        ["was merged into the cell that", "A missing cell was put back"],
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
        ["The cell setup also defined attributes; this was kept"],
    ),
}
ANSWERS = {
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
        ["The answer why was in a code cell; it was read as text."],
    ),
    "the answer twice": (
        [SETUP, ANSWER, like(OPEN, RIGHT), GIVEN, TEST],
        ["The cell answer is there 2 times; the last definition counts."],
    ),
    "a copy with an older answer above": (
        [SETUP, like(OPEN, OLDER), ANSWER, GIVEN, TEST],
        ["2 times; the last"],
    ),
    "a copy with the stub above": ([SETUP, OPEN, ANSWER, GIVEN, TEST], []),
    "a copy with the stub below": (
        [SETUP, ANSWER, OPEN, GIVEN, TEST],
        ["An untouched stub of area was below the answer"],
    ),
    "the answer in a new cell, the stub below": (
        [SETUP, cell(RIGHT), OPEN, GIVEN, TEST],
        ["An untouched stub of area was below the answer; it was left out."],
    ),
    "the answer in a new cell, the stub above": ([SETUP, OPEN, GIVEN, TEST, cell(RIGHT)], []),
    "the answer split in two": (
        [SETUP, like(OPEN, FIRST_HALF), like(OPEN, SECOND_HALF), GIVEN, TEST],
        ["The cell that defines area was split in two; its halves were joined."],
    ),
    "the answer split in two by a text": (
        [SETUP, cell(FIRST_HALF), text("So:"), cell(SECOND_HALF), GIVEN, TEST],
        ["The cell that defines area was split in two; its halves were joined."],
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
}
ORDER = {
    "the answer above the imports": (
        [ANSWER, SETUP, GIVEN, TEST],
        ["they were put into the released order."],
    ),
    "the imports at the end": (
        [text("Hello"), ANSWER, GIVEN, TEST, SETUP],
        ["put into the released order"],
    ),
    "everything upside down": ([TEST, GIVEN, ANSWER, SETUP], ["put into the released order"]),
    "the answer above, with a constant of its own": (
        [
            like(OPEN, "def area(r, pi=math.pi):\n    return ONE * pi * r**2"),
            cell("ONE = 1"),
            SETUP,
            GIVEN,
            TEST,
        ],
        ["put into the released order"],
    ),
    "an order that works": ([SETUP, GIVEN, TEST, ANSWER], []),
    "own cells that are no Python": (
        [cell("x = = 1"), SETUP, cell("?print"), ANSWER, cell("1 +"), GIVEN, TEST],
        [],
    ),
}

# What a student did → the cells, what area(2) gives then, and fragments of the notes. In each case
# the answer is not there, or is wrong by the student's own mistake.
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
        ["was changed", "also contained area, which is lost: the cell is not valid"],
    ),
}
