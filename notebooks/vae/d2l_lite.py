"""The part of `d2l`, the course book's library, that the notebooks use; the rest follows on demand.

`d2l` itself imports pandas, torchvision and more, which takes longer than torch. Nothing in here is
graded, and you may read all of it.
"""

import importlib

import torch
from answers import LabError


class MissingLibrary(LabError, AttributeError):
    """A name of `d2l` that cannot be had; hasattr says so, too."""


def try_gpu(i=0):
    """Return GPU number i where there is one, otherwise the CPU."""
    return torch.device(f"cuda:{i}" if i < torch.cuda.device_count() else "cpu")


class Accumulator:
    """Sums over n quantities."""

    def __init__(self, n):
        self.data = [0.0] * n

    def add(self, *args):
        """Add a number, or a tensor of one number, to each sum."""
        self.data = [total + float(number) for total, number in zip(self.data, args, strict=False)]

    def reset(self):
        """Begin all sums anew."""
        self.data = [0.0] * len(self.data)

    def __getitem__(self, index):
        return self.data[index]


def __getattr__(name):
    """Return what else d2l has, such as Animator: Python asks here for all that is not above."""
    if name.startswith("_"):
        raise AttributeError(name)
    try:
        whole = importlib.import_module("d2l.torch")
    except Exception as error:  # a package that d2l imports may be missing, or not fit
        raise MissingLibrary(
            f"d2l.{name} needs the whole library d2l, which cannot be imported "
            f"({type(error).__name__}: {error}): run `python -m pip install -r requirements.txt` "
            "in this folder, then restart the kernel."
        ) from None
    return getattr(whole, name)
