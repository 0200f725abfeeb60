"""Labels of another data set say what a conditional training ran on."""

import pytest
import torch

from autograder.checks.diagnosis import id_of
from autograder.checks.training_hints import label_hint

CASE = {
    "batch_size": 2,
    "train_iter": (None, torch.tensor([1, 2, 3])),
    "test_iter": (None, torch.tensor([7, 8, 9])),
}


@pytest.mark.parametrize(
    ("labels", "diagnosis"),
    [
        ([7, 8], "trained-on-test-images"),
        ([2, 1], "labels-in-other-order"),
        ([5, 5], "labels-of-no-batch"),
        ([1, 2], ""),
    ],
)
def test_what_the_model_received_names_the_mistake(labels, diagnosis):
    answer = {"labels": [torch.tensor(labels)], "mismatched": False}
    assert id_of(label_hint(answer, CASE)) == diagnosis
