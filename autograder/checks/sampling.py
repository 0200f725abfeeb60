"""Checks of sample_latent: z = mean + σ·noise with σ = exp(½ logvar) and fresh standard normal
noise for every entry.

Laws, never streams of random numbers. Means, standard deviations and the shape of the distribution
rest on 100,000 draws each (20,000 images with 5 columns alike), correlations on 20,000 pairs. Each
statistical check says in its docstring how often a right answer fails by chance; none does with a
probability above 1e-9.
"""

import numpy as np
import torch
from torch import Tensor

from ..probes.student import Student, StudentError
from .judging import close, fresh, only, shaped, show, signed
from .outcome import check

ROWS, COPIES = 20_000, 5
DRAWS = ROWS * COPIES
SE = 7 / DRAWS**0.5  # of a mean, in units of σ
STD = 7 / (2 * DRAWS) ** 0.5  # relative, of a standard deviation
SHAPE = (
    25 / (2 * DRAWS)
) ** 0.5  # 0.0112, of a distribution function: exceeded with a probability of 2 exp(−25)
CORRELATION = 7.5 / ROWS**0.5

# Wrong samplers, as (hint, (mean, standard deviation) of the draws for mean m and log-variance v).
_MISTAKES = (
    (
        (
            "The noise was scaled by exp(logvar), which is σ²; the standard deviation is its "
            "square root."
        ),
        lambda m, v: (m, v.exp()),
    ),
    (
        "The noise was scaled by logvar itself; take the logarithm back first.",
        lambda m, v: (m, v.abs()),
    ),
    (
        "The noise was scaled by ½ logvar; the exponential is missing.",
        lambda m, v: (m, v.abs() / 2),
    ),
    (
        "The noise was scaled by the root of logvar itself; take the logarithm back first.",
        lambda m, v: (m, v.abs().sqrt()),
    ),
    ("The exponential was taken twice.", lambda m, v: (m, v.exp().exp())),
    (
        "A log-variance may be negative: undo the logarithm before you take the root.",
        lambda m, v: (m, v.sqrt()),
    ),
    ("Where is the noise? Two calls with the same input should differ.", lambda m, v: (m, 0 * v)),
    (
        "σ itself was added to the mean; multiply it by noise first.",
        lambda m, v: (m + (v / 2).exp(), 0 * v),
    ),
    (
        "The variance itself was added to the mean; what spreads the samples is noise.",
        lambda m, v: (m + v.exp(), 0 * v),
    ),
    ("This is the log-variance and no sample.", lambda m, v: (v, 0 * v)),
    (
        "rand is uniform on [0, 1); the noise should be standard normal.",
        lambda m, v: (m + (v / 2).exp() / 2, (v / 2).exp() / 12**0.5),
    ),
    (
        "The roles of mean and σ are exchanged: the mean is added, σ multiplies the noise.",
        lambda m, v: ((v / 2).exp(), m.abs()),
    ),
    ("mean_z and logvar_z are exchanged.", lambda m, v: (v, (m / 2).exp())),
    (
        "The exponent doubles logvar: what does a square root do to an exponent?",
        lambda m, v: (m, (2 * v).exp()),
    ),
    ("The exponent has the wrong sign.", lambda m, v: (m, (-v / 2).exp())),
    ("The noise is not scaled: multiply it by σ.", lambda m, v: (m, torch.ones_like(v))),
    ("The mean is missing.", lambda m, v: (0 * m, (v / 2).exp())),
    ("The mean is subtracted.", lambda m, v: (-m, (v / 2).exp())),
    (
        "The mean is multiplied by σ too; σ scales the noise only.",
        lambda m, v: (m * (v / 2).exp(), (v / 2).exp()),
    ),
)


def _columns() -> tuple[Tensor, Tensor]:
    """Means and log-variances (5,) of mixed signs, off 0, ±1 and ±2."""
    rng = fresh()
    order = torch.tensor(rng.permutation(5))
    mean = torch.tensor(rng.uniform(1.2, 1.8, 5) * [1, -1, 2.5, -2.5, 1], dtype=torch.float32)
    logvar = torch.tensor(rng.uniform(0.5, 0.9, 5) * [1, -1, -2.5, 2.5, -1], dtype=torch.float32)
    return mean[order], logvar[order]


def _draw(student: Student, calls: int = 1) -> tuple[Tensor, Tensor, list[Tensor], dict]:
    """mean, logvar (5,), the samples (ROWS, COPIES * 5) of each call in float64, and the probe's
    whole answer.
    """
    mean, logvar = _columns()
    answer = student.probe(
        "sample", mean=mean.repeat(ROWS, COPIES), calls=calls, logvar=logvar.repeat(ROWS, COPIES)
    )
    what = f"A sample for {ROWS} images with {COPIES * 5} latent dimensions"
    samples = [
        shaped(sample, (ROWS, COPIES * 5), what, nan=True).double() for sample in answer["samples"]
    ]
    return mean.double(), logvar.double(), samples, answer


@check(
    "shape",
    "sample_latent gives one value for each entry of mean_z, and leaves its arguments as they are.",
)
def sample_shape(student: Student) -> str | None:
    """Batches of 1, 3 and 7 images with 2 and 5 latent dimensions."""
    rng = fresh()
    for images, size in ((3, 5), (1, 2), (7, 2), (1, 5)):
        mean = signed(rng, 0.3, 2, (images, size))
        logvar = signed(rng, 0.3, 1, (images, size))
        try:
            answer = student.probe("sample", mean=mean, logvar=logvar)
        except StudentError as error:
            hint = " Take the shape of the noise from mean_z." if _works(student, 32, 2) else ""
            raise StudentError(f"With mean_z of shape {(images, size)}: {error}{hint}") from None
        what = f"The sample for {images} images with {size} latent dimensions"
        shaped(answer["samples"][0], (images, size), what, nan=True)
        for name, before in (("mean_z", mean), ("logvar_z", logvar)):
            if not torch.equal(answer[name.removesuffix("_z")], before):
                return (
                    f"sample_latent should leave its arguments as they are; {name} was changed in "
                    "place. Methods that end in _ change the caller's tensor."
                )
    return None


def _works(student: Student, images: int, size: int) -> bool:
    try:
        student.probe("sample", mean=torch.ones(images, size), logvar=torch.ones(images, size))
    except StudentError:
        return False
    return True


@check(
    "distribution",
    "The samples are normal, with the mean and the variance that mean_z and logvar_z say.",
)
def distribution(student: Student) -> str | None:
    """Mean, standard deviation and distribution function of five columns of 100,000 draws.

    A right answer fails with a probability below 2e-10: 2.6e-12 for each of five means and five
    standard deviations beyond 7 standard errors (normal and χ² distribution), and 2 exp(−25) =
    2.8e-11 for each of five distribution functions (the inequality of Dvoretzky, Kiefer and
    Wolfowitz with Massart's constant).
    """
    mean, logvar, calls, _ = _draw(student, calls=2)
    sample = calls[0].view(-1, 5)
    sigma = (logvar / 2).exp()
    seen_mean, seen_std = sample.mean(0), sample.std(0)
    off = ((seen_mean - mean).abs() / (SE * sigma)).maximum((seen_std / sigma - 1).abs() / STD)
    if not bool((off <= 1).all()):
        worst = int(off.nan_to_num(nan=torch.inf).argmax())
        return (
            f"With mean {show(mean[worst])} and logvar {show(logvar[worst])} the samples should "
            f"have mean {show(mean[worst])} and standard deviation {show(sigma[worst])}; {DRAWS} "
            f"of yours have mean {show(seen_mean[worst])} and standard deviation "
            f"{show(seen_std[worst])}. {named_law(mean, logvar, *calls)}"
        )
    return _shape_complaint((sample - mean) / sigma)


def _shape_complaint(noise: Tensor) -> str | None:
    """What is wrong with (z − mean)/σ, (DRAWS, 5), that has the right mean and standard deviation."""
    wanted = torch.special.ndtr(noise.sort(0).values)
    ranks = torch.arange(DRAWS, dtype=torch.float64).unsqueeze(1) / DRAWS
    if float(torch.maximum(wanted - ranks, ranks + 1 / DRAWS - wanted).max()) <= SHAPE:
        return None
    fourth = noise.pow(4).mean()
    uniform = 3**0.5 * (2 * ranks - 1)
    looks = (
        "uniform"
        if float((noise.sort(0).values - uniform).abs().max()) < 0.1
        else "other than normal"
    )
    return (
        "Mean and standard deviation are right, but the fourth moment of (z − mean)/σ is "
        f"{show(fourth)} where a normal distribution has 3: the noise looks {looks}. Which torch "
        "function draws standard normal numbers?"
    )


def named_law(mean: Tensor, logvar: Tensor, sample: Tensor, again: Tensor) -> str:
    """The hint for draws (rows, several times len(mean)) of two calls whose mean or standard
    deviation is wrong.
    """
    if float(sample.std(0).max()) < 1e-4 and not close(sample[0], again[0], scale=1):
        return (
            "All images got the same noise: every image needs its own, so ask for mean_z's whole "
            "shape."
        )
    seen_mean, seen_std = sample.view(-1, len(mean)).mean(0), sample.view(-1, len(mean)).std(0)

    def matches(law) -> bool:
        wanted_mean, wanted_std = law(mean, logvar)
        valid = wanted_std.isfinite()
        if not torch.equal(valid, seen_std.isfinite()) or valid.sum() < 2:
            return False
        mean_error = (seen_mean - wanted_mean)[valid].abs()
        std_error = (seen_std - wanted_std)[valid].abs()
        near = SE * wanted_std[valid] + 1e-4
        return bool(
            (mean_error <= near).all() and (std_error <= 2 * STD * wanted_std[valid] + 1e-4).all()
        )

    hint = only(matches, _MISTAKES)
    factor = seen_std / (logvar / 2).exp()
    if (
        not hint
        and close(factor, factor.mean(), rel=3 * STD)
        and close(seen_mean, mean, scale=1, rel=1)
    ):
        hint = (
            f"The noise itself has the standard deviation {show(factor.mean())}: it should be "
            "standard normal, and σ alone set the width."
        )
    return (
        hint
        or "The mean is added, and σ, the root of the variance, multiplies standard normal noise."
    )


@check("independence", "Every image, every latent dimension and every call gets its own noise.")
def independence(student: Student) -> str | None:
    """Correlations of 20,000 rows between columns, between rows and between two calls; no
    reseeding.

    A right answer fails with a probability below 1e-10: at most 400 correlations, each at least 7.5
    standard errors from its limit (6.4e-14 for a normal distribution; twice that covers the tails
    of products of normal numbers).
    """
    _, logvar, samples, answer = _draw(student, calls=2)
    if torch.equal(answer["following"][0], answer["following"][1]):
        return (
            "Two calls leave the random number generator in the same state, so that torch.rand "
            "repeats itself afterwards. Seed once at the top of the notebook, never where you "
            "sample."
        )
    if torch.equal(samples[0], samples[1]):
        return (
            "Two calls with the same input should differ; yours are equal. Draw new noise in "
            "every call."
        )
    sigma = (logvar / 2).exp().repeat(COPIES)
    if not all(bool((sample.std(0) > 1e-3 * sigma).all()) for sample in samples):
        return (
            "Samples of different images with the same mean and logvar should differ; in one call "
            "yours are all equal. Every image needs its own noise."
        )
    first, second = ((sample - sample.mean(0)) / sample.std(0) for sample in samples)
    columns = float(
        (first.T @ first / ROWS - torch.eye(first.shape[1], dtype=torch.float64)).abs().max()
    )
    if columns > CORRELATION:
        return (
            f"The noise of two latent dimensions should be uncorrelated; {ROWS} draws of yours "
            f"have the correlation {show(columns)}. Each latent dimension needs its own noise."
        )
    half = ROWS // 2
    pairs = (
        ("neighbouring images", "Every image needs its own noise.", first[:-1], first[1:]),
        (
            "the two halves of a batch",
            "Every image needs its own noise.",
            first[:half],
            first[half:],
        ),
        (
            "an image and its mirror place in the batch",
            "Every image needs its own noise.",
            first,
            first.flip(0),
        ),
        ("two calls", "Draw new noise in every call.", first, second),
    )
    for what, hint, one, other in pairs:
        correlation = float((one * other).mean(0).abs().max())
        if (
            correlation > CORRELATION * 2**0.5
        ):  # two of the four rest on half as many independent pairs
            return (
                f"The noise of {what} should be uncorrelated; yours has the correlation "
                f"{show(correlation)}. {hint}"
            )
    return None


@check(
    "gradient", "The gradient passes through the sample: dz/dmean is 1, dz/dlogvar is (z − mean)/2."
)
def sample_gradient(student: Student) -> str | None:
    """Gradients of a randomly weighted sum over (7, 5) values, by value, relative tolerance 1e-3."""
    rng = fresh()
    mean, logvar, weights = (
        signed(rng, low, high, (7, 5)) for low, high in ((0.3, 2), (0.3, 1), (0.5, 2))
    )
    answer = student.probe("sample", mean=mean, logvar=logvar, weights=weights)
    sample = shaped(
        answer["samples"][0], (7, 5), "The sample for 7 images with 5 latent dimensions", nan=True
    )
    return gradient_complaint(answer, mean, logvar, weights, sample)


def gradient_complaint(
    answer: dict, mean: Tensor, logvar: Tensor, weights: Tensor, sample: Tensor
) -> str | None:
    """What is wrong with mean_grad and logvar_grad of an answer, the gradients of (weights *
    sample).sum().
    """
    for name, wanted, law in (
        ("mean", torch.ones_like(mean), "1"),
        ("logvar", (sample - mean) / 2, "(z − mean)/2"),
    ):
        gradient = answer[f"{name}_grad"]
        if gradient is None or not bool(gradient.any()):
            got = "no gradient arrives" if gradient is None else "the gradient is 0 everywhere"
            return (
                f"dz/d{name} should be {law}, but {got}: the loss cannot reach the encoder through "
                "your sample. Noise is drawn apart from mean and σ, then combined with them by "
                "plain arithmetic."
            )
        slope = gradient / weights
        if not close(slope, wanted, rel=1e-3, scale=0.1):
            worst = np.unravel_index(
                int((slope - wanted).abs().nan_to_num(nan=torch.inf).argmax()), slope.shape
            )
            return (
                f"dz/d{name} should be {law}: {show(wanted[worst])} at mean {show(mean[worst])}, "
                f"logvar {show(logvar[worst])}, z {show(sample[worst])}. Yours is "
                f"{show(slope[worst])}."
            )
    return None
