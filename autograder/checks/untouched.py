"""Leave a notebook as it is while checks call its functions: names, random numbers, figures.

The checks run in the student's own kernel there, as `check` of lab.py asks for.
"""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib._pylab_helpers import Gcf

CPU = torch.device("cpu")
CONTAINERS = (list, dict, set)


@contextmanager
def untouched(namespace: dict[str, Any]) -> Iterator[None]:
    """Undo at the end whatever calls of a notebook's functions change in its kernel.

    Within it, the code finds no GPU: the inputs of the checks are on the CPU, and so is everything
    where the answers are graded.

    Args:
        namespace: globals of the notebook.
    """
    with ExitStack() as stack:
        for part in (_names(namespace), _random_numbers(), _settings(), _figures()):
            stack.enter_context(part)
        stack.enter_context(_no_gpu(namespace))
        yield


@contextmanager
def _names(namespace):
    """Put back the values of all names, and the elements of lists, dicts and sets."""
    before = dict(namespace)
    copies = [
        (value, type(value)(value))
        for name, value in before.items()
        if type(value) in CONTAINERS and not name.startswith("_")
    ]
    try:
        yield
    finally:
        for name in namespace.keys() - before.keys():
            del namespace[name]
        namespace.update(before)
        for value, copy in copies:
            value.clear()
            (value.extend if isinstance(value, list) else value.update)(copy)


@contextmanager
def _random_numbers():
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()
    on_gpus = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    try:
        yield
    finally:
        torch.set_rng_state(states[0])
        np.random.set_state(states[1])
        random.setstate(states[2])
        if on_gpus:
            torch.cuda.set_rng_state_all(on_gpus)


@contextmanager
def _settings():
    """Put back torch's settings and matplotlib's; within, one thread.

    The checks' tensors are small: where other programs run, threads that wait for each other cost
    ten times what they gain.
    """
    dtype, gradients = torch.get_default_dtype(), torch.is_grad_enabled()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with matplotlib.rc_context():
            yield
    finally:
        torch.set_num_threads(threads)
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(gradients)


@contextmanager
def _figures():
    """Hide the figures that are open, so that no probe reads or closes them."""
    figures = dict(Gcf.figs)
    Gcf.figs.clear()
    try:
        yield
    finally:
        plt.close("all")
        Gcf.figs.update(figures)


@contextmanager
def _no_gpu(namespace):
    if not torch.cuda.is_available():
        yield
        return
    namespace.update({name: CPU for name, value in namespace.items() if _is_gpu(value)})
    with ExitStack() as stack:
        stack.enter_context(patch.object(torch.cuda, "is_available", lambda: False))
        stack.enter_context(patch.object(torch.cuda, "device_count", lambda: 0))
        for owner in (torch.Tensor, torch.nn.Module):
            stack.enter_context(patch.object(owner, "cuda", _refuse))
        yield


def _is_gpu(value):
    is_name = isinstance(value, str) and value.startswith("cuda")
    return is_name or (isinstance(value, torch.device) and value.type == "cuda")


def _refuse(*arguments, **keywords):
    """Fail as torch does where there is no GPU."""
    raise RuntimeError("No CUDA GPUs are available")
