"""Tests of curves.py: one curve that grows in its place, and a bar that counts images."""

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

LABELS = ["loss", "KL"]


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

    The list holds ("new" or "update", the values of the first line).
    """

    def watch(module):
        shown = []

        def show(kind, figure):
            shown.append((kind, figure.axes[0].lines[0].get_ydata().tolist()))

        def display(figure, display_id):
            show("new", figure)
            return SimpleNamespace(update=lambda figure: show("update", figure))

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
    curve = curves.LossCurve(LABELS, 3)
    for losses in [(6, 0.1), (5, 0.2)]:
        curve.add(losses)
    assert shown == [("new", [6]), ("update", [6, 5])]
    assert curve.axes.lines[0].get_marker() == "."
    assert [text.get_text() for text in curve.axes.get_legend().get_texts()] == LABELS
    assert curve.axes.get_xlim() == (0, 3)


def test_while_grading_the_finished_curve_alone_is_drawn(load, drawn):
    curves = load("grading")
    shown = drawn(curves)
    curve = curves.LossCurve(LABELS, 2)
    curve.add([6, 0.1])
    assert not shown
    curve.add([5, 0.2])
    assert shown == [("new", [6, 5])]


def test_another_number_of_losses_than_of_labels_stops_no_training(load, drawn):
    curves = load()
    shown = drawn(curves)
    curves.LossCurve(LABELS, 1).add([6])
    assert shown == [("new", [6])]


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
    "curve = LossCurve(['loss'], 3)\nfor losses in ([6], [5.5], [5.2]):\n"
    "    for batch in progress([('12', 0), ('3', 0)]):\n        pass\n    curve.add(losses)",
)


@pytest.fixture
def folder(tmp_path):
    """A folder with the modules that notebooks import."""
    for name in ("lab.py", "answers.py", "curves.py"):
        (tmp_path / name).write_bytes((SOLUTIONS / name).read_bytes())
    return tmp_path


def is_one_picture(outputs):
    """Whether there is one picture, and no text that stays."""
    displayed = [output["data"] for output in outputs if "data" in output]
    last_text = "".join(output.get("text", "") for output in outputs).split("\r")[-1]
    return len(displayed) == 1 and "image/png" in displayed[0] and not last_text.strip()


def test_a_notebook_ends_with_one_picture(folder, monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)  # of the tests; Jupyter's kernels set their own
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in CELLS])
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, kernel_name="python3", resources=resources).execute()
    assert is_one_picture(notebook.cells[1].outputs)


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
