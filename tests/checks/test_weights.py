"""Weights that were handed in: what they reach on MNIST's test images, by losses of our own, and
what went wrong.
"""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from autograder.checks import weights as judging
from autograder.checks.losses_of_weights import Images, Measured, average_digit, measure
from autograder.checks.weights import diagnosis, judge_weights
from autograder.checks.weights_model import Reference
from autograder.grading.handed_in_weights import mnist_test_set
from tests.checks.weights_world import ALL, FILES, KEY, judged, key, needs_mnist, packed


@needs_mnist
@pytest.mark.parametrize("conditional, loss, target", [(False, 4.68, "5"), (True, 4.10, "4.1")])
def test_the_keys_weights_reach_the_target_on_all_test_images(conditional, loss, target):
    outcome = judge_weights(
        (KEY / FILES[conditional]).read_bytes(), conditional, FILES[conditional], ALL
    )
    assert outcome.passed
    reached, rest = outcome.message.removeprefix("reached ").split(", target about ")
    assert float(reached) == pytest.approx(loss, abs=0.02)
    assert rest.startswith(f"{target}: reconstruction ") and "10,000 test images" in rest


@needs_mnist
def test_the_losses_are_those_of_the_text_and_do_not_depend_on_batches():
    model, images = Reference(), ALL.first(600)  # two batches and a part of one
    model.load_state_dict(key())
    found = measure(model, images)
    with torch.no_grad():
        mean, logvar = model.encode(images.grey(), images.y)
        prior = torch.distributions.Normal(0, 1)
        kl = torch.distributions.kl_divergence(
            torch.distributions.Normal(mean, (logvar / 2).exp()), prior
        )
        pixels = torch.distributions.Bernoulli(
            logits=model.decode(mean, images.y), validate_args=False
        )
    assert found.kl == pytest.approx(kl.sum(1).mean().item(), rel=1e-4)
    assert found.from_means == pytest.approx(
        -pixels.log_prob(images.grey()).sum((1, 2, 3)).mean().item(), rel=1e-4
    )
    assert found.from_means < found.reconstruction < found.from_means + 5
    assert measure(model, images) == found


# What wrong ways of training led to in two epochs: reconstruction, from means, KL, and what must be
# said.
RUNS = {
    "z = mean": (
        424.6,
        156.0,
        0.8,
        "from samples (425 nats) is far worse than from means (156 nats): trained without",
    ),
    "σ = logvar": (396.7, 157.5, 0.8, "far worse than from means"),
    "pixels averaged": (
        206.0,
        206.0,
        0.0,
        "6.44, or 206 nats per image: the model paints the average digit, its codes "
        "carry nothing (KL 0.0)",
    ),
    "KL's sign": (206.4, 206.3, 5.2, "its decoder ignores its codes (KL 5.2)"),
    "KL omitted": (
        150.0,
        149.9,
        21.8,
        "KL is 0.68 (21.8 nats per image), and should lie between 0.14 and 0.25",
    ),
    "uniform noise": (150.0, 145.0, 2.9, "KL is 0.09"),
    "no zero_grad": (238.9, 238.2, 3.2, "reconstruction is 7.47"),
    "stopped after one epoch": (168.0, 167.0, 5.0, "was it trained for 10 epochs"),
    "too good": (95.0, 94.0, 6.0, "better than two latent dimensions allow"),
    "initial weights": (
        571.0,
        569.0,
        0.05,
        "these weights are not trained (every pixel grey gives 784 · ln 2 = 543.4",
    ),
    "overflow": (float("inf"), 0.0, 0.0, "not finite"),
    "not a number": (150.0, 149.0, float("nan"), "not finite"),
}


@pytest.mark.parametrize("recon, from_means, kl, words", RUNS.values(), ids=RUNS)
def test_what_went_wrong_is_named(recon, from_means, kl, words):
    assert words in diagnosis(Measured(recon, kl, from_means, recon), False, 205.65)


@pytest.mark.parametrize(
    "conditional, recon, kl",
    [
        (False, 149.8, 6.0),
        (False, 143.5, 6.2),
        (False, 148.3, 6.1),
        (True, 127.1, 4.7),
        (True, 126.1, 4.8),
    ],
)
def test_published_and_measured_right_runs_are_inside(conditional, recon, kl):
    assert (
        diagnosis(
            Measured(recon, kl, recon - 1, recon), conditional, 170.9 if conditional else 205.65
        )
        is None
    )


@needs_mnist
def test_initial_weights_are_not_trained():
    for seed in range(3):
        torch.manual_seed(seed)
        assert "these weights are not trained" in judged(Reference().state_dict()).message


@needs_mnist
def test_a_decoder_that_paints_the_average_digit_has_collapsed():
    torch.manual_seed(0)
    model, images = Reference(), ALL.first(300)
    for layer in (model.mean, model.logvar, model.expand):
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
    average = images.grey().mean(0, keepdim=True)
    optimizer = torch.optim.Adam(
        [model.expand.bias, *model.deconv1.parameters(), *model.deconv2.parameters()], lr=0.02
    )
    nn.init.normal_(model.expand.bias)
    for _ in range(150):
        optimizer.zero_grad()
        logits = model.decode(torch.zeros(1, 2), images.y[:1])
        nn.functional.binary_cross_entropy_with_logits(logits, average, reduction="sum").backward()
        optimizer.step()
    said = judged(model.state_dict(), images=300).message
    assert float(said.split(" or ")[1].split(" nats")[0]) == pytest.approx(
        average_digit(images, False), abs=3
    )
    assert "the model paints the average digit, its codes carry nothing (KL 0.0)" in said


@needs_mnist
def test_a_wide_posterior_around_good_means_was_trained_without_sampling():
    state = key()
    state |= {name: torch.zeros_like(state[name]) for name in ("logvar.weight", "logvar.bias")}
    assert "far worse than from means" in judged(state).message


@needs_mnist
@pytest.mark.parametrize("conditional", FILES)
def test_the_other_model_is_recognised(conditional):
    said = judged(key(not conditional), conditional).message
    other = "VAE" if conditional else "conditional VAE"
    assert said.startswith(f"{FILES[conditional]} holds the weights of a {other};")


@needs_mnist
@pytest.mark.parametrize(
    "value, words",
    [
        (float("nan"), "holds NaN or infinite values in 1 of 16 tensors"),
        (float("inf"), "holds NaN or infinite"),
        (1e30, "not finite"),
    ],
)
def test_values_that_are_no_weights_are_named(value, words):
    state = key()
    state["hidden.bias"] = torch.full_like(state["hidden.bias"], value)
    assert words in judged(state).message


def renamed(state, names):
    """The state with other names and order: position in `names` → layer of the key."""
    return {
        f"net.{i}.{kind}": state[f"{name}.{kind}"]
        for i, name in enumerate(names)
        for kind in ("weight", "bias")
    }


LAYERS = ["conv1", "conv2", "hidden", "mean", "logvar", "expand", "deconv1", "deconv2"]


@needs_mnist
@given(st.permutations(LAYERS))
@settings(max_examples=8, deadline=None)
def test_layers_are_known_by_their_shapes_whatever_their_names_and_order(names):
    usual = judged(key(), images=300)
    assert usual.passed
    assert judged(renamed(key(), names), images=300) == usual


@needs_mnist
def test_one_layer_for_both_heads_other_types_and_a_prefix_are_read():
    usual, state = judged(key()), key()
    for order in ("mean", "logvar"), ("logvar", "mean"):
        whole = {k: v for k, v in state.items() if k.partition(".")[0] not in order}
        heads = {
            f"heads.{kind}": torch.cat([state[f"{head}.{kind}"] for head in order])
            for kind in ("weight", "bias")
        }
        assert judged(whole | heads) == usual
    assert judged({f"module.{name}": value.double() for name, value in state.items()}) == usual


@needs_mnist
def test_another_latent_size_is_named_without_running_it():
    assert "with 8 latent dimensions" in judged(Reference(latent_size=8).state_dict()).message


def test_without_mnist_it_says_so_after_looking_at_the_file():
    assert (
        "MNIST is not on the grader's machine"
        in judge_weights(packed(key()), False, "vae.pt", None).message
    )
    assert "is not a plain file" in judge_weights(b"no", False, "vae.pt", None).message


def test_whatever_goes_wrong_ends_in_a_sentence(monkeypatch):
    monkeypatch.setattr(judging, "read_weights", lambda data: 1 / 0)
    said = judge_weights(b"", False, "vae.pt", None)
    assert (said.passed, said.message) == (
        False,
        "vae.pt could not be measured (ZeroDivisionError).",
    )


def test_test_images_that_are_damaged_count_as_missing(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / "t10k-images-idx3-ubyte").write_bytes(bytes(100))
    (raw / "t10k-labels-idx1-ubyte").write_bytes(bytes(100))
    assert mnist_test_set(str(tmp_path)) is None


def test_the_average_digit_costs_its_entropy_and_each_labels_own_costs_less():
    images = Images(
        torch.tensor([[[0, 255]], [[255, 255]]], dtype=torch.uint8), torch.tensor([3, 4])
    )
    assert average_digit(images, False) == pytest.approx(torch.tensor(2.0).log().item(), rel=1e-4)
    assert average_digit(images, True) == pytest.approx(0, abs=1e-6)
