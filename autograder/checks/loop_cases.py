"""Random cases for the probes of the loops, and whether rounding could decide a verdict."""

import numpy as np
import torch
from torch import Tensor

from .loop_results import distance
from .reference_loops import BATCH_SIZE, LOSSES, PENALTY, Loop, trained, vary

# Pixels are changed by about one unit in the last place of float32, several times what a right
# loop's own order of additions does.
ROUNDING = 1e-7
STEADY = 1e-4  # of the learning rate: how far a parameter may move by that


def random_case(rng: np.random.Generator, conditional: bool) -> dict:
    """Draw the inputs of the loops' probes; all are random except the loss.

    They are parameters (`state`), those of a model that must not be used (`decoy`), the model's
    projections (`constants`) and both data sets.
    """

    def normal(*shape: int, scale: float = 1.0) -> Tensor:
        return torch.tensor(rng.normal(scale=scale, size=shape), dtype=torch.float32)

    def data(images: int) -> list[Tensor]:
        labels = torch.tensor(rng.permutation(np.r_[0:10, 0:10])[:images])
        return [
            torch.tensor(rng.uniform(0.1, 0.9, (images, 1, 28, 28)), dtype=torch.float32),
            labels,
        ]

    def state() -> dict[str, Tensor]:
        shapes = {
            "encoder.weight": (4, 3),
            "encoder.bias": (4,),
            "decoder.weight": (3, 2),
            "decoder.bias": (3,),
        }
        if conditional:
            shapes |= {"encoder_label.weight": (3, 1), "decoder_label.weight": (3, 1)}
        return {name: normal(*shape, scale=0.6) for name, shape in shapes.items()}

    # Few pixels are painted, so that reconstruction and penalty have about the same size.
    painted = torch.zeros(784)
    painted[torch.tensor(rng.permutation(784)[:20])] = 1
    constants = {
        "inward": normal(784, 3, scale=0.1),
        "outward": normal(3, 784) * painted,
        "offset": normal(2) + 1,
    }
    return {
        "state": state(),
        "decoy": state(),
        "constants": constants,
        "conditional": conditional,
        "loss": PENALTY,
        "batch_size": BATCH_SIZE,
        "train_iter": data(8),
        "test_iter": data(11),
    }


def is_steady(case: dict, loop: Loop, rng: np.random.Generator) -> bool:
    """Tell whether rounding hardly moves where this training ends, by each of LOSSES.

    Adam divides a gradient by its size, so a gradient that is nearly zero by chance may send two
    right loops apart that only add up in another order.

    Args:
        case: what is trained.
        loop: the training.
        rng: of how it is rounded.
    """
    other = _rounded(case, rng)
    loops = [vary(loop, loss=loss) for loss in LOSSES]
    moved = [distance(trained(case, each)[0], trained(other, each)[0]) for each in loops]
    return max(moved) <= STEADY * loop.lr


def _rounded(case: dict, rng: np.random.Generator) -> dict:
    """Copy the case with each pixel of the training images changed by about its last digit."""
    x, y = case["train_iter"]
    noise = torch.tensor(rng.normal(scale=ROUNDING, size=x.shape), dtype=torch.float64)
    return case | {"train_iter": [(x * (1 + noise)).float(), y]}
