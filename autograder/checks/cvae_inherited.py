"""What a ConditionalVAE's forward passes on to the sampler of the VAE that it was loaded with.

That sampler was judged in its own notebook, and a known one stands in its place. So a forward is
right that hands over what encode gives, and decodes what it gets back. Where it hands over
something else, the law of the assignment says what its samples would have been.
"""

import numpy as np
import torch
from torch import Tensor

from ..probes.loaded_vae import blend, random_share
from .diagnosis import about
from .judging import close, fresh_generator, show
from .sampling_laws import (
    DRAWS,
    gradient_complaint,
    moments_hint,
    nan_complaint,
    worst_column,
)

Draw = tuple[Tensor, Tensor, Tensor]  # mean, log-variance, and the share of the first


def passed_on_draws(answer: dict) -> list[Draw]:
    """Find the draw that each call of forward decoded unchanged.

    Args:
        answer: of the probe `cvae_forward`, for few rows.

    Returns:
        A draw for each code, in order; [] where one of them is something else.
    """
    left, found = iter(answer["drawn"]), []
    for code in answer["codes"]:
        draw = next((_read(draw) for draw in left if _gives(draw, code)), None)
        if draw is None:
            return []
        found.append(draw)
    return found


def _gives(draw, code) -> bool:
    """Tell whether a code is the sample of this draw."""
    if not isinstance(code, Tensor) or any(
        not isinstance(part, Tensor) or part.shape != code.shape for part in draw
    ):
        return False
    return close(code, blend(*_read(draw)), rel=1e-3, scale=0.1)


def _read(draw) -> Draw:
    mean, logvar, share = (part.double() for part in draw)
    return mean, logvar, share


def got_known_values(draws: list[Draw], inputs: dict) -> bool:
    """Tell whether the sampler got just what the known encoder gave, each time."""
    return bool(draws) and all(
        close(mean, inputs["mean"], scale=1) and close(logvar, inputs["logvar"], scale=1)
        for mean, logvar, _ in draws
    )


def draw_by_law(draw: Draw) -> Tensor:
    """Draw DRAWS numbers a column as the assignment says, with what the sampler got.

    Args:
        draw: whose rows are all alike.
    """
    mean, logvar = (part[0].numpy() for part in draw[:2])
    with np.errstate(all="ignore"):
        values = fresh_generator().normal(mean, np.exp(logvar / 2), size=(DRAWS, 2))
    return torch.tensor(values)


def passed_gradient_complaint(
    answer: dict, mean: Tensor, logvar: Tensor, weights: Tensor, sample: Tensor
) -> str | None:
    """Complain about gradients as `gradient_complaint` does, where a known sampler may have drawn.

    Its gradients are known, so those that came through it unchanged count as those of the law.
    """
    draws = passed_on_draws(answer)
    if not draws:
        return gradient_complaint(answer, mean, logvar, weights, sample)
    share = draws[-1][2]
    slopes = {"mean": 1 / share, "logvar": (sample - mean) / 2 / (1 - share)}
    as_by_law = {
        name: answer[name] if answer[name] is None else answer[name] * slopes[part]
        for part in slopes
        for name in [f"{part}_grad"]
    }
    return gradient_complaint({**answer, **as_by_law}, mean, logvar, weights, sample)


def blended(mean: Tensor, logvar: Tensor, rows: int) -> Tensor:
    """Sample by the known law: mean and logvar (1, size) → (rows, size)."""
    mean, logvar = (part.expand(rows, -1) for part in (mean, logvar))
    return blend(mean, logvar, random_share(mean))


def moments_complaint(sample: Tensor, mean: Tensor, logvar: Tensor) -> str | None:
    """Complain about draws with another mean or standard deviation than they should have."""
    not_numbers = nan_complaint(sample, logvar)
    if not_numbers:
        return not_numbers
    worst = worst_column(sample, mean, logvar)
    if worst is None:
        return None
    sigma = (logvar / 2).exp()
    hint = moments_hint(mean, logvar, sample, sample.flip(0))
    return about(
        hint,
        f"With mean {show(mean[worst])} and logvar {show(logvar[worst])}, what is decoded should "
        f"have mean {show(mean[worst])} and standard deviation {show(sigma[worst])}; yours has "
        f"mean {show(sample.mean(0)[worst])} and standard deviation {show(sample.std(0)[worst])}. "
        f"{hint}",
    )
