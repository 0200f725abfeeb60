"""Checks of a ConditionalVAE's forward that goes without its own encode or decode: its results must
fit theirs.

Nothing can be put in the place of encode and decode then; the network with random parameters is
compared with itself.
"""

import numpy as np
import torch
from torch import Tensor

from ..probes.student import Student
from .cvae_encoder_decoder import outputs
from .judging import close, fresh, seed, shaped
from .outcome import Complaint

_ROWS = 3000  # samples of one image
_GAIN = 1.7  # of the parameters, so that log-variances of some size occur
_DISTANCE = (
    25 / _ROWS
) ** 0.5  # 0.091, between two distribution functions; exceeded with a probability of 2 exp(−25)
_PROJECTIONS = 3  # of the image, at random


def order_complaint(student: Student, x: Tensor, y: Tensor) -> str | None:
    """What is wrong with mean and log-variance that forward(x, y) returns, compared with those of
    encode(x, y).
    """
    rng = fresh()
    question = {"seeds": [seed(rng) for _ in range(8)], "inputs": [[x, y]]}
    given = student.probe("cvae_parts", part="forward", **question)["outputs"]
    encoded = student.probe("cvae_parts", part="encode", **question)["outputs"]
    for [forward], [wanted] in zip(given, encoded, strict=True):
        wanted = outputs(wanted, "encode", len(x))
        _require_three(forward)
        for name, place, columns in (("mean_z", 1, slice(0, 2)), ("logvar_z", 2, slice(2, 4))):
            seen = shaped(
                forward[place], (len(x), 2), f"{name}, in its place in (recon_x, mean_z, logvar_z),"
            )
            if not close(seen, wanted[:, columns], rel=1e-3, scale=1.0):
                return (
                    f"forward should return recon_x, mean_z, logvar_z, and {name} should be what "
                    "encode gives for the same images and labels; yours is something else."
                )
    return None


def sampling_complaint(student: Student) -> str | None:
    """What is wrong with how forward's reconstructions of one image are distributed, compared with
    decode's images.

    Decode gets samples with the mean and the log-variance that encode gives. A right answer fails
    with a probability below 1e-10: three distances of empirical distribution functions (Dvoretzky,
    Kiefer and Wolfowitz for two samples of one size; Wei and Dudley 2012).
    """
    rng = fresh()
    x, y = (
        torch.tensor(rng.uniform(size=(1, 1, 28, 28)), dtype=torch.float32),
        torch.tensor(rng.integers(10, size=1)),
    )
    seeds = [seed(rng) for _ in range(8)]
    codes = student.probe("cvae_parts", part="encode", seeds=seeds, gain=_GAIN, inputs=[[x, y]])[
        "outputs"
    ]
    codes = [outputs(given[0], "encode", 1) for given in codes]
    chosen = max(range(len(seeds)), key=lambda i: float(codes[i][:, 2:].abs().clamp(max=3).sum()))
    mean, logvar = codes[chosen].chunk(2, dim=1)
    z = mean + (logvar / 2).exp() * torch.tensor(rng.normal(size=(_ROWS, 2)), dtype=torch.float32)
    y = y.repeat(_ROWS)
    question = {"seeds": [seeds[chosen]], "gain": _GAIN}
    x = x.repeat(_ROWS, 1, 1, 1)
    [[forward]] = student.probe("cvae_parts", part="forward", inputs=[[x, y]], **question)[
        "outputs"
    ]
    [[wanted]] = student.probe("cvae_parts", part="decode", inputs=[[z, y]], **question)["outputs"]
    seen = shaped(
        _require_three(forward)[0], (_ROWS, 1, 28, 28), f"recon_x of {_ROWS} images"
    ).flatten(1)
    directions = torch.tensor(rng.normal(size=(784, _PROJECTIONS)), dtype=torch.float32)
    if _apart(seen @ directions, outputs(wanted, "decode", _ROWS) @ directions) <= _DISTANCE:
        return None
    return (
        "The reconstructions of one image should vary as decode's images do for samples with "
        "encode's mean and standard deviation; yours vary otherwise. Forward must go through "
        "sample_latent."
    )


def _require_three(output) -> list:
    if not isinstance(output, list) or len(output) != 3:
        raise Complaint("forward should return recon_x, mean_z, logvar_z.")
    return output


def _apart(one: Tensor, other: Tensor) -> float:
    """The largest distance of the columns' empirical distribution functions."""
    distances = []
    for a, b in zip(one.T.double().numpy(), other.T.double().numpy(), strict=True):
        places = np.concatenate([a, b])
        ranks = [
            np.searchsorted(np.sort(part), places, side="right") / len(part) for part in (a, b)
        ]
        distances.append(np.abs(ranks[0] - ranks[1]).max())
    return float(max(distances))
