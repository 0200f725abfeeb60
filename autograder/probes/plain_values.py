"""Copies of what a student's code returned, bounded in size, that can be sent to the grader."""

from typing import Any

import numpy as np
import torch

from .common import Rejected
from .wire import MAX_BYTES, MAX_DEPTH, MAX_NODES

MAX_LEVELS = MAX_DEPTH - 2  # a reply is two dicts around what a student's code returned


def as_plain_values(value: Any) -> Any:
    """Copy a value into a form that can leave this process.

    Tensors are detached and on the CPU; a value of unknown type becomes the type's name.

    Raises:
        Rejected: for more than can be sent, before anything large is copied.
    """
    return _Copier().copy(value, level=0)


class _Copier:
    """Copies one value, and counts the nodes and bytes that it copies."""

    def __init__(self):
        self.bytes = self.nodes = 0

    def copy(self, value, level):
        """Return the plain form of a part of the value."""
        self._count_node(level)
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, str):
            self._count_bytes(len(value), "a text")
            return value
        if isinstance(value, torch.Tensor):
            # The full size: an expanded tensor takes it up once it is copied.
            size = value.numel() * value.element_size()
            self._count_bytes(size, f"a tensor of shape {tuple(value.shape)}")
            return value.detach().cpu().clone()
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
            self._count_bytes(value.nbytes, f"an array of shape {value.shape}")
            return torch.from_numpy(value.copy())
        if isinstance(value, (list, tuple)):
            return [self.copy(item, level + 1) for item in value]
        if isinstance(value, dict):
            return {str(name): self.copy(item, level + 1) for name, item in value.items()}
        return f"<{type(value).__name__}>"

    def _count_node(self, level):
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise Rejected(
                f"Your code returned more than {MAX_NODES} values, too many to be judged."
            )
        if level > MAX_LEVELS:
            raise Rejected(
                f"Your code returned lists more than {MAX_LEVELS} levels deep, too deep to be "
                "judged."
            )

    def _count_bytes(self, size, what):
        self.bytes += size
        if self.bytes > MAX_BYTES:
            raise Rejected(
                f"Your code returned {what}, {size:,} bytes; at most {MAX_BYTES // 2**20} MB can "
                "be judged."
            )
