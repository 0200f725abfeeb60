"""Helpers of the checks of training and test loops: reading and comparing their results."""

import itertools
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .diagnosis import named
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
            named(
                "not-three-averages",
                f"{function} should return three numbers ({', '.join(PARTS)}); it returns "
                f"{described(value)}.",
            )
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
    """Read what a training returned, or printed last where it returned no such numbers.

    Raises:
        Complaint: where it is neither.
    """
    returned = _flat_numbers(answer["averages"])
    if returned is not None and len(returned) in (len(PARTS), 2 * len(PARTS)):
        values = torch.tensor(returned, dtype=torch.float64).reshape(-1, len(PARTS))
        # Six are those of the training images and those of the test images.
        return Results([(each, torch.zeros(3)) for each in values], f"returns {show(values)}")
    numbers = _printed_numbers(answer["printed"])
    if len(numbers) < len(PARTS):
        value = answer["averages"]
        returns = "nothing" if value is None else described(value)
        raise Complaint(
            named(
                "averages-not-reported",
                f"{function} should return or print {', '.join(PARTS)} of the last epoch; it "
                f"returns {returns} and prints no such numbers.",
            )
        )
    triples = [_as_tensors(triple) for triple in itertools.combinations(numbers, 3)]
    return Results(triples, f"prints {show(*(value for value, _ in numbers))}")


def _flat_numbers(value: Any) -> list[float] | None:
    """Read all numbers of nested lists, dicts and tensors, in order; None for anything else."""
    if isinstance(value, Tensor):
        return value.double().flatten().tolist()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return [float(value)]
    if not isinstance(value, (list, dict)):
        return None
    numbers = []
    for item in value.values() if isinstance(value, dict) else value:
        found = _flat_numbers(item)
        if found is None:
            return None
        numbers += found
    return numbers


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


def label_complaint(answer: dict, function: str) -> str | None:
    """Complain where the student's class cannot take the labels that the student's loop gives."""
    taken = answer.get("taken")
    if not taken or "given" in taken:
        return None
    rows, numbers = "one-hot rows of shape (batch, 10)", "whole numbers of shape (batch,)"
    forms = {"numbers": f"int64 {numbers}", "rows": f"float {rows}", "whole rows": f"int64 {rows}"}
    takes = " or ".join(forms[form] for form in taken)
    given = answer["given"]
    dtype = "float" if given.is_floating_point() else str(given.dtype).removeprefix("torch.")
    return named(
        "label-forms-disagree",
        f"{function} and your ConditionalVAE should agree on the form of the labels; {function} "
        f"gives {dtype} {rows if given.dim() > 1 else numbers}, and ConditionalVAE takes {takes}, "
        "so training cannot run. Change one of them.",
    )
