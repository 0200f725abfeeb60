"""Tests of d2l_lite.py: two parts of the course book's library, and all of it on demand."""

import importlib
import sys

import pytest
import torch
from d2l import torch as d2l

from autograder.probes.common import figures_kept_open


@pytest.fixture
def lite(load_module):
    """d2l_lite, imported afresh."""
    return load_module("d2l_lite")


@pytest.mark.parametrize("number", [0, 1, 5])
@pytest.mark.parametrize("gpus", [0, 1, 2])
def test_try_gpu_takes_the_device_that_d2l_takes(lite, monkeypatch, gpus, number):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    assert lite.try_gpu(number) == d2l.try_gpu(number)


@pytest.mark.parametrize("numbers", [(1, 2.5), (torch.tensor(3.0), 4), (1,), (1, 2, 3)])
def test_an_accumulator_adds_up_what_that_of_d2l_does(lite, numbers):
    ours, theirs = lite.Accumulator(2), d2l.Accumulator(2)
    for metric in (ours, theirs):
        metric.add(0.5, 1)
        metric.add(*numbers)
    assert ours.data == theirs.data and ours[0] == theirs[0]
    ours.reset()
    theirs.reset()
    assert ours.data == theirs.data


def test_everything_else_is_that_of_d2l(lite):
    assert lite.Animator is d2l.Animator and lite.plt is d2l.plt
    assert not hasattr(lite, "no_such_thing")


def test_names_that_only_python_asks_for_load_nothing(lite, monkeypatch):
    monkeypatch.setattr(importlib, "import_module", lambda name: pytest.fail(f"imports {name}"))
    assert not hasattr(lite, "__wrapped__") and not hasattr(lite, "_repr_html_")


def test_without_d2l_a_part_that_is_not_here_is_one_sentence(lite, monkeypatch):
    monkeypatch.setitem(sys.modules, "d2l.torch", None)
    with pytest.raises(lite.LabError, match="d2l.Animator needs .* run `python -m pip install"):
        _ = lite.Animator
    assert not hasattr(lite, "Animator")


def test_checks_replace_its_animator_without_loading_d2l(lite, monkeypatch):
    monkeypatch.setitem(sys.modules, "d2l.torch", None)
    with figures_kept_open({"d2l": lite}):
        lite.Animator(xlim=[0, 2]).add(1, 3)
    assert not hasattr(lite, "Animator")


def test_checks_put_the_animator_of_d2l_back():
    original = d2l.Animator
    with figures_kept_open({"d2l": d2l}):
        assert d2l.Animator is not original
    assert d2l.Animator is original
