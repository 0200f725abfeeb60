"""Tests of labels that a plot hands to a model: in the forms that the student's class takes."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from autograder.probes.common import Rejected
from autograder.probes.own_labels import OwnLabels

DIGITS = torch.tensor([3, 0, 9])
TEN = torch.tensor([1, 0, 0, 0, 0, 0, 0, 0, 0, 0])


class Rows(nn.Module):
    """A conditional decoder that takes one-hot rows, as floats."""

    def __init__(self):
        super().__init__()
        self.label = nn.Linear(10, 4)

    def decode(self, z, y):
        return z.sum(1, keepdim=True) + self.label(y)

    def encode(self, x, y):
        return x.flatten(1).sum(1, keepdim=True) + self.label(y), None


class Casting(Rows):
    """One that turns its one-hot rows into floats itself."""

    def decode(self, z, y):
        return super().decode(z, y.float())


class Numbers(Rows):
    """One that takes whole numbers, one for all rows as well."""

    def decode(self, z, y):
        return super().decode(z, F.one_hot(torch.as_tensor(y), 10).float())


class Broken(Rows):
    """One that takes nothing."""

    def decode(self, z, y):
        raise ValueError


CLASSES = (Rows, Casting, Numbers, Broken, None)


def read(model_class, y, rows=3, method="decode"):
    return OwnLabels({"ConditionalVAE": model_class}).read(method, y, rows).tolist()


@pytest.mark.parametrize("model_class", CLASSES)
@pytest.mark.parametrize("y", [DIGITS, DIGITS.int(), F.one_hot(DIGITS, 10).float()])
def test_numbers_and_float_rows_are_read_whichever_the_class_takes(model_class, y):
    assert read(model_class, y) == [3, 0, 9]


@pytest.mark.parametrize("dtype", [torch.int64, torch.float64])
def test_rows_of_another_type_are_read_where_the_class_takes_them(dtype):
    y = F.one_hot(DIGITS, 10).to(dtype)
    assert read(Casting, y) == [3, 0, 9]
    with pytest.raises(
        Rejected, match=r"decode got one-hot rows of torch.*Is a .float\(\) missing"
    ):
        read(Rows, y)
    with pytest.raises(Rejected, match="encode got one-hot rows"):
        read(Casting, y, method="encode")


@pytest.mark.parametrize("y", [4, torch.tensor(4)])
def test_one_number_is_read_where_the_class_takes_it(y):
    assert read(Numbers, y) == [4, 4, 4]
    for model_class in (Rows, Casting):
        with pytest.raises(Rejected, match="it got the single number 4"):
            read(model_class, y)


@pytest.mark.parametrize("model_class", [Broken, None])
def test_a_class_that_takes_nothing_refuses_nothing(model_class):
    assert read(model_class, 4) == [4, 4, 4]
    assert read(model_class, F.one_hot(DIGITS, 10)) == [3, 0, 9]


def test_ten_whole_numbers_are_labels_of_ten_rows_and_else_one_row():
    assert read(Casting, TEN, rows=10) == TEN.tolist()
    assert read(Casting, TEN, rows=3) == [0, 0, 0]


def test_asking_the_class_leaves_the_random_numbers_alone():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    read(Numbers, 4)
    assert torch.equal(torch.rand(3), expected)
