"""Nothing in the probes, which run in the student's process, can be borrowed as an answer."""

import matplotlib
import pytest
import torch

matplotlib.use("Agg")

from autograder.probes import figures, loops  # noqa: E402
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
    "the loops' sampler": ("sample_latent", noise_along),
    "the pictures' sampler": (
        "sample_latent",
        lambda *codes: figures.PaintingModel.sample_latent(None, *codes),
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
