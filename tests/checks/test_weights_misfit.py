"""Files of weights that a class does not accept: the message says why, and nothing runs."""

import os
import pickle

import pytest
import torch
from torch import nn

from tests.checks.weights_world import (
    CVAE,
    VAE,
    judged,
    key_class,
    key_weights,
    needs_mnist,
    packed,
    rewritten,
)

pytestmark = needs_mnist


OTHER_MODELS = [(VAE, CVAE, "conditional VAE"), (CVAE, VAE, "VAE")]


@pytest.mark.parametrize("target, other, name", OTHER_MODELS)
def test_the_weights_of_the_other_model_are_recognised(target, other, name):
    said = judged(key_weights(other), target).message
    assert "label_to_encoder and label_to_decoder" in said
    assert f"These look like the weights of the {name}: was the right model given" in said


def wider(state):
    """Widen one layer by ten inputs, as of a model that gets the label beside the latent."""
    return state | {"expand.weight": torch.zeros(3136, 12)}


def test_a_label_beside_the_latent_makes_a_conditional_model_too():
    said = judged(wider(key_weights())).message
    assert "expand.weight has shape (3136, 12) in the file and (3136, 2) in the class" in said
    assert "look like the weights of the conditional VAE" in said


OTHERS = {
    "a layer more": (
        {**key_weights(), "bend.weight": torch.eye(2), "bend.bias": torch.zeros(2)},
        "the file has bend, which the class lacks",
    ),
    "a layer and labels more": (
        {**key_weights(CVAE), "bend.weight": torch.eye(2)},
        "label_to_decoder and bend, which the class lacks",
    ),
    "no bias": (
        {name: value for name, value in key_weights().items() if name != "conv1.bias"},
        "the file lacks conv1.bias.",
    ),
    "a prefix": (
        {f"module.{name}": value for name, value in key_weights().items()},
        "lacks conv1, conv2, hidden and 5 more; the file has module.conv1, module.conv2, ",
    ),
    "other latents": (
        key_class()(latent_size=8).state_dict(),
        "mean.weight has shape (8, 16) in the file and (2, 16) in the class",
    ),
    "nothing": ({}, "the file lacks conv1, conv2, hidden and 5 more."),
}


@pytest.mark.parametrize("state, words", OTHERS.values(), ids=OTHERS)
def test_layers_that_do_not_fit_the_class_are_named(state, words):
    found = judged(state)
    assert found.message.startswith("vae.pt does not fit VAE of 02_vae.ipynb: ")
    assert words in found.message and "look like" not in found.message and not found.passed


class Bomb:
    """Runs a command where it is unpickled."""

    def __reduce__(self):
        return os.system, ("touch ran",)


def claiming(numbers):
    """Return a file whose pickle claims so many numbers; it holds two."""
    return rewritten(
        data_pkl=b"\x80\x02}X\x01\x00\x00\x00actorch._utils\n_rebuild_tensor_v2\n("
        b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuJ"
        + numbers.to_bytes(4, "little")
        + b"tQK\x00K\x02\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtRs."
    )


LOADS = "it asks Python to load "
CUT = "it is cut off, or was not written by torch.save"
FILES = {
    "a pickle that would run code": (packed({"a": Bomb()}), f"{LOADS}posix.system"),
    "one of the first protocol": (b"cposix\nsystem\n(S'touch ran'\ntR.", f"{LOADS}posix.system"),
    "a bare pickle": (pickle.dumps(Bomb()), CUT),
    "a whole model": (packed(nn.Linear(2, 2)), f"{LOADS}torch.nn.modules.linear.Linear"),
    "nothing": (b"", CUT),
    "a text": (b"hello", CUT),
    "half of a file": (packed(key_weights())[:100_000], CUT),
    "more numbers claimed than there are": (claiming(10**9), CUT),
    "a checkpoint": (packed({"epoch": 3, "model": key_weights()}), "does not hold named tensors"),
    "a tensor": (packed(torch.zeros(3)), "not hold named tensors: save model.state_dict()"),
    "a huge tensor of one number": (
        packed({"a": torch.zeros(1).expand(10**6, 10**6)}),
        "the file has a, which the class lacks",
    ),
}


@pytest.mark.parametrize("data, words", FILES.values(), ids=FILES)
def test_a_file_that_is_no_plain_file_of_weights_is_one_sentence_and_runs_nothing(data, words):
    found = judged(data)
    assert words in found.message and not found.passed
