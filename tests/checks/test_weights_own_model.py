"""Weights of another architecture: measured by what the student's own model gives, and marked so."""

import os

import pytest
import torch
from torch import nn

from autograder.assignment import TARGETS, task
from autograder.checks.weights_model import Reference
from autograder.grading.handed_in_weights import judge_target, own_model
from autograder.probes.student import InProcess, NoVerdictError, StudentError
from autograder.submission import Submission
from tests.checks.weights_world import judged, key, needs_mnist


class Bent(Reference):
    """A VAE with one layer more, whose decode gives images."""

    def __init__(self):
        super().__init__()
        self.bend = nn.Linear(2, 2)

    def encode(self, x):
        mean, logvar = super().encode(x, None)
        return self.bend(mean), logvar

    def decode(self, z):
        return super().decode(z, None).sigmoid()


@pytest.fixture
def bent(tmp_path, monkeypatch):
    """A submission whose own architecture has the key's weights and an identity in between."""
    monkeypatch.chdir(tmp_path)
    model = Bent()
    model.load_state_dict(key() | {"bend.weight": torch.eye(2), "bend.bias": torch.zeros(2)})
    torch.save(model.state_dict(), "vae.pt")
    return Submission("ada", tmp_path, {}, (tmp_path / "vae.pt",))


def bent_outcome(submission, own_class):
    own = (
        own_model(TARGETS["loss-target"], InProcess({"VAE": own_class}).run) if own_class else None
    )
    return judge_target(task("loss-target"), submission, os.environ["LAB_DATA"], own).outcomes[0]


@needs_mnist
def test_another_architecture_is_measured_by_the_students_own_model_and_marked(bent):
    found = bent_outcome(bent, Bent)
    assert found.passed and found.message.startswith("reached 4.")
    assert (
        "measured by what your own model gives for 500 test images, since vae.pt holds another architecture: "
        "18 tensors where the VAE of the text has 16" in found.message
    )


class Liar(Bent):
    """Gives what no decoder can."""

    def decode(self, z):
        return torch.full((len(z), 1, 28, 28), 1.5)


@needs_mnist
@pytest.mark.parametrize(
    "own, words",
    [
        (None, "could not be run"),
        (Reference, "does not accept the weights in"),
        (Liar, "grey values should lie in [0, 1]"),
    ],
)
def test_an_own_model_that_cannot_be_measured_is_one_sentence(bent, own, words):
    found = bent_outcome(bent, own)
    assert not found.passed
    assert (
        "vae.pt holds another architecture: 18 tensors" in found.message and words in found.message
    )


@needs_mnist
def test_there_is_no_verdict_where_the_kernel_of_an_own_model_is_lost(bent):
    def lost(*_):
        raise NoVerdictError("The kernel was ended from outside.")

    with pytest.raises(NoVerdictError):
        judge_target(task("loss-target"), bent, os.environ["LAB_DATA"], lost)


@needs_mnist
def test_right_shapes_with_another_activation_are_measured_by_the_students_own_model():
    state = {
        name: -value if name.startswith(("conv1", "hidden")) else value
        for name, value in key().items()
    }
    model = Reference()  # the key's own function: what the signs changed, it changes back
    model.load_state_dict(key())
    with torch.no_grad():
        found = judged(
            state,
            own=lambda x, y, z: model.encode(x, y) if z is None else [model.decode(z, y).sigmoid()],
        )
    assert (
        found.passed
        and "fits the shapes of the text's VAE, but not what its layers do" in found.message
    )

    def broken(x, y, z):
        raise StudentError("It fails.")

    found = judged(state, own=broken)
    assert not found.passed and "own model" not in found.message


def test_a_missing_file_says_what_writes_it_or_why_it_was_left_out(tmp_path):
    nothing = Submission("ada", tmp_path, {})
    assert (
        "vae.pt is not in the submission: run 04_training.ipynb"
        in bent_outcome(nothing, None).message
    )
    large = Submission("ada", tmp_path, {}, notes=("vae.pt is larger than 50 MB.",))
    assert bent_outcome(large, None).message == "vae.pt is larger than 50 MB."
