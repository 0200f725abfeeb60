"""Whatever students did to the cells: locked ones are as released, answers run, notes say so."""

import json
import math
import time

import nbformat.v4 as v4
import pytest

from autograder.notebook.cells import grade_id, is_test
from autograder.submission.repair import restore
from tests.submission.damaged_cells import ANSWERS, LOCKED_CELLS, LOST, ORDER
from tests.submission.small_notebook import (
    ANSWER,
    CHECKED,
    GIVEN,
    RELEASED,
    RIGHT,
    RUBRIC,
    SETUP,
    TEST,
    WHY,
    cell,
    like,
    run,
    text,
)

SURVIVED = LOCKED_CELLS | ANSWERS | ORDER


def assert_notes(said, fragments):
    """There are as many notes as fragments, and each contains its fragment."""
    assert len(said) == len(fragments), said
    for note, fragment in zip(said, fragments, strict=True):
        assert fragment in note, said


@pytest.mark.parametrize("cells, notes", SURVIVED.values(), ids=SURVIVED)
def test_a_right_answer_survives(cells, notes):
    student = v4.new_notebook(cells=cells)
    before = json.dumps(student)
    restored, said = restore(student, RELEASED)
    assert json.dumps(student) == before  # the original stays
    names = run(restored.cells)
    assert math.isclose(names["area"](2), 4 * math.pi)
    assert math.isclose(names["disc"](2), 4 * math.pi)
    assert names["SCALE"] == 1
    for locked in (SETUP, TEST, RUBRIC):
        copies = [each for each in restored.cells if grade_id(each) == grade_id(locked)]
        assert copies[0].source == locked.source
    assert_notes(said, notes)
    again, more = restore(restored, RELEASED)
    assert more == [] and json.dumps(again) == json.dumps(restored)  # nothing is left to repair


@pytest.mark.parametrize("cells, value, notes", LOST.values(), ids=LOST)
def test_no_answer_is_made_up(cells, value, notes):
    restored, said = restore(v4.new_notebook(cells=cells), RELEASED)
    area = run(restored.cells).get("area")
    if value is NotImplementedError:
        with pytest.raises(NotImplementedError):
            area(2)
    else:
        assert (area and area(2)) == value
    assert_notes(said, notes)


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
    copies = like(SETUP, "import cmath"), like(TEST, CHECKED)
    cells = [SETUP, copies[0], ANSWER, GIVEN, TEST, copies[1], WHY, more]
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
    names = run([each for each in restored.cells if len(each.source) < 1000])
    assert math.isclose(names["area"](2), 4 * math.pi)
