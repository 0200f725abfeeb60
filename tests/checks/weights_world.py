"""The key's weights, whole or changed, before the judge."""

import io
import os

import pytest
import torch

from autograder.checks.weights import judge_weights
from autograder.grading.handed_in_weights import mnist_test_set
from tests.paths import SOLUTIONS

KEY = SOLUTIONS
FILES = {False: "vae.pt", True: "cvae.pt"}
ALL = mnist_test_set(os.environ["LAB_DATA"])
needs_mnist = pytest.mark.skipif(ALL is None, reason="MNIST is not in LAB_DATA")


def key(conditional=False):
    """The key's weights."""
    return torch.load(KEY / FILES[conditional], weights_only=True)


def packed(state):
    """The bytes of a file of weights."""
    file = io.BytesIO()
    torch.save(state, file)
    return file.getvalue()


def judged(state, conditional=False, images=1_000, own=None):
    """The outcome for these weights on the first test images."""
    return judge_weights(packed(state), conditional, FILES[conditional], ALL.first(images), own)
