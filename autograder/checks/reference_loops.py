"""Training and test loops that a student's loop is compared with: right, or with one mistake.

Everything runs on the probes' tiny model, in the grader's own process, on a case that `loop_cases`
draws.
"""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import Module

from ..probes.loops import LATENT_DIMENSIONS, LoopModel, loop_loss
from .diagnosis import named
from .losses import term

# Stands in for the divergence, which is another notebook's answer and not for a kernel to see.
PENALTY = {"√(1 + m²)": 0.8, "v²": 0.3, "m·v": 0.1}


def _written_out(recon_x: Tensor, x: Tensor, mean_z: Tensor, logvar_z: Tensor):
    """Compute the assignment's own loss, for a loop that does without the given one."""
    recon = loop_loss({})(recon_x, x, mean_z, logvar_z)[1]
    kl = LATENT_DIMENSIONS * term(mean_z, logvar_z).mean()
    return recon + kl, recon, kl


# The loss that a loop is given, and the one that it may write out by itself.
LOSSES = {"given": loop_loss(PENALTY), "written out": _written_out}
PARTS = ("loss", "reconstruction", "KL")
BATCH_SIZE = 3  # 8 training images come as 3, 3, 2 and 11 test images as 3, 3, 3, 2


@dataclass(frozen=True)
class Loop:
    """A way to write the loop; the defaults are the right one."""

    num_epochs: int = 1
    lr: float = 1e-3
    optimiser: str = "Adam"
    fresh_optimiser: bool = False  # a new one in each epoch
    trained: str = ""  # only parameters whose name starts like this
    zero_grad: str = "before"  # before backward, never, between backward and step, once an epoch
    step: str = "batch"  # after each batch, once an epoch, or never
    objective: str = "loss"
    sign: float = 1.0
    data: str = "train_iter"
    batches: str = "all"  # of each epoch; or "first" or "last"
    training: Any = True  # the mode; or "first": in the first epoch only; or "first batch" of each
    sampled: bool = True
    swap: str = ""  # "images" or "codes": the arguments of the loss that are exchanged
    loss: str = "given"  # or "written out"
    labels: Any = "own"  # "own", "flipped" or the same number for all images


@dataclass(frozen=True)
class Batch:
    """Contribution of one batch: loss, reconstruction and KL as per-image means, in nats."""

    values: tuple[float, float, float]
    images: int


def _model(case: dict) -> LoopModel:
    return LoopModel(case["state"], case["constants"], case["conditional"])


def _batches(case: dict, loop: Loop) -> list[tuple[Tensor, ...]]:
    x, y = case[loop.data]
    batches = list(zip(x.split(BATCH_SIZE), y.split(BATCH_SIZE), strict=True))
    return {"all": batches, "first": batches[:1], "last": batches[-1:]}[loop.batches]


def _losses(model: LoopModel, x: Tensor, y: Tensor, loop: Loop) -> tuple[Tensor, Tensor, Tensor]:
    label = _labels(y, loop) if model.conditional else ()
    mean_z, logvar_z = model.encode(x, *label)
    z = model.sample_latent(mean_z, logvar_z) if loop.sampled else mean_z
    images = [model.decode(z, *label), x]
    codes = [mean_z, logvar_z]
    if loop.swap == "images":
        images.reverse()
    if loop.swap == "codes":
        codes.reverse()
    return LOSSES[loop.loss](*images, *codes)


def _labels(y: Tensor, loop: Loop) -> tuple[Tensor]:
    if loop.labels == "own":
        return (y,)
    if loop.labels == "flipped":
        return (y.flip(0),)
    return (torch.full_like(y, loop.labels),)


def trained(case: dict, loop: Loop) -> tuple[dict[str, Tensor], list[list[Batch]]]:
    """Train a new model by this loop.

    Returns:
        The parameters afterwards, and the batches' contributions in each epoch.
    """
    model = _model(case).train(bool(loop.training))
    optimiser = _optimiser(model, loop)
    epochs = []
    for epoch in range(loop.num_epochs):
        if loop.training == "first":
            model.train(epoch == 0)
        if loop.fresh_optimiser:
            optimiser = _optimiser(model, loop)
        if loop.zero_grad == "epoch":
            model.zero_grad()
        epochs.append([])
        for index, (x, y) in enumerate(_batches(case, loop)):
            if loop.training == "first batch":
                model.train(index == 0)
            if loop.zero_grad == "before":
                model.zero_grad()
            losses = _losses(model, x, y, loop)
            (loop.sign * losses[PARTS.index(loop.objective)]).backward()
            if loop.zero_grad == "between":
                model.zero_grad(set_to_none=False)
            if loop.step == "batch":
                optimiser.step()
            epochs[-1].append(_batch(losses, x))
        if loop.step == "epoch":
            optimiser.step()
    return {name: parameter.detach() for name, parameter in model.named_parameters()}, epochs


def _optimiser(model: Module, loop: Loop) -> torch.optim.Optimizer:
    parameters = [
        parameter for name, parameter in model.named_parameters() if name.startswith(loop.trained)
    ]
    if loop.optimiser == "momentum":
        return torch.optim.SGD(parameters, lr=loop.lr, momentum=0.9)
    return getattr(torch.optim, loop.optimiser)(parameters, lr=loop.lr)


def tested(case: dict, loop: Loop) -> list[Batch]:
    """Test the untrained model by this loop; the batches' contributions."""
    model = _model(case).train(loop.training)
    with torch.no_grad():
        return [_batch(_losses(model, x, y, loop), x) for x, y in _batches(case, loop)]


def _batch(losses: tuple[Tensor, Tensor, Tensor], x: Tensor) -> Batch:
    loss, reconstruction, kl = losses
    return Batch((loss.item(), reconstruction.item(), kl.item()), len(x))


def averages(batches: list[Batch]) -> Tensor:
    """Average loss, reconstruction and KL in the assignment's unit, (3,).

    That is the sum of per-image means over the batches, divided by the number of images.
    """
    return _sum(batches) / sum(batch.images for batch in batches)


def _sum(batches: list[Batch]) -> Tensor:
    return torch.tensor([batch.values for batch in batches], dtype=torch.float64).sum(0)


def other_averages(batches: list[Batch]) -> tuple[tuple[str, Tensor], ...]:
    """Average by wrong conventions: (hint, the triple) for each."""
    right, images = averages(batches), sum(batch.images for batch in batches)
    values = [torch.tensor(batch.values, dtype=torch.float64) for batch in batches]
    unit = "The assignment's unit is the sum of the batches' values divided by the number of images"
    weighted = torch.zeros(3, dtype=torch.float64)
    for batch, value in zip(batches, values, strict=True):
        weighted += batch.images * value
    every = "Add up all batches of the epoch"
    orders = ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
    exchanged = "The order is loss, reconstruction, KL; here it is"
    return (
        (
            named(
                "divided-by-number-of-batches",
                f"{unit}; here it is divided by the number of batches.",
            ),
            right * images / len(batches),
        ),
        (named("not-divided", f"{unit}; here nothing is divided."), right * images),
        (
            named("weighted-by-batch-size", f"{unit}; here each batch is weighted by its size."),
            weighted / images,
        ),
        (
            named(
                "divided-by-size-of-last-batch",
                f"{unit}; here it is divided by the size of the last batch.",
            ),
            right * images / batches[-1].images,
        ),
        (named("only-last-batch-averaged", f"{every}; here only the last one counts."), values[-1]),
        (
            named("only-last-batch-averaged", f"{every}; here only the last one counts."),
            values[-1] / batches[-1].images,
        ),
        (
            named("only-last-batch-averaged", f"{every}; here only the last one counts."),
            values[-1] / images,
        ),
        (
            named("only-first-batch-averaged", f"{every}; here only the first one counts."),
            values[0],
        ),
        (
            named("only-first-batch-averaged", f"{every}; here only the first one counts."),
            values[0] / batches[0].images,
        ),
        (
            named("only-first-batch-averaged", f"{every}; here only the first one counts."),
            values[0] / images,
        ),
        *(
            (
                named(
                    "averages-in-other-order", f"{exchanged} {', '.join(PARTS[i] for i in order)}."
                ),
                right[list(order)],
            )
            for order in orders
        ),
    )


def vary(loop: Loop, **changes: Any) -> Loop:
    """Copy the loop with these attributes changed."""
    return replace(loop, **changes)
