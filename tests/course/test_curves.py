"""Tests of curves.py: curves that grow in their place, and a bar that counts images."""

import importlib.util
import sys
from types import SimpleNamespace

import nbformat.v4 as v4
import pytest
import torch
from nbclient import NotebookClient
from torch.utils.data import TensorDataset

from autograder.kernels import StudentKernel
from tests.paths import SOLUTIONS

TRAIN, TEST = [(6, 5.9, 0.1), (5, 4.8, 0.2)], [(6.5, 6.25, 0.25), (5.5, 5.15, 0.35)]


@pytest.fixture
def load(monkeypatch):
    """A function that imports curves.py afresh in a profile."""

    def load(profile="full"):
        monkeypatch.setitem(sys.modules, "lab", SimpleNamespace(PROFILE=profile))
        spec = importlib.util.spec_from_file_location("curves_afresh", SOLUTIONS / "curves.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def drawn(monkeypatch):
    """A function that replaces a module's `display`, and returns the list of what it shows.

    The list holds ("new" or "update", the values of each line, the alternative text).
    """

    def watch(module):
        shown = []

        def show(kind, figure, metadata):
            lines = [list(line.get_ydata()) for axes in figure.axes for line in axes.lines]
            shown.append((kind, lines, metadata["image/png"]["alt"]))

        def update(figure, metadata):
            show("update", figure, metadata)

        def display(figure, display_id, metadata):
            show("new", figure, metadata)
            return SimpleNamespace(update=update)

        monkeypatch.setattr(module, "display", display)
        return shown

    return watch


class Loader(list):
    """Batches with a data set, like a DataLoader."""

    dataset = TensorDataset(torch.zeros(5))


BATCHES = Loader([(torch.zeros(3), 0), (torch.zeros(2), 1)])


def test_each_epoch_replaces_the_drawing_of_the_last_one(load, drawn):
    curves = load()
    shown = drawn(curves)
    curve = curves.LossCurve(3)
    for losses in zip(TRAIN, TEST, strict=True):
        curve.add(*losses)
    first, second = shown
    assert first[:2] == ("new", [[6], [6.5], [5.9], [6.25], [0.1], [0.25]])
    assert second[:2] == (
        "update",
        [[6, 5], [6.5, 5.5], [5.9, 4.8], [6.25, 5.15], [0.1, 0.2], [0.25, 0.35]],
    )


def test_colour_tells_the_part_and_line_style_the_data(load, drawn):
    curves = load()
    drawn(curves)
    curve = curves.LossCurve(2)
    curve.add(TRAIN[0], TEST[0])
    left, right = curve.figure.axes
    assert [list(line.get_ydata()) for line in right.lines] == [[0.1], [0.25]]
    lines = [*left.lines, *right.lines]
    assert [line.get_linestyle() for line in lines] == ["-", "--"] * 3
    colours = [line.get_color() for line in lines]
    assert colours[::2] == colours[1::2] and len(set(colours)) == 3
    legend = {
        handle.get_label(): (handle.get_color(), handle.get_linestyle())
        for handle in curve.figure.legends[0].legend_handles
    }
    assert list(legend) == ["loss", "reconstruction", "KL", "training", "test"]
    assert [legend[part][0] for part in list(legend)[:3]] == colours[::2]
    assert legend["training"][1] == "-" and legend["test"][1] == "--"


def test_each_epoch_is_a_line_with_its_numbers_and_the_time_left(load, drawn, capsys, monkeypatch):
    curves = load()
    shown = drawn(curves)
    clock = iter([100.0, 130.0, 160.0])
    monkeypatch.setattr(curves.time, "time", lambda: next(clock))
    curve = curves.LossCurve(4)
    curve.add(TRAIN[0], torch.tensor(TEST[0]))
    curve.add(TRAIN[1], TEST[1])
    *_, first, second = capsys.readouterr().out.splitlines()
    numbers = "training 6.000 = 5.900 + 0.100, test 6.500 = 6.250 + 0.250"
    assert first == f"epoch  1 of 4: {numbers}, 1:30 left"
    assert second.startswith("epoch  2 of 4: ") and second.endswith(", 1:00 left")
    assert shown[1][2].endswith(second), "the picture's alternative text holds its numbers"


def test_while_grading_the_finished_curves_alone_are_drawn(load, drawn, capsys):
    curves = load("grading")
    shown = drawn(curves)
    curve = curves.LossCurve(2)
    curve.add(TRAIN[0], TEST[0])
    assert not shown
    curve.add(TRAIN[1], TEST[1])
    assert [kind for kind, *_ in shown] == ["new"]
    assert capsys.readouterr().out.count("\nepoch ") == 2


def test_the_bar_counts_images_and_vanishes(load, capsys):
    assert list(load().progress(BATCHES)) == list(BATCHES)
    printed = capsys.readouterr().out
    assert "/5 [" in printed and " images/s" in printed
    assert printed.split("\r")[-1] == "" and not printed.split("\r")[-2].strip()


def test_the_bar_vanishes_where_the_loop_is_left(load, capsys):
    for _ in load().progress(BATCHES):
        break
    assert not capsys.readouterr().out.split("\r")[-2].strip()


def test_batches_may_come_without_a_data_set(load):
    assert list(load().progress([(torch.zeros(3), 0)]))


@pytest.mark.parametrize("profile", ["quick", "grading"])
def test_automatic_runs_have_no_bar(load, profile, capsys):
    assert list(load(profile).progress(BATCHES)) == list(BATCHES)
    assert capsys.readouterr().out == ""


CELLS = (
    "from matplotlib import pyplot as plt\nfrom curves import LossCurve, progress",
    "curve = LossCurve(3)\nfor losses in ((6, 5, 1), (5, 4, 1), (5, 3, 2)):\n"
    "    for batch in progress([('12', 0), ('3', 0)]):\n        pass\n"
    "    curve.add(losses, losses)",
)


@pytest.fixture
def folder(tmp_path):
    """A folder with the modules that notebooks import."""
    for name in ("lab.py", "curves.py"):
        (tmp_path / name).write_bytes((SOLUTIONS / name).read_bytes())
    return tmp_path


def is_one_picture(outputs):
    """Whether there is one picture, and a line for each epoch."""
    displayed = [output["data"] for output in outputs if "data" in output]
    text = "".join(output.get("text", "") for output in outputs)
    lines = [line.split("\r")[-1] for line in text.split("\n")]
    return (
        len(displayed) == 1
        and "image/png" in displayed[0]
        and [line[:8] for line in lines if line][1:] == ["epoch  1", "epoch  2", "epoch  3"]
    )


def test_a_notebook_ends_with_one_picture(folder, monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)  # of the tests; Jupyter's kernels set their own
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in CELLS])
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, kernel_name="python3", resources=resources).execute()
    outputs = notebook.cells[1].outputs
    assert is_one_picture(outputs)
    [metadata] = [output.metadata for output in outputs if "data" in output]
    assert "epoch  3 of 3" in metadata["image/png"]["alt"]


def test_a_notebook_in_the_graders_kernel_does_too(folder):
    with StudentKernel(folder, {"LAB_PROFILE": "full"}) as student:
        student.run_cell(CELLS[0])
        assert is_one_picture(student.run_cell(CELLS[1]).outputs)


def test_the_bar_can_be_switched_off_for_a_run_whose_outputs_are_kept(load, monkeypatch, capsys):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    for name in [name for name in sys.modules if name.partition(".")[0] == "tqdm"]:
        monkeypatch.delitem(sys.modules, name)  # it reads the variable when it is imported
    assert list(load().progress(BATCHES)) == list(BATCHES)
    assert capsys.readouterr().out == ""
