"""Cells that only show something are not run again, unless anything else could depend on them."""

import nbformat
import nbformat.v4 as v4
import pytest

from autograder.grading import Course
from autograder.grading.skipped_cells import (
    NOT_RUN_NOTICE,
    find_skipped_cells,
    outputs_as_handed_in,
)
from autograder.notebook.cells import is_run

RELEASED = [
    ("setup", "import torch\nsize = 2"),
    ("answer", "def train(model): ..."),
    (None, "model = train(size)\nlosses = [1]"),
    (None, "print(losses)"),
    (None, "def helper(): ..."),
]
SOURCES = [source for _, source in RELEASED]


def marked(name, source):
    flags = {"grade_id": name, "grade": False, "solution": False, "locked": True}
    return v4.new_code_cell(source, metadata={"nbgrader": flags} if name else {})


RELEASE = v4.new_notebook(cells=[marked(*each) for each in RELEASED])


def skipped(*own, sources=SOURCES):
    """The sources that need not run, in a notebook with these cells at its end."""
    cells = [*sources, *own]
    return [cells[i] for i in sorted(find_skipped_cells(cells, RELEASE))]


def test_given_cells_that_bind_no_function_and_no_import_need_not_run():
    assert skipped() == SOURCES[2:4]


def test_spaces_that_an_editor_adds_change_nothing():
    edited = "\n" + SOURCES[2] + "  \n"
    assert skipped(sources=[*SOURCES[:2], edited]) == [edited]


@pytest.mark.parametrize(
    "own",
    [
        "print(model.weight)",
        "losses[0] += 1",
        "losses += [2]",
        "best = min(losses)",
        "for i in losses:\n    i",
    ],
)
def test_a_cell_of_the_students_own_that_needs_their_results_need_not_run_either(own):
    assert skipped(own) == [*SOURCES[2:4], own]


@pytest.mark.parametrize(
    "own",
    [
        "half = 0.5",
        "losses = []\nlosses.append(3)",
        "print(size)",
        "eye = torch.eye(10)",
        "[model for model in (1, 2)]",
        "def f(model):\n    return model",
    ],
)
def test_other_cells_of_the_students_own_run(own):
    assert skipped(own) == SOURCES[2:4]


@pytest.mark.parametrize(
    "own",
    [
        "def kl(z):\n    return z * losses[0]",
        "def kl(z, factor=losses[0]): ...",
        "class A:\n    def f(self):\n        return lambda: model",
        "import math\nprint(losses)",
        "f = lambda: model",
        "train = model.wrap(train)",
        "def kl(z):\n    return globals()['losses']",
        "best = eval('min(losses)')",
        "def f():\n    global losses\n    losses += [2]",
    ],
)
def test_everything_runs_where_a_function_or_an_import_may_need_them(own):
    assert skipped(own) == []


def test_everything_runs_where_a_cell_is_not_valid_python():
    assert skipped("def f(:") == []


def test_a_cell_that_the_student_changed_runs():
    changed = [*SOURCES[:2], "model = train(size)\nlosses = [2]", *SOURCES[3:]]
    assert skipped(sources=changed) == ["print(losses)"]


def test_without_a_release_everything_runs():
    assert find_skipped_cells(SOURCES, None) == frozenset()


def test_outputs_are_marked_as_handed_in():
    output = v4.new_output("stream", text="loss 4.67")
    notice = v4.new_output("stream", text=NOT_RUN_NOTICE)
    assert outputs_as_handed_in([output]) == [notice, output]
    assert outputs_as_handed_in([]) == []


def test_the_assignments_own_trainings_and_maps_are_skipped():
    course, found = Course(), {}
    for name in ("02_vae.ipynb", "04_training.ipynb", "05_latent_space.ipynb", "06_cvae.ipynb"):
        release, key = course.released(name), nbformat.read(course.solutions / name, as_version=4)
        sources = [
            cell.source
            for cell in key.cells
            if is_run(cell) and not cell.source.startswith("# Instructor only")
        ]
        found[name] = [sources[i] for i in find_skipped_cells(sources, release)]
    assert any("train(vae" in source for source in found["04_training.ipynb"])
    assert any("plot_latent(vae)" in source for source in found["05_latent_space.ipynb"])
    assert any("train_cvae(cvae" in source for source in found["06_cvae.ipynb"])
