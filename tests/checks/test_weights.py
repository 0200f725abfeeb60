"""Handed-in weights: the losses that they reach with the student's class, or what went wrong."""

import os

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.datasets import MNIST

from autograder.assignment import BATCH_SIZE
from autograder.checks.trained_model import Measured, average_digit, cross_entropy, measure
from autograder.checks.weights import diagnose, judge_weights
from autograder.probes.student import NoVerdictError
from tests.checks.weights_world import (
    CVAE,
    VAE,
    first_images,
    judged,
    key_class,
    key_weights,
    needs_mnist,
)

pytestmark = needs_mnist


@pytest.mark.parametrize("target, loss", [(VAE, 4.71), (CVAE, 4.10)])
def test_the_keys_weights_reach_the_target(target, loss):
    found = judged(key_weights(target), target, images=2_000)
    assert found.passed and found.name == "loss target"
    reached, rest = found.message.removeprefix("reached ").split(", target about ")
    assert float(reached) == pytest.approx(loss, abs=0.06)
    assert rest.startswith(f"{target.loss:g}: reconstruction ") and "2,000 test images" in rest


def test_the_losses_are_those_of_torchs_distributions():
    mean, logvar, images = torch.randn(50, 2), torch.randn(50, 2), first_images(50)
    decoded = torch.rand(50, 1, 28, 28) * 0.98 + 0.01
    found = measure(images, mean, logvar, lambda z, y: decoded if len(z) == 50 else decoded[::5])
    codes = torch.distributions.Normal(mean, (logvar / 2).exp())
    kl = torch.distributions.kl_divergence(codes, torch.distributions.Normal(0, 1))
    pixels = torch.distributions.Bernoulli(decoded, validate_args=False)
    recon = -pixels.log_prob(images.x).sum((1, 2, 3)).mean().item()
    assert found.kl == pytest.approx(kl.sum(1).mean().item(), rel=1e-5)
    assert found.reconstruction == pytest.approx(recon, rel=1e-5)
    assert found.total == found.reconstruction + found.kl


def test_the_means_of_all_images_are_decoded_only_where_something_is_remarkable():
    decoded = []

    class Counted(key_class()):
        def decode(self, z):
            decoded.append(len(z))
            return super().decode(z)

    assert judged(key_weights(), own=Counted, images=1_000).passed
    assert sum(decoded) == 1_000 + 200
    decoded.clear()
    assert not judged(Counted().state_dict(), own=Counted, images=1_000).passed
    assert sum(decoded) == 1_000 + 200 + 1_000


COLLAPSED = "the model paints the average digit, and its z carries no information"
# Wrong training, two epochs: reconstruction, from means and KL in nats; a part of the message.
RUNS = {
    "z = mean": (424.6, 156.0, 0.8, "from samples (425 nats) is far worse than from means (156"),
    "σ = logvar": (396.7, 157.5, 0.8, "far worse than from means"),
    "pixels averaged": (206.0, 206.0, 0.0, f"6.44, or 206 nats per image: {COLLAPSED}"),
    "KL's sign": (206.4, 206.3, 5.2, "and its decoder ignores z (KL 5.2)"),
    "KL omitted": (150.0, 149.9, 21.8, "KL is 0.681 (21.8 nats per image), and should lie between"),
    "uniform noise": (150.0, 145.0, 2.9, "KL is 0.0906"),
    "no ½, ten epochs": (145.6, 143.9, 5.27, "is there a factor ½?"),
    "no ½, plain ReLU, ten epochs": (148.1, 146.0, 4.96, "is there a factor ½?"),
    "mean and logvar exchanged, ten epochs": (153.2, 149.8, 31.4, "come in this order?"),
    "a unit that died": (172.2, 171.5, 3.4, "units may die: then train once more"),
    "no zero_grad": (238.9, 238.2, 3.2, "reconstruction is 7.47"),
    "one epoch": (168.0, 167.0, 5.0, "was it trained for 10 epochs"),
    "too good": (95.0, 94.0, 6.0, "better than two latent dimensions allow"),
    "initial weights": (571.0, 569.0, 0.05, "are not trained (every pixel grey gives 784 · ln 2"),
    "overflow": (float("inf"), 0.0, 0.0, "not finite"),
    "not a number": (150.0, 149.0, float("nan"), "not finite"),
}


@pytest.mark.parametrize("recon, from_means, kl, words", RUNS.values(), ids=RUNS)
def test_what_went_wrong_in_the_training_is_named(recon, from_means, kl, words):
    assert words in diagnose(Measured(recon, kl, from_means), VAE, 205.65)


# Reconstruction and KL on the test set after ten epochs, in the assignment's unit: published, on a
# CPU, and on a GPU, there also with the network of 2023.
RIGHT = [
    (VAE, 4.687, 0.185),
    (VAE, 4.477, 0.202),
    (VAE, 4.603, 0.189),
    (VAE, 4.469, 0.195),
    (VAE, 4.563, 0.192),
    (VAE, 4.586, 0.195),
    (VAE, 4.734, 0.186),
    (CVAE, 3.971, 0.148),
    (CVAE, 3.958, 0.147),
    (CVAE, 3.927, 0.155),
    (CVAE, 3.960, 0.138),
    (CVAE, 3.966, 0.149),
]


@pytest.mark.parametrize("target, recon, kl", RIGHT)
def test_published_and_measured_right_runs_are_inside(target, recon, kl):
    average = 170.9 if target.conditional else 205.65
    measured = Measured(recon * BATCH_SIZE, kl * BATCH_SIZE, (recon - 0.03) * BATCH_SIZE)
    assert diagnose(measured, target, average) is None


# Reconstruction and KL that the student's own loss gives on the test set, with a wrong loss.
OWN_WRONG = {
    "no ½": (VAE, 4.536, 0.321),
    "no ½, plain ReLU": (VAE, 4.627, 0.311),
    "exchanged": (VAE, 4.672, 0.229),
    "exchanged, plain ReLU": (VAE, 4.707, 0.219),
    "averaged over the latent dimensions": (VAE, 4.484, 0.113),
    "CVAE, no ½": (CVAE, 3.982, 0.243),
    "CVAE, exchanged": (CVAE, 4.032, 0.150),
}


@pytest.mark.parametrize("target, recon, kl", OWN_WRONG.values(), ids=OWN_WRONG)
def test_the_notebooks_own_cell_does_not_call_a_wrong_loss_reached(target, recon, kl):
    """The cell has the limits of the table: tests/course/test_notebooks.py."""
    (low, high), (lowest, highest) = target.reconstruction, target.kl
    assert not (low <= recon <= high and lowest <= kl <= highest)


@pytest.mark.parametrize("target", [VAE, CVAE], ids=lambda target: target.model)
def test_initial_weights_are_not_trained(target):
    for seed in range(3):
        torch.manual_seed(seed)
        assert "are not trained" in judged(key_class(target)().state_dict(), target).message


def test_a_decoder_that_paints_the_average_digit_has_collapsed():
    torch.manual_seed(0)
    model, average = key_class()(), first_images(1).average[None]
    for layer in (model.mean, model.logvar, model.expand):
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
    nn.init.normal_(model.expand.bias)
    learning = [model.expand.bias, *model.deconv1.parameters(), *model.deconv2.parameters()]
    optimizer = torch.optim.Adam(learning, lr=0.02)
    for _ in range(150):
        optimizer.zero_grad()
        F.binary_cross_entropy(model.decode(torch.zeros(1, 2)), average, reduction="sum").backward()
        optimizer.step()
    said = judged(model.state_dict()).message
    assert f"{COLLAPSED} (KL 0.0)" in said


def test_a_wide_posterior_around_good_means_was_trained_without_sampling():
    state = key_weights()
    state |= {name: torch.zeros_like(state[name]) for name in ("logvar.weight", "logvar.bias")}
    assert "far worse than from means" in judged(state).message


NUMBERS = {float("nan"): "NaN or infinite values in 1 of", float("inf"): "NaN", 1e30: "not finite"}


@pytest.mark.parametrize("value, words", NUMBERS.items(), ids=str)
def test_values_that_are_no_weights_are_named(value, words):
    state = key_weights()
    state["hidden.bias"] = torch.full_like(state["hidden.bias"], value)
    assert words in judged(state).message


class Numbers(key_class(CVAE)):
    """A conditional VAE that gets labels as whole numbers, int64 (batch,)."""

    def encode(self, x, y):
        return super().encode(x, F.one_hot(y, 10).float())

    def decode(self, z, y):
        return super().decode(z, F.one_hot(y, 10).float())


class Embedded(Numbers):
    """One that takes one-hot rows to decode."""

    def decode(self, z, y):
        return super().decode(z, y.argmax(-1))


@pytest.mark.parametrize("own", [Numbers, Embedded])
def test_labels_come_in_the_form_that_each_method_takes(own):
    weights = key_weights(CVAE)
    assert judged(weights, CVAE, own).message == judged(weights, CVAE).message


class Logits(key_class()):
    def decode_features(self, features):
        h = F.relu(self.deconv1(F.relu(features).view(-1, 64, 7, 7)))
        return self.deconv2(h)


class Flat(key_class()):
    def decode(self, z):
        return super().decode(z).flatten(1)


class Short(key_class()):
    def encode(self, x):
        mean_z, logvar_z = super().encode(x)
        return mean_z[:, :1], logvar_z


class Unwritten(key_class()):
    def encode(self, x):
        raise NotImplementedError


CLASSES = {
    Logits: "decode's grey values should lie in [0, 1]; they go from -",
    Flat: "decode's images should have shape (200, 1, 28, 28); its shape is (200, 784).",
    Short: "encode's mean should have shape (200, 2); its shape is (200, 1).",
    Unwritten: "not measured with VAE of 02_vae.ipynb: Calling your code as the task says failed",
}


@pytest.mark.parametrize(
    "own, words", CLASSES.items(), ids=lambda each: getattr(each, "__name__", "")
)
def test_a_class_that_cannot_be_measured_is_one_sentence(own, words):
    found = judged(key_weights(), own=own)
    assert words in found.message and not found.passed


class Answering:
    """A student whose kernel answers anything."""

    def __init__(self, answer):
        self.answer = answer

    def probe(self, probe, **inputs):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


ZERO = torch.zeros(200, 2)
ANSWERS = [
    {},
    {"refused": 3},
    {"in_class": 3, "in_file": {"a": None}},
    {"in_class": {"a": "x"}, "in_file": {"a": {}}},
    {"not_finite": None},
    {"outputs": None},
    {"outputs": [[ZERO, "x"]]},
    {"outputs": [[ZERO, ZERO], [torch.zeros(200, 1, 28, 28)]]},
]


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_whatever_a_kernel_answers_ends_in_a_sentence(answer):
    found = judge_weights(Answering(answer), VAE, first_images(200))
    assert not found.passed and 20 < len(found.message) < 400


def test_a_kernel_that_is_lost_gives_no_verdict():
    lost = Answering(NoVerdictError("It was ended from outside."))
    with pytest.raises(NoVerdictError):
        judge_weights(lost, VAE, first_images(200))


@pytest.mark.parametrize("target", [VAE, CVAE], ids=lambda target: target.model)
def test_a_model_that_paints_the_means_of_the_training_images_has_collapsed(target):
    train = MNIST(os.environ["LAB_DATA"], train=True)
    x, y, images = train.data[:, None].float() / 255, train.targets, first_images(2_000)
    digits = torch.stack([x[y == digit].mean(0) for digit in range(10)])
    painted = digits[images.y] if target.conditional else x.mean(0).expand_as(images.x)
    recon = cross_entropy(painted.clamp(1e-4, 1), images.x)
    average = average_digit(images, target.conditional)
    assert abs(recon - average) < 1.5, "nats; the diagnosis allows 4"
    assert "paints the average digit" in diagnose(Measured(recon, 0, recon), target, average)
