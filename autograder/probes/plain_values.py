"""What a student's code returned, as a bounded value that can be sent."""

import numpy as np
import torch

from .common import Rejected
from .wire import MAX_BYTES, MAX_DEPTH, MAX_NODES

MAX_LEVELS = MAX_DEPTH - 2  # an answer is two dicts around what a student's code returned


def as_plain_values(value):
    """Copy a value into a form that can leave this process.

    Tensors are detached and on the CPU, unknown types become their name. Raises Rejected for more
    than can be sent, before anything large is copied.
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
        if self.parts > MAX_NODES:
            raise Rejected(
                f"Your code returned more than {MAX_NODES} values, too many to be judged."
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
