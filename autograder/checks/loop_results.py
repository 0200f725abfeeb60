"""Helpers of the checks of training and test loops: reading and comparing their results."""

import itertools
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .judging import as_number, close, described, show
from .outcome import Complaint
from .reference_loops import PARTS

_DECIMAL = re.compile(r"(?<![\w.])-?\d+\.(\d{2,})(?:e([-+]?\d+))?")
_LAST = 12  # printed numbers that are read: twice six

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


class Results(NamedTuple):
    """Loss, reconstruction and KL of a training, as they were returned or printed.

    Attributes:
        triples: values (3,) and how much each may be off by rounding (3,); several where more than
            three numbers were printed.
        seen: what was returned or printed, for the student.
    """

    triples: list[tuple[Tensor, Tensor]]
    seen: str

    def agree(self, wanted: Tensor) -> bool:
        """Tell whether one of the triples is what is wanted."""
        return any(
            close(torch.clamp(wanted, values - error, values + error), wanted)
            for values, error in self.triples
        )


def read_results(answer: dict, function: str) -> Results:
    """Read what a training returned, or printed last where it returned nothing.

    Raises:
        Complaint: where it is neither.
    """
    numbers = _printed_numbers(answer["printed"]) if answer["averages"] is None else []
    if len(numbers) < len(PARTS):
        values = read_averages(answer["averages"], function)
        return Results([(values, torch.zeros(3))], f"returns {show(values)}")
    triples = [_as_tensors(triple) for triple in itertools.combinations(numbers, 3)]
    return Results(triples, f"prints {show(*(value for value, _ in numbers))}")


def _printed_numbers(text: str) -> list[tuple[float, float]]:
    """Read the last decimal numbers of a text, each with its error by rounding."""
    found = list(_DECIMAL.finditer(text))[-_LAST:]
    return [
        (float(each[0]), 0.51 * 10.0 ** (int((each[2] or "0")[:4]) - len(each[1])))
        for each in found
    ]


def _as_tensors(pairs: Iterable[tuple[float, float]]) -> tuple[Tensor, Tensor]:
    values, errors = zip(*pairs, strict=True)
    return torch.tensor(values, dtype=torch.float64), torch.tensor(errors, dtype=torch.float64)
