"""Complaints about a ConditionalVAE whose forward does without its own encode or decode.

Nothing can take the place of encode and decode then. The network with random parameters is compared
with itself: the results of forward must fit those of encode and decode.
"""

import numpy as np
import torch
from torch import Tensor

from ..probes.student import Student
from .cvae_inherited import blended
from .cvae_parts import read_output, require_three
from .diagnosis import named
from .judging import close, fresh_generator, random_seed, shaped

_ROWS = 3000  # samples of one image
_GAIN = 1.7  # of the parameters, so that log-variances of some size occur
# Between two distribution functions, 0.091: exceeded with a probability of 2 exp(−25).
_DISTANCE = (25 / _ROWS) ** 0.5
_PROJECTIONS = 3  # of the image, at random


def order_complaint(student: Student, x: Tensor, y: Tensor) -> str | None:
    """Complain where forward(x, y) returns another mean or log-variance than encode(x, y)."""
    rng = fresh_generator()
    question = {"seeds": [random_seed(rng) for _ in range(8)], "inputs": [[x, y]]}
    given = student.probe("cvae_parts", part="forward", **question)["outputs"]
    encoded = student.probe("cvae_parts", part="encode", **question)["outputs"]
    for [forward], [codes] in zip(given, encoded, strict=True):
        wanted = read_output(codes, "encode", len(x))
        require_three(forward)
        for name, index, columns in (("mean_z", 1, slice(0, 2)), ("logvar_z", 2, slice(2, 4))):
            what = f"{name} of the returned (recon_x, mean_z, logvar_z)"
            seen = shaped(forward[index], (len(x), 2), what)
            if not close(seen, wanted[:, columns], rel=1e-3, scale=1.0):
                return named(
                    "results-unlike-encode",
                    f"forward should return recon_x, mean_z, logvar_z, and {name} should be what "
                    "encode gives for the same images and labels; yours is something else.",
                )
    return None


def sampling_complaint(student: Student) -> str | None:
    """Complain where forward's reconstructions of one image vary otherwise than decode's images.

    Decode gets samples with the mean and the log-variance that encode gives. A right answer fails
    with a probability below 1e-10: three distances of empirical distribution functions (Dvoretzky,
    Kiefer and Wolfowitz for two samples of one size; Wei and Dudley 2012).
    """
    rng = fresh_generator()
    x = torch.tensor(rng.uniform(size=(1, 1, 28, 28)), dtype=torch.float32)
    y = torch.tensor(rng.integers(10, size=1))
    seed, mean, logvar = _wide_network(student, x, y, [random_seed(rng) for _ in range(8)])
    question = {"seeds": [seed], "gain": _GAIN}
    x, y = x.repeat(_ROWS, 1, 1, 1), y.repeat(_ROWS)
    answer = student.probe("cvae_parts", part="forward", inputs=[[x, y]], **question)
    images = require_three(answer["outputs"][0][0])[0]
    seen = shaped(images, (_ROWS, 1, 28, 28), f"recon_x of {_ROWS} images").flatten(1)
    directions = torch.tensor(rng.normal(size=(784, _PROJECTIONS)), dtype=torch.float32)
    for z in _samples(rng, mean, logvar, by_loaded=bool(answer["drawn"])):
        [[decoded]] = student.probe("cvae_parts", part="decode", inputs=[[z, y]], **question)[
            "outputs"
        ]
        wanted = read_output(decoded, "decode", _ROWS)
        if _distribution_distance(seen @ directions, wanted @ directions) <= _DISTANCE:
            return None
    return named(
        "other-sampler",
        "The reconstructions of one image should vary as decode's images do for samples with "
        "encode's mean and standard deviation; yours vary differently. Forward must go through "
        "sample_latent.",
    )


def _samples(rng: np.random.Generator, mean: Tensor, logvar: Tensor, by_loaded: bool) -> list:
    """Draw _ROWS samples by the assignment's law, and by the known one where that was asked."""
    sigma = np.exp(logvar.numpy() / 2)
    by_law = torch.tensor(rng.normal(mean.numpy(), sigma, (_ROWS, 2)), dtype=torch.float32)
    return [by_law, blended(mean, logvar, _ROWS)] if by_loaded else [by_law]


def _wide_network(
    student: Student, x: Tensor, y: Tensor, seeds: list[int]
) -> tuple[int, Tensor, Tensor]:
    """Choose the network with the largest log-variances: its seed, mean and log-variance."""
    answer = student.probe("cvae_parts", part="encode", seeds=seeds, gain=_GAIN, inputs=[[x, y]])
    codes = [read_output(given[0], "encode", 1) for given in answer["outputs"]]
    sizes = [float(code[:, 2:].abs().clamp(max=3).sum()) for code in codes]
    chosen = max(range(len(seeds)), key=sizes.__getitem__)
    mean, logvar = codes[chosen].chunk(2, dim=1)
    return seeds[chosen], mean, logvar


def _distribution_distance(one: Tensor, other: Tensor) -> float:
    """Compute the largest distance of the columns' empirical distribution functions."""
    distances = []
    for a, b in zip(one.T.double().numpy(), other.T.double().numpy(), strict=True):
        values = np.concatenate([a, b])
        ranks = [
            np.searchsorted(np.sort(part), values, side="right") / len(part) for part in (a, b)
        ]
        distances.append(np.abs(ranks[0] - ranks[1]).max())
    return float(max(distances))
