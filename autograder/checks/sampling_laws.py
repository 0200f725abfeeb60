"""Laws that samples follow, judged by statistics, and the hints where they follow another one.

Used for sample_latent and for forward of the conditional VAE, which samples too.
"""

import numpy as np
import torch
from torch import Tensor

from .diagnosis import named
from .judging import close, show, sole_match

DRAWS = 100_000
# Tolerance of a mean, in units of σ.
MEAN_TOLERANCE = 7 / DRAWS**0.5
# Relative tolerance of a standard deviation.
STD_TOLERANCE = 7 / (2 * DRAWS) ** 0.5
# Tolerance of a distribution function, 0.0112: exceeded with a probability of 2 exp(−25).
CDF_TOLERANCE = (25 / (2 * DRAWS)) ** 0.5

# Wrong samplers, as (hint, (mean, standard deviation) of the draws for mean m and log-variance v).
_MISTAKES = (
    (
        named(
            "noise-scaled-by-variance",
            "The noise was scaled by exp(logvar), which is σ²; the standard deviation is its "
            "square root.",
        ),
        lambda m, v: (m, v.exp()),
    ),
    (
        named(
            "noise-scaled-by-logvar",
            "The noise was scaled by logvar itself; undo the logarithm first.",
        ),
        lambda m, v: (m, v.abs()),
    ),
    (
        named(
            "noise-scaled-by-half-logvar",
            "The noise was scaled by ½ logvar; the exponential is missing.",
        ),
        lambda m, v: (m, v.abs() / 2),
    ),
    (
        named(
            "noise-scaled-by-root-of-logvar",
            "The noise was scaled by the root of logvar itself; undo the logarithm first.",
        ),
        lambda m, v: (m, v.abs().sqrt()),
    ),
    (
        named("exponential-twice", "The exponential was taken twice."),
        lambda m, v: (m, v.exp().exp()),
    ),
    (
        named("no-noise", "Where is the noise? Two calls with the same input should differ."),
        lambda m, v: (m, 0 * v),
    ),
    (
        named(
            "sigma-added-instead-of-noise",
            "σ itself was added to the mean; multiply it by noise first.",
        ),
        lambda m, v: (m + (v / 2).exp(), 0 * v),
    ),
    (
        named(
            "variance-added-instead-of-noise",
            "The variance itself was added to the mean; what spreads the samples is noise.",
        ),
        lambda m, v: (m + v.exp(), 0 * v),
    ),
    (
        named("logvar-instead-of-sample", "This is the log-variance, not a sample."),
        lambda m, v: (v, 0 * v),
    ),
    (
        named("uniform-noise", "rand is uniform on [0, 1); the noise should be standard normal."),
        lambda m, v: (m + (v / 2).exp() / 2, (v / 2).exp() / 12**0.5),
    ),
    (
        named(
            "mean-and-sigma-exchanged",
            "The roles of mean and σ are exchanged: the mean is added, σ multiplies the noise.",
        ),
        lambda m, v: ((v / 2).exp(), m.abs()),
    ),
    (
        named("mean-and-logvar-exchanged", "mean_z and logvar_z are exchanged."),
        lambda m, v: (v, (m / 2).exp()),
    ),
    (
        named(
            "exponent-doubles-logvar",
            "The exponent doubles logvar: what does a square root do to an exponent?",
        ),
        lambda m, v: (m, (2 * v).exp()),
    ),
    (
        named("exponent-sign-reversed", "The exponent has the wrong sign."),
        lambda m, v: (m, (-v / 2).exp()),
    ),
    (
        named("noise-not-scaled", "The noise is not scaled: multiply it by σ."),
        lambda m, v: (m, torch.ones_like(v)),
    ),
    (named("mean-missing", "The mean is missing."), lambda m, v: (0 * m, (v / 2).exp())),
    (named("mean-subtracted", "The mean is subtracted."), lambda m, v: (-m, (v / 2).exp())),
    (
        named(
            "mean-multiplied-by-sigma", "The mean is multiplied by σ too; σ scales the noise only."
        ),
        lambda m, v: (m * (v / 2).exp(), (v / 2).exp()),
    ),
)


def worst_column(sample: Tensor, mean: Tensor, logvar: Tensor) -> int | None:
    """Find the column whose mean or standard deviation is furthest from what it should be.

    Args:
        sample: DRAWS rows, a column for each latent dimension.
        mean: of each column.
        logvar: log-variance of each column.

    Returns:
        Its index; None where all columns are within their tolerance.
    """
    sigma = (logvar / 2).exp()
    mean_error = (sample.mean(0) - mean).abs() / (MEAN_TOLERANCE * sigma)
    std_error = (sample.std(0) / sigma - 1).abs() / STD_TOLERANCE
    error = mean_error.maximum(std_error)
    if bool((error <= 1).all()):
        return None
    return int(error.nan_to_num(nan=torch.inf).argmax())


def normality_complaint(noise: Tensor) -> str | None:
    """Complain about (z − mean)/σ, (DRAWS, columns), that is not normal.

    Mean and standard deviation must be right already.
    """
    ordered = noise.sort(0).values
    wanted = torch.special.ndtr(ordered)
    ranks = torch.arange(DRAWS, dtype=torch.float64).unsqueeze(1) / DRAWS
    if float(torch.maximum(wanted - ranks, ranks + 1 / DRAWS - wanted).max()) <= CDF_TOLERANCE:
        return None
    fourth = noise.pow(4).mean()
    uniform = 3**0.5 * (2 * ranks - 1)
    looks = "uniform" if float((ordered - uniform).abs().max()) < 0.1 else "other than normal"
    return named(
        "noise-not-normal",
        "Mean and standard deviation are right, but the fourth moment of (z − mean)/σ is "
        f"{show(fourth)} where a normal distribution has 3: the noise looks {looks}. Which torch "
        "function draws standard normal numbers?",
    )


def nan_complaint(sample: Tensor, logvar: Tensor) -> str | None:
    """Complain about draws that are no numbers, in columns of these log-variances."""
    columns = sample.view(-1, len(logvar)).isnan().any(0)
    if not bool(columns.any()):
        return None
    some = float(logvar[columns].min())
    if bool((columns == (logvar < 0)).all()):
        return named(
            "root-of-negative-logvar",
            f"The samples should be numbers; for every negative logvar, such as {show(some)}, "
            "yours are NaN. A log-variance may be negative, and the root of a negative number is "
            "not a number: undo the logarithm before you take the root.",
        )
    return named(
        "samples-not-numbers",
        f"The samples should be numbers; for logvar {show(some)} yours are NaN.",
    )


def moments_hint(mean: Tensor, logvar: Tensor, sample: Tensor, again: Tensor) -> str:
    """Explain draws whose mean or standard deviation is wrong.

    Args:
        mean: of each latent dimension.
        logvar: log-variance of each latent dimension.
        sample: draws of one call, (rows, several times len(mean)).
        again: draws of another call.
    """
    if float(sample.std(0).max()) < 1e-4 and not close(sample[0], again[0], scale=1):
        return named(
            "same-noise-for-all-images",
            "All images got the same noise: every image needs its own, so ask for mean_z's whole "
            "shape.",
        )
    draws = sample.view(-1, len(mean))
    seen_mean, seen_std = draws.mean(0), draws.std(0)

    def matches(law) -> bool:
        wanted_mean, wanted_std = law(mean, logvar)
        valid = wanted_std.isfinite()
        if not torch.equal(valid, seen_std.isfinite()) or valid.sum() < 2:
            return False
        std = wanted_std[valid]
        mean_error = (seen_mean - wanted_mean)[valid].abs()
        std_error = (seen_std - wanted_std)[valid].abs()
        return bool(
            (mean_error <= MEAN_TOLERANCE * std + 1e-4).all()
            and (std_error <= 2 * STD_TOLERANCE * std + 1e-4).all()
        )

    return (
        sole_match(matches, _MISTAKES)
        or _noise_hint(mean, logvar, seen_mean, seen_std)
        or named(
            "other-sampler",
            "The mean is added, and σ, the root of the variance, multiplies standard normal noise.",
        )
    )


def _noise_hint(mean: Tensor, logvar: Tensor, seen_mean: Tensor, seen_std: Tensor) -> str:
    """Explain standard deviations that are all wrong by one factor; "" for others."""
    factor = seen_std / (logvar / 2).exp()
    if not close(factor, factor.mean(), rel=3 * STD_TOLERANCE):
        return ""
    if not close(seen_mean, mean, scale=1, rel=1):
        return ""
    return named(
        "noise-not-standard",
        f"The noise itself has the standard deviation {show(factor.mean())}: it should be standard "
        "normal, and only σ should set the width.",
    )


def gradient_complaint(
    answer: dict, mean: Tensor, logvar: Tensor, weights: Tensor, sample: Tensor
) -> str | None:
    """Complain about the gradients of (weights * sample).sum().

    Args:
        answer: a probe's, with mean_grad and logvar_grad.
        mean: what the sample was drawn with.
        logvar: likewise.
        weights: of the sum.
        sample: what was drawn.
    """
    if bool(sample.isnan().any()):
        return nan_complaint(sample.flatten(), logvar.flatten())
    for name, wanted, law in (
        ("mean", torch.ones_like(mean), "1"),
        ("logvar", (sample - mean) / 2, "(z − mean)/2"),
    ):
        gradient = answer[f"{name}_grad"]
        if gradient is None or not bool(gradient.any()):
            got = "no gradient arrives" if gradient is None else "the gradient is 0 everywhere"
            return named(
                "no-gradient-through-sample",
                f"dz/d{name} should be {law}, but {got}: the loss cannot reach the encoder through "
                "your sample. Draw the noise independently of mean and σ, then combine them by "
                "plain arithmetic.",
            )
        slope = gradient / weights
        if not close(slope, wanted, rel=1e-3, scale=0.1):
            error = (slope - wanted).abs().nan_to_num(nan=torch.inf)
            worst = np.unravel_index(int(error.argmax()), slope.shape)
            return named(
                "wrong-gradient-through-sample",
                f"dz/d{name} should be {law}: {show(wanted[worst])} at mean {show(mean[worst])}, "
                f"logvar {show(logvar[worst])}, z {show(sample[worst])}. Yours is "
                f"{show(slope[worst])}.",
            )
    return None
