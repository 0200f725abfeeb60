"""Whether the student's own conditional class takes labels in the form that a plot hands over.

Whole numbers (batch,) and float one-hot rows are welcome from every plot. A single number for all
rows, and one-hot rows of another type, are so only where the student's class computes with them.
"""

import contextlib

import torch

from .calls import CLASSES, as_numbers, as_one_hot, one_hot_digits, read_labels
from .common import Rejected

# The labels of a trial: not a multiple of ten, so that no reshaping fits by chance.
TRIED = torch.tensor([3, 1, 4, 0, 5, 9, 2])


class OwnLabels:
    """Reads labels that were meant for the student's ConditionalVAE."""

    def __init__(self, namespace):
        self._class = namespace.get("ConditionalVAE")
        self._taken = {}  # {method and kind of label: whether the class takes it}

    def read(self, method, y, rows):
        """Return one label for each row.

        Args:
            method: encode or decode, which got the labels.
            y: what it got.
            rows: how many rows its other argument has.

        Raises:
            Rejected: for what is no label, or is in a form that the student's class does not take.
        """
        tensor = torch.as_tensor(y)
        if tensor.dim() == 0:
            if not self._takes(method, tensor if isinstance(y, torch.Tensor) else y):
                raise Rejected(
                    f"The model should get a label for each of {rows} rows, in the form that your "
                    f"ConditionalVAE takes; it got the single number {tensor.item():g}."
                )
        elif tensor.dtype != torch.float32 and _is_row_of(tensor, rows):
            if not self._takes(method, as_one_hot(TRIED).to(tensor.dtype)):
                raise Rejected(
                    f"A layer computes with float32 numbers; {method} got one-hot rows of "
                    f"{tensor.dtype}. Is a .float() missing?"
                )
            tensor = tensor.float()
        return read_labels(tensor, rows)

    def _takes(self, method, y):
        """Tell whether the class takes this; True where it takes nothing, which costs elsewhere."""
        kind = (method, type(y), getattr(y, "dtype", None), getattr(y, "shape", None))
        if kind not in self._taken:
            self._taken[kind] = self._try(method, y) or not any(
                self._try(method, form(TRIED)) for form in (as_numbers, as_one_hot)
            )
        return self._taken[kind]

    def _try(self, method, y):
        first = torch.zeros(len(TRIED), *((2,) if method == "decode" else (1, 28, 28)))
        # The student's code may raise anything.
        with contextlib.suppress(Exception), torch.random.fork_rng(devices=[]), torch.no_grad():
            getattr(self._class(), method)(first, y)
            return True
        return False


def _is_row_of(y, rows):
    """Tell whether whole numbers are one-hot rows; ten of them for ten rows are ten labels."""
    is_row = y.dim() == 2 or (y.dim() == 1 and len(y) == CLASSES != rows)
    return is_row and one_hot_digits(y.float()) is not None
