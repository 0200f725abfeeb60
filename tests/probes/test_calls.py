"""Calls of the probes' models: arguments by position or name, labels in either form."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from autograder.probes.calls import (
    as_numbers,
    as_one_hot,
    label_form,
    parameter_names,
    read_labels,
    sort_arguments,
)
from autograder.probes.common import Rejected


class Own(nn.Module):
    def decode(self, codes, c, scale=1.0):
        return codes


NAMES = parameter_names(Own)["decode"]


@pytest.mark.parametrize(
    "arguments, keywords",
    [
        ((1, 2), {}),
        ((1,), {"y": 2}),
        ((1,), {"c": 2}),
        ((1,), {"anything": 2}),
        ((), {"y": 2, "z": 1}),
        ((), {"c": 2, "codes": 1}),
        ((1, 2, 0.5), {}),
        ((1,), {"scale": 0.5, "c": 2}),
    ],
)
def test_arguments_are_sorted_whatever_their_names(arguments, keywords):
    assert sort_arguments("decode", ["z", "y"], NAMES, arguments, keywords) == [1, 2]


@pytest.mark.parametrize(
    "arguments, keywords, number",
    [
        ((1,), {}, "1 argument."),
        ((1, 2, 3, 4), {}, "4 arguments."),
        ((1, 2), {"y": 3}, "3 arguments."),
        ((1, 2), {"anything": 3}, "3 arguments."),
        ((), {"one": 1, "two": 2, "three": 3}, "3 arguments."),
    ],
)
def test_another_number_of_arguments_is_told(arguments, keywords, number):
    with pytest.raises(Rejected, match=f"should be called with z and y; it got {number}"):
        sort_arguments("decode", ["z", "y"], NAMES, arguments, keywords)


@pytest.mark.parametrize("what", [None, 3, object(), print, lambda: 0])
def test_what_is_no_class_has_no_names(what):
    assert parameter_names(what) in ({}, {"forward": []})


def test_labels_are_read_from_numbers_and_one_hot_rows():
    y = torch.tensor([3, 0, 9])
    for form in (y, y.int(), F.one_hot(y, 10), F.one_hot(y, 10).float()):
        assert read_labels(form, 3).tolist() == [3, 0, 9]
    for form in (4, torch.tensor(4), torch.tensor([4]), torch.eye(10)[4], torch.eye(10)[4:5]):
        assert read_labels(form, 3).tolist() == [4, 4, 4]


@pytest.mark.parametrize(
    "y", [torch.ones(3), torch.zeros(3, 10), torch.ones(3, 1).long(), torch.eye(10)[:2]]
)
def test_other_labels_are_refused(y):
    with pytest.raises(Rejected, match="int64 labels of shape"):
        read_labels(y, 3)


def test_the_form_of_labels_is_found_by_calling():
    layer, table = nn.Linear(10, 2), nn.Embedding(10, 2)
    z = torch.zeros(4, 2)
    assert label_form(lambda z, y: z + layer(y), z) is as_one_hot
    assert label_form(lambda z, y: z + table(y), z) is as_numbers
    assert label_form(lambda z, y: z + undefined, z) is as_numbers  # noqa: F821
