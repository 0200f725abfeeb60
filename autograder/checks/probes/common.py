"""What all probes share: finding and calling the student's definitions, and saying what went wrong in them."""

import contextlib
import linecache
import traceback

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure

MISSING = object()


class NotDefined(Exception):
    """A name that the notebook should define and does not."""


class Rejected(Exception):
    """A probe's model or loader was used in a way that the real one would not understand either."""


def find(namespace, name):
    """The student's definition of this name. Raises NotDefined."""
    value = namespace.get(name)
    if not callable(value):
        raise NotDefined(f"{name} is not defined.")
    return value


def describe(error, namespace):
    """One sentence for the student about an exception that a probe met in their code."""
    if isinstance(error, (NotDefined, Rejected)):
        return str(error)
    frames = [frame for frame in traceback.walk_tb(error.__traceback__) if frame[0].f_globals is namespace]
    said = (str(error).strip().splitlines() or [""])[0][:300]
    what = f"{type(error).__name__}: {said}" if said else type(error).__name__
    if not frames:
        return f"Calling your code as the task says failed with {what}"
    who = frames[0][0].f_code.co_qualname.replace(".<locals>", "").replace(".<lambda>", "")
    frame, line = frames[-1]
    is_last = all(inner[0] is not frame or inner[1] == line for inner in traceback.walk_tb(error.__traceback__))
    innermost = list(traceback.walk_tb(error.__traceback__))[-1][0]
    if isinstance(error, NotImplementedError) and innermost is frame and is_last:
        return f"{who} is not written yet: it still raises NotImplementedError."
    text = linecache.getline(frame.f_code.co_filename, line, frame.f_globals).strip()
    where = f"line {line} of the cell, `{text}`" if text else f"line {line} of the cell"
    return f"{who} raised {what} ({where})."


@contextlib.contextmanager
def placed(namespace, **values):
    """Set these globals of the student's code, quieten drawing, and put everything back afterwards."""
    before = {name: namespace.get(name, MISSING) for name in values}
    namespace.update(values)
    try:
        with quiet(namespace):
            yield
    finally:
        for name, value in before.items():
            if value is MISSING:
                namespace.pop(name, None)
            else:
                namespace[name] = value


class QuietAnimator:
    """Takes the place of d2l.Animator: accepts the numbers and draws nothing."""

    def __init__(self, *args, **kwargs):
        self.fig = Figure()
        self.axes = [self.fig.subplots()]
        self.X = self.Y = None

    def add(self, x, y):
        """Ignore one point of the curves."""


@contextlib.contextmanager
def quiet(namespace):
    """Figures stay open for reading instead of being shown or closed; d2l's Animator draws nothing."""
    patches = [(plt, "show", lambda *args, **kwargs: None), (plt, "close", lambda *args, **kwargs: None)]
    if hasattr(namespace.get("d2l"), "Animator"):
        patches.append((namespace["d2l"], "Animator", QuietAnimator))
    real = [(owner, name, getattr(owner, name)) for owner, name, _ in patches]
    plt.close("all")
    for owner, name, value in patches:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in real:
            setattr(owner, name, value)
        plt.close("all")


def plain(value):
    """The value in a form that can leave this process: tensors detached on the CPU, unknown types by their name."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().clone()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        return torch.from_numpy(value.copy())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    return f"<{type(value).__name__}>"


def randomise(model, seed, gain=1.0):
    """Give all parameters normal values: weights of size gain over the square root of the inputs, biases gain/10."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            scale = parameter[0].numel() ** -0.5 if parameter.dim() > 1 else 0.1
            parameter.copy_(gain * scale * torch.randn(parameter.shape, generator=generator))
