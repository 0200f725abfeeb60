"""The key's definitions, from the master notebooks, and namespaces to run answers in."""

import ast
import functools
import importlib
import itertools
import math
import os
import re
import sys
from unittest import mock

import nbformat
import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.colors import ListedColormap
from torch import nn
from torch.nn import functional as F

from autograder.assignment import ANSWERS, task
from autograder.grading.stand_ins import with_stand_ins
from tests.paths import RELEASE, SOLUTIONS

# The notebooks whose answers a notebook loads.
NEEDS = {
    "04_training.ipynb": ("02_vae.ipynb", "03_loss.ipynb"),
    "06_cvae.ipynb": ("02_vae.ipynb", "03_loss.ipynb"),
}


@functools.cache
def _definitions(notebook: str) -> tuple[tuple[str, str], ...]:
    found = []
    for cell in nbformat.read(SOLUTIONS / notebook, as_version=4).cells:
        if cell.cell_type == "code" and "\n    !pip" not in cell.source:  # Colab's cell
            for node in ast.parse(cell.source).body:
                if (
                    isinstance(node, ast.FunctionDef | ast.ClassDef)
                    and ANSWERS.get(node.name) == notebook
                ):
                    found.append((node.name, cell.source))
    return tuple(found)


@functools.cache
def _colours() -> dict:
    """Run the cell of notebook 05 that defines the colours of the digits; 06 has the same."""
    space = {"ListedColormap": ListedColormap}
    cells = nbformat.read(SOLUTIONS / "05_latent_space.ipynb", as_version=4).cells
    exec(next(cell.source for cell in cells if cell.id == "colours-latent"), space)
    return {name: space[name] for name in ("ten_colours", "white_edge")}


@functools.cache
def _helper(name):
    """Import a module of solutions/vae as a kernel of the grader does."""
    with (
        mock.patch.dict(os.environ, LAB_PROFILE="grading"),
        mock.patch.object(sys, "path", [str(SOLUTIONS), *sys.path]),
    ):
        return importlib.import_module(name)


@functools.cache
def test_cell(task_id: str) -> str:
    """Read what a task's visible test cell holds."""
    for cell in nbformat.read(SOLUTIONS / task(task_id).notebook, as_version=4).cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == task_id:
            return cell.source
    raise KeyError(task_id)


def definitions(notebook: str) -> dict[str, str]:
    """Read {name: source of the cell that defines it} for the names that students define."""
    return dict(_definitions(notebook))


@functools.cache
def stand_ins(notebook: str) -> dict[str, str]:
    """Read {name: source} of what the grader gives to later notebooks in a wrong answer's place."""
    released = nbformat.read(RELEASE / notebook, as_version=4)
    texts = [cell.source for cell in with_stand_ins(released).cells]
    return {
        name: next(text for text in texts if re.search(rf"^(def|class) {name}\b", text, re.M))
        for name in definitions(notebook)
    }


def namespace(notebook: str, sources: dict[str, str] | None = None, earlier=definitions) -> dict:
    """Make the globals of a notebook after its cells have run.

    Args:
        notebook: file name of the notebook.
        sources: {name: source} of its definitions; the key's for None.
        earlier: gives {name: source} of a notebook from which this one loads answers.
    """
    space = _given_names()
    for loaded in NEEDS.get(notebook, ()):
        other = _given_names()  # as with load_answer, which runs them apart
        for name, source in earlier(loaded).items():
            exec(source, other)
            space[name] = other[name]
    for name, source in (definitions(notebook) if sources is None else sources).items():
        exec(compile(source, f"<{name}>", "exec"), space)
    return space


def _given_names() -> dict:
    """Make the globals that the set-up cells bind."""
    return {
        "itertools": itertools,
        "torch": torch,
        "nn": nn,
        "F": F,
        "np": np,
        "math": math,
        "plt": plt,
        "d2l": _helper("d2l_lite"),
        **_colours(),
        "device": torch.device("cpu"),
        "LossCurve": _helper("curves").LossCurve,
        "progress": _helper("curves").progress,
        "check": _helper("lab").check,
    }
