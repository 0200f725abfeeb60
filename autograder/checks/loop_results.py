"""Helpers of the checks of training and test loops: reading and comparing their results."""

from typing import Any

import torch
from torch import Tensor

from .judging import as_number, described
from .outcome import Complaint
from .reference_loops import PARTS

GLOBAL_MODEL = "is a global one: use the argument `model`."


def distance(seen: dict[str, Tensor], wanted: dict[str, Tensor]) -> float:
    """Compute the largest difference of two sets of parameters; infinite where one is NaN."""
    return max(
        float((seen[name] - wanted[name]).abs().nan_to_num(nan=torch.inf).max()) for name in wanted
    )


def read_averages(value: Any, function: str) -> Tensor:
    """Read loss, reconstruction and KL as a loop returns them, (3,).

    Raises:
        Complaint: where they are not three numbers.
    """
    if isinstance(value, Tensor) and value.numel() == 3:
        value = value.flatten().tolist()
    if not isinstance(value, list) or len(value) != 3:
        raise Complaint(
            f"{function} should return three numbers ({', '.join(PARTS)}); it returns "
            f"{described(value)}."
        )
    numbers = [
        as_number(item, f"The {part} that {function} returns")
        for item, part in zip(value, PARTS, strict=True)
    ]
    return torch.tensor(numbers, dtype=torch.float64)
