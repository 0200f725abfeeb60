"""What all probes share: finding and calling the student's definitions, and saying what went wrong
in them.
"""

import contextlib
import linecache
import traceback

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure

MISSING = object()

# Limits of what leaves this process at once; where it arrives, there are limits too.
MAX_BYTES = 32 * 2**20
MAX_PARTS = 100_000  # numbers, tensors, lists and dicts
MAX_LEVELS = 30  # of lists and dicts inside one another
MAX_SAID = 300  # characters of an exception that are repeated


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
    trace = list(traceback.walk_tb(error.__traceback__))
    frames = [frame for frame in trace if frame[0].f_globals is namespace]
    what = _in_words(error)
    if not frames:
        return f"Calling your code as the task says failed with {what}"
    who = frames[0][0].f_code.co_qualname.replace(".<locals>", "").replace(".<lambda>", "")
    frame, line = frames[-1]
    is_last = all(inner[0] is not frame or inner[1] == line for inner in trace)
    if isinstance(error, NotImplementedError) and trace[-1][0] is frame and is_last:
        return f"{who} is not written yet: it still raises NotImplementedError."
    text = linecache.getline(frame.f_code.co_filename, line, frame.f_globals).strip()[:MAX_SAID]
    where = f"line {line} of the cell, `{text}`" if text else f"line {line} of the cell"
    return f"{who} raised {what} ({where})."


def _in_words(error):
    """The type of an exception and the first line of what it says, whatever its own methods do."""
    name = type(error).__name__[:MAX_SAID]
    try:
        said = (str(error).strip().splitlines() or [""])[0][:MAX_SAID]
    except BaseException:  # noqa: BLE001 - __str__ may be the student's own
        said = ""
    return f"{name}: {said}" if said else name


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
    """Figures stay open for reading instead of being shown or closed; curves are not drawn."""
    patches = [
        (plt, "show", lambda *args, **kwargs: None),
        (plt, "close", lambda *args, **kwargs: None),
    ]
    if hasattr(namespace.get("d2l"), "Animator"):
        patches.append((namespace["d2l"], "Animator", QuietAnimator))
    if hasattr(namespace.get("LossCurve"), "add"):
        patches.append((namespace["LossCurve"], "add", lambda self, losses: None))
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
    """The value in a form that can leave this process: tensors detached on the CPU, unknown types
    by their name.

    Raises Rejected, before anything large is copied, for more than the limits above.
    """
    return _Copier().copy(value, 0)


class _Copier:
    """Copies one value, and counts what it copies."""

    def __init__(self):
        self.bytes = self.parts = 0

    def copy(self, value, level):
        """The plain form of a part of the value."""
        self._count(level)
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, str):
            return self._weighed(value, len(value), "a text")
        if isinstance(
            value, torch.Tensor
        ):  # an expanded one takes up its full size only when it is copied
            size = value.numel() * value.element_size()
            return (
                self._weighed(value, size, f"a tensor of shape {tuple(value.shape)}")
                .detach()
                .cpu()
                .clone()
            )
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
            return torch.from_numpy(
                self._weighed(value, value.nbytes, f"an array of shape {value.shape}").copy()
            )
        if isinstance(value, (list, tuple)):
            return [self.copy(item, level + 1) for item in value]
        if isinstance(value, dict):
            return {str(name): self.copy(item, level + 1) for name, item in value.items()}
        return f"<{type(value).__name__}>"

    def _count(self, level):
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise Rejected(
                f"Your code returned more than {MAX_PARTS} values, too many to be judged."
            )
        if level > MAX_LEVELS:
            raise Rejected(
                f"Your code returned lists more than {MAX_LEVELS} levels deep, too deep to be "
                "judged."
            )

    def _weighed(self, value, size, what):
        self.bytes += size
        if self.bytes > MAX_BYTES:
            raise Rejected(
                f"Your code returned {what}, {size:,} bytes; at most {MAX_BYTES // 2**20} MB can "
                "be judged."
            )
        return value


def randomise(model, seed, gain=1.0):
    """Give all parameters normal values: weights of size gain over the square root of the inputs,
    biases gain/10.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            scale = parameter[0].numel() ** -0.5 if parameter.dim() > 1 else 0.1
            parameter.copy_(gain * scale * torch.randn(parameter.shape, generator=generator))
