"""Checks of sample_latent: z = mean + σ·noise with σ = exp(½ logvar).

The noise is standard normal and new for every entry. Laws are judged, never streams of random
numbers. Means, standard deviations and the shape of the distribution rest on 100,000 draws each
(20,000 images with 5 columns alike), correlations on 20,000 pairs. Each statistical check says in
its docstring how often a right answer fails by chance; none does with a probability above 1e-9.
"""

import torch
from torch import Tensor

from ..probes.student import Student, StudentError
from .diagnosis import about, named
from .judging import fresh_generator, random_signed, shaped, show, with_place
from .outcome import check
from .sampling_laws import (
    DRAWS,
    gradient_complaint,
    moments_hint,
    nan_complaint,
    normality_complaint,
    worst_column,
)

COPIES = 5
ROWS = DRAWS // COPIES
CORRELATION = 7.5 / ROWS**0.5

_ONE_EACH = "Every image needs its own noise."


def _columns() -> tuple[Tensor, Tensor]:
    """Draw means and log-variances (5,) of mixed signs, away from 0, ±1 and ±2."""
    rng = fresh_generator()
    order = torch.tensor(rng.permutation(5))
    mean = torch.tensor(rng.uniform(1.2, 1.8, 5) * [1, -1, 2.5, -2.5, 1], dtype=torch.float32)
    logvar = torch.tensor(rng.uniform(0.5, 0.9, 5) * [1, -1, -2.5, 2.5, -1], dtype=torch.float32)
    return mean[order], logvar[order]


def _draw_twice(student: Student) -> tuple[Tensor, Tensor, list[Tensor], dict]:
    """Let the student draw samples in two calls.

    Returns:
        mean and logvar (5,), the samples (ROWS, COPIES * 5) of each call in float64, and the
        probe's whole answer.
    """
    mean, logvar = _columns()
    answer = student.probe(
        "sample", mean=mean.repeat(ROWS, COPIES), calls=2, logvar=logvar.repeat(ROWS, COPIES)
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
    """Judge batches of 1, 3 and 7 images with 2 and 5 latent dimensions."""
    rng = fresh_generator()
    for images, size in ((3, 5), (1, 2), (7, 2), (1, 5)):
        mean = random_signed(rng, 0.3, 2, (images, size))
        logvar = random_signed(rng, 0.3, 1, (images, size))
        try:
            answer = student.probe("sample", mean=mean, logvar=logvar)
        except StudentError as error:
            hint = " Take the shape of the noise from mean_z." if _works(student, 32, 2) else ""
            place = f"With mean_z of shape {(images, size)}"
            raise StudentError(with_place(place, error) + hint) from None
        what = f"The sample for {images} images with {size} latent dimensions"
        shaped(answer["samples"][0], (images, size), what, nan=True)
        for name, before in (("mean", mean), ("logvar", logvar)):
            if not torch.equal(answer[name], before):
                return named(
                    "arguments-changed",
                    f"sample_latent should leave its arguments as they are; {name}_z was changed "
                    "in place. Methods that end in _ change the caller's tensor.",
                )
    return None


def _works(student: Student, images: int, size: int) -> bool:
    """Tell whether samples can be drawn for a batch of this shape."""
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
    """Judge mean, standard deviation and distribution function of five columns of 100,000 draws.

    A right answer fails with a probability below 2e-10: 2.6e-12 for each of five means and five
    standard deviations beyond 7 standard errors (normal and χ² distribution), and 2 exp(−25) =
    2.8e-11 for each of five distribution functions (the inequality of Dvoretzky, Kiefer and
    Wolfowitz with Massart's constant).
    """
    mean, logvar, calls, _ = _draw_twice(student)
    sample = calls[0].view(-1, 5)
    not_numbers = nan_complaint(sample, logvar)
    if not_numbers:
        return not_numbers
    sigma = (logvar / 2).exp()
    worst = worst_column(sample, mean, logvar)
    if worst is None:
        return normality_complaint((sample - mean) / sigma)
    hint = moments_hint(mean, logvar, *calls)
    return about(
        hint,
        f"With mean {show(mean[worst])} and logvar {show(logvar[worst])} the samples should have "
        f"mean {show(mean[worst])} and standard deviation {show(sigma[worst])}; {DRAWS} of yours "
        f"have mean {show(sample.mean(0)[worst])} and standard deviation "
        f"{show(sample.std(0)[worst])}. {hint}",
    )


@check("independence", "Every image, every latent dimension and every call gets its own noise.")
def independence(student: Student) -> str | None:
    """Judge correlations of 20,000 rows between columns, rows and two calls, and reseeding.

    A right answer fails with a probability below 1e-10: at most 400 correlations, each at least 7.5
    standard errors from its limit (6.4e-14 for a normal distribution; twice that covers the tails
    of products of normal numbers).
    """
    _, logvar, samples, answer = _draw_twice(student)
    if torch.equal(answer["following"][0], answer["following"][1]):
        return named(
            "reseeded-in-every-call",
            "Two calls leave the random number generator in the same state, so that torch.rand "
            "repeats itself afterwards. Seed once at the top of the notebook, never where you "
            "sample.",
        )
    if torch.equal(samples[0], samples[1]):
        return named(
            "same-noise-in-every-call",
            "Two calls with the same input should differ; yours are equal. Draw new noise in "
            "every call.",
        )
    if any(bool(sample.isnan().any()) for sample in samples):
        return named(
            "judged-after-the-values",
            "Noise can be judged once the samples are numbers; some of yours are NaN.",
        )
    sigma = (logvar / 2).exp().repeat(COPIES)
    if not all(bool((sample.std(0) > 1e-3 * sigma).all()) for sample in samples):
        return named(
            "same-noise-for-all-images",
            "Samples of different images with the same mean and logvar should differ; in one call "
            f"yours are all equal. {_ONE_EACH}",
        )
    first, second = ((sample - sample.mean(0)) / sample.std(0) for sample in samples)
    return _columns_complaint(first) or _rows_complaint(first, second)


def _columns_complaint(noise: Tensor) -> str | None:
    """Complain about correlated latent dimensions of standardised noise."""
    diagonal = torch.eye(noise.shape[1], dtype=torch.float64)
    correlation = float((noise.T @ noise / ROWS - diagonal).abs().max())
    if correlation <= CORRELATION:
        return None
    return named(
        "noise-shared-between-dimensions",
        f"The noise of two latent dimensions should be uncorrelated; {ROWS} draws of yours have "
        f"the correlation {show(correlation)}. Each latent dimension needs its own noise.",
    )


def _rows_complaint(first: Tensor, second: Tensor) -> str | None:
    """Complain about correlated images of one call, or correlated calls, of standardised noise."""
    half = ROWS // 2
    pairs = (
        ("neighbouring images", _ONE_EACH, first[:-1], first[1:]),
        ("the two halves of a batch", _ONE_EACH, first[:half], first[half:]),
        ("images at equal distance from the two ends of a batch", _ONE_EACH, first, first.flip(0)),
        ("two calls", "Draw new noise in every call.", first, second),
    )
    # Two of the four rest on half as many independent pairs.
    limit = CORRELATION * 2**0.5
    for what, hint, one, other in pairs:
        correlation = float((one * other).mean(0).abs().max())
        if correlation > limit:
            return named(
                "noise-correlated",
                f"The noise of {what} should be uncorrelated; yours has the correlation "
                f"{show(correlation)}. {hint}",
            )
    return None


@check(
    "gradient", "The gradient passes through the sample: dz/dmean is 1, dz/dlogvar is (z − mean)/2."
)
def sample_gradient(student: Student) -> str | None:
    """Judge gradients of a randomly weighted sum over (7, 5) values, relative tolerance 1e-3."""
    rng = fresh_generator()
    mean, logvar, weights = (
        random_signed(rng, low, high, (7, 5)) for low, high in ((0.3, 2), (0.3, 1), (0.5, 2))
    )
    answer = student.probe("sample", mean=mean, logvar=logvar, weights=weights)
    what = "The sample for 7 images with 5 latent dimensions"
    sample = shaped(answer["samples"][0], (7, 5), what, nan=True)
    return gradient_complaint(answer, mean, logvar, weights, sample)
