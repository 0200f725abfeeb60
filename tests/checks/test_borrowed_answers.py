"""Nothing in the probes, which run in the student's process, can be borrowed as an answer."""

from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
import torch

matplotlib.use("Agg")

from autograder.checks import loop_cases, reference_loops  # noqa: E402
from autograder.probes import figures, loaded_vae, loops  # noqa: E402
from autograder.probes.student import InProcess  # noqa: E402 - after the backend is chosen
from tests.forgeries.students import complaints, key  # noqa: E402


def half(images):
    return torch.full((len(images), 1, 28, 28), 0.5)


def noise_along(mean_z, logvar_z):
    model = loops.LoopModel.__new__(loops.LoopModel)
    object.__setattr__(model, "offset", torch.randn_like(mean_z))
    return loops.LoopModel.sample_latent(model, mean_z, logvar_z)


def penalty(weights):
    return lambda mean_z, logvar_z: loops.loop_loss(weights)(
        half(mean_z), half(mean_z), mean_z, logvar_z
    )[2]


# What could be borrowed: (under which name, what).
BORROWED = {
    "kl_loss, all terms": ("kl_loss", penalty(dict.fromkeys(loops.TERMS, 0.5))),
    "kl_loss, each with its own weight": (
        "kl_loss",
        penalty({name: i for i, name in enumerate(loops.TERMS)}),
    ),
    "kl_loss, the loss that the loops get": ("kl_loss", penalty(reference_loops.PENALTY)),
    "the loops' sampler": ("sample_latent", noise_along),
    "the pictures' sampler": (
        "sample_latent",
        lambda *codes: figures.PaintingModel.sample_latent(SimpleNamespace(names={}), *codes),
    ),
    "the sampler of a loaded VAE": (
        "sample_latent",
        lambda mean_z, logvar_z: loaded_vae.blend(
            mean_z, logvar_z, loaded_vae.random_share(mean_z)
        ),
    ),
}


@pytest.mark.parametrize("name, borrowed", BORROWED.values(), ids=BORROWED)
def test_the_probes_hold_no_answer(name, borrowed):
    tasks = {
        "kl_loss": ("kl-loss-formula-test", "kl-loss-reduction-test"),
        "sample_latent": ("vae-sampling-test",),
    }
    assert all(complaints(task_id, InProcess({name: borrowed})) for task_id in tasks[name])


@pytest.mark.parametrize("lender", [loops.LoopModel, figures.PaintingModel])
def test_the_probes_hold_no_forward(lender):
    student = key("06_cvae.ipynb")
    student.namespace["ConditionalVAE"].forward = lender.forward
    student.namespace["ConditionalVAE"].offset = property(lambda self: torch.randn(1, 2))
    assert complaints("cvae-forward-test", student)


@pytest.mark.parametrize("task_id", ["cvae-encoder-test", "cvae-decoder-test", "cvae-forward-test"])
def test_the_probes_hold_no_conditional_vae(task_id):
    case = loop_cases.random_case(np.random.default_rng(0), conditional=True)

    class ConditionalVAE(loops.LoopModel):
        def __init__(self):
            super().__init__(case["state"], case["constants"], conditional=True)

    student = key("06_cvae.ipynb")
    student.namespace["ConditionalVAE"] = ConditionalVAE
    assert complaints(task_id, student)
