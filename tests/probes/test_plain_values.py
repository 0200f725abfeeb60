"""Values that a student's code returned are bounded before they are copied."""

import numpy as np
import pytest
import torch

from autograder.probes import wire
from autograder.probes.common import Rejected
from autograder.probes.plain_values import as_plain_values


def nested(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


def list_in_itself():
    value = []
    value.append(value)
    return value


LARGE = torch.zeros(1).expand(10**12)
HALF_OF_ALL = torch.zeros(1).expand(wire.MAX_BYTES // 8)  # half of the bytes that are allowed
# Which value is too much: (value, words of the message).
TOO_MUCH = {
    "a large expanded tensor": (LARGE, "a tensor of shape (1000000000000,)"),
    "large expanded tensors": ([HALF_OF_ALL] * 1000, "a tensor of"),
    "a large expanded array": (np.broadcast_to(np.zeros(1), 10**12), "an array of shape"),
    "a long text": ("x" * (wire.MAX_BYTES + 1), "a text"),
    "long texts": (["x" * 10**6] * 1000, "a text"),
    "too many parts": ([0] * wire.MAX_NODES, "more than 100000 values"),
    "too many levels": (nested(31), "more than 30 levels deep"),
    "a list that contains itself": (list_in_itself(), "levels deep"),
}


@pytest.mark.parametrize("value, words", TOO_MUCH.values(), ids=TOO_MUCH)
def test_too_much_is_refused_with_one_sentence(value, words):
    with pytest.raises(Rejected, match=r"^Your code returned .*\.$") as refused:
        as_plain_values(value)
    assert words in str(refused.value)


def test_what_is_accepted_can_be_sent_in_an_answer():
    for value in (nested(30), torch.zeros(wire.MAX_BYTES // 4 - 100), [0] * (wire.MAX_NODES - 10)):
        frames = wire.encode({"value": {"returned": as_plain_values(value)}})
        assert wire.decode(frames)["value"].keys() == {"returned"}


def test_tensors_arrays_numbers_and_unknown_types_become_plain():
    returned = (torch.ones(2, requires_grad=True), np.float32(0.5), np.arange(2), object())
    tensor, number, array, name = as_plain_values({1: returned})["1"]
    assert not tensor.requires_grad and number == 0.5 and array.tolist() == [0, 1]
    assert name == "<object>"
