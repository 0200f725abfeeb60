"""Calls of the probes' models: arguments by position or name, labels in any form."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from autograder.probes.calls import (
    as_integer_rows,
    as_numbers,
    as_one_hot,
    label_form,
    new_model,
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


LAYER, TABLE, Z = nn.Linear(10, 2), nn.Embedding(10, 2), torch.zeros(4, 2)

FORMS = {
    "layer": (lambda z, y: z + LAYER(y), as_one_hot),
    "layer, rows made floats": (lambda z, y: z + LAYER(y.float()), as_one_hot),
    "layer, numbers made rows": (lambda z, y: z + LAYER(F.one_hot(y, 10).float()), as_numbers),
    "table": (lambda z, y: z + TABLE(y), as_numbers),
    "table, rows made numbers": (lambda z, y: z + TABLE(y.argmax(-1)), as_one_hot),
    "integer rows alone": (lambda z, y: z + TABLE(y @ torch.arange(10)), as_integer_rows),
    "comparison": (
        lambda z, y: z + LAYER((y.unsqueeze(1) == torch.arange(10)).float()).view(-1, 2)[: len(z)],
        as_numbers,
    ),
    "either": (lambda z, y: z + LAYER(y if y.dim() > 1 else torch.eye(10)[y]), as_one_hot),
    "label ignored": (lambda z, y: z, as_one_hot),
    "no form": (lambda z, y: z + undefined, as_one_hot),  # noqa: F821
    "numbers, by the error alone": (lambda z, y: TABLE(y) + undefined, as_numbers),  # noqa: F821
    "mean and sample": (lambda z, y: (z + LAYER(y), torch.randn(len(z), 2)), as_one_hot),
}


@pytest.mark.parametrize("part, form", FORMS.values(), ids=FORMS)
def test_the_form_of_labels_is_found_by_calling(part, form):
    assert label_form(part, Z) is form


def test_finding_the_form_leaves_the_model_as_it_was():
    class Normalised(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm1d(2)

        def decode(self, z, y):
            return self.norm(z + LAYER(y))

    model = Normalised()
    assert label_form(model.decode, Z) is as_one_hot
    assert model.training and model.norm.running_mean.tolist() == [0, 0]


def test_lazy_layers_get_their_sizes_from_a_trial():
    class Lazy(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.LazyLinear(3)

        def forward(self, x, y):
            return self.layer(y.float())

    assert new_model({"Lazy": Lazy}, "Lazy").layer.weight.shape == (3, 10)
