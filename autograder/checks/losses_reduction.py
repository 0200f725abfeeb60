"""Check of kl_loss's reduction: a sum over the latent dimensions, a mean over the images.

A batch is judged against the student's own single terms, apart from their formula.
"""

import torch
from torch import Tensor

from ..probes.student import Student, StudentError
from .diagnosis import about, named
from .judging import (
    as_number,
    close,
    described,
    fresh_generator,
    random_signed,
    show,
    sole_match,
    with_place,
)
from .losses import term
from .outcome import Complaint, check

_DOUBLING = named(
    "summed-over-images",
    "Doubling the batch must not double the loss: average over the images instead of summing them.",
)
_ONE_EACH = named(
    "constant-one-outside-sum", "The constant 1 belongs to each latent dimension, inside the sum."
)
# Wrong reductions, as (hint, value for the single terms t of shape (B, D)).
_REDUCTIONS = (
    (_DOUBLING, lambda t: t.sum()),
    (
        named(
            "averaged-over-dimensions",
            "Dimensions add up: sum over the latent dimensions, and average over the images only.",
        ),
        lambda t: t.mean(),
    ),
    (
        named(
            "sum-and-mean-exchanged",
            "Sum over the latent dimensions and average over the images; here it is the other way "
            "round.",
        ),
        lambda t: t.mean(1).sum(),
    ),
    (
        named("only-first-image", "Only the first image counts; every image should."),
        lambda t: t[0].sum(),
    ),
    (
        named("only-last-image", "Only the last image counts; every image should."),
        lambda t: t[-1].sum(),
    ),
    (
        named("only-first-dimension", "Only the first latent dimension counts; all should."),
        lambda t: t[:, 0].mean(),
    ),
    (
        named("only-last-dimension", "Only the last latent dimension counts; all should."),
        lambda t: t[:, -1].mean(),
    ),
    (
        named(
            "maximum-over-images",
            "The result should be the average over the images, not the largest one.",
        ),
        lambda t: t.sum(1).max(),
    ),
    (
        named(
            "median-over-images",
            "The result should be the average over the images, not the median.",
        ),
        lambda t: t.sum(1).median(),
    ),
    (_ONE_EACH, lambda t: t.sum(1).mean() + (t.shape[1] - 1) / 2),
    (_ONE_EACH, lambda t: t.sum(1).mean() + (t.numel() - 1) / 2),
    (_ONE_EACH, lambda t: t.sum() + (t.numel() - 1) / 2),
)


@check(
    "reduction", "kl_loss sums the terms over the latent dimensions and averages over the images."
)
def reduction(student: Student) -> str | None:
    """Judge batches with B and D from 3, 5, 7.

    They are compared with the mean over B of the sum over D of kl_loss's own (1, 1) values.
    """
    drawn = _finite_batches(student)
    if drawn is None:
        return named(
            "single-loss-not-finite",
            "kl_loss of a single image should be a finite number; it is NaN or infinite for many "
            "inputs.",
        )
    batches, singles = drawn
    answer = student.probe("kl", inputs=batches)
    found = []
    for batch, terms, value in zip(batches, singles, answer["values"], strict=True):
        if terms.std() < 1e-3 * terms.abs().max().clamp(min=1e-6):
            return named(
                "loss-ignores-arguments",
                f"kl_loss should depend on mean_z and logvar_z; it gives {show(terms[0, 0])} for "
                "every single image.",
            )
        found.append((batch, terms, _batch_value(value, terms)))
    for _, terms, seen in found:
        if not close(seen, terms.sum(1).mean(), scale=float(terms.abs().sum(1).mean())):
            return _reduction_complaint(found, terms, seen)
    return None


def _finite_batches(student: Student) -> tuple[list[list[Tensor]], list[Tensor]] | None:
    """Draw batches whose single terms are finite, and these terms; None where there are none.

    The second attempt is with positive numbers: a formula that is wrong for negative ones may
    still be reduced rightly.
    """
    rng = fresh_generator()
    sizes = [tuple(int(n) for n in rng.permutation([3, 5, 7])[:2]) for _ in range(3)]
    sizes += [(3, 7), (7, 3)]
    for positive in (False, True):
        batches = [
            [random_signed(rng, 0.3, 1.8, (b, d), torch.float64) for _ in range(2)]
            for b, d in sizes
        ]
        if positive:
            batches = [[value.abs() for value in batch] for batch in batches]
        singles = _single_terms(student, batches)
        if all(terms.isfinite().all() for terms in singles):
            return batches, singles
    return None


def _batch_value(value, terms: Tensor) -> float:
    """Read kl_loss of a batch, whose single terms are (B, D)."""
    images, size = terms.shape
    if isinstance(value, Tensor) and value.numel() > 1:
        hints: dict[tuple[int, ...], str] = {
            (images,): named("not-averaged-over-images", "is the mean over the images missing?"),
            (size,): named(
                "not-summed-over-dimensions", "is the sum over the latent dimensions missing?"
            ),
        }
        hint = hints.get(
            tuple(value.shape), named("not-reduced", "nothing is summed or averaged yet.")
        )
        raise Complaint(
            about(
                hint,
                f"kl_loss of {images} images with {size} latent dimensions should be one number; "
                f"it is {described(value)}: {hint}",
            )
        )
    return as_number(value, "kl_loss of a batch")


def _single_terms(student: Student, batches: list[list[Tensor]]) -> list[Tensor]:
    """kl_loss's own value for each image and latent dimension of each batch alone, shape (B, D).

    All in one call and shuffled, so that nobody can choose terms to add up to what a batch will
    give.
    """
    means, logvars = (
        torch.cat([pair[i].flatten() for pair in batches]).reshape(-1, 1, 1) for i in (0, 1)
    )
    order = torch.tensor(fresh_generator().permutation(len(means)))
    try:
        values = student.probe("kl", inputs=[[means[i], logvars[i]] for i in order])["values"]
    except StudentError as error:
        place = "For one image with one latent dimension"
        raise StudentError(with_place(place, error)) from None
    terms = torch.empty(len(means), dtype=torch.float64)
    terms[order] = torch.tensor(
        [as_number(value, "kl_loss of one image") for value in values], dtype=torch.float64
    )
    sizes = [mean.numel() for mean, _ in batches]
    return [
        part.reshape(mean.shape)
        for part, (mean, _) in zip(terms.split(sizes), batches, strict=True)
    ]


def _reduction_complaint(found: list[tuple], terms: Tensor, seen: float) -> str:
    """Tell what is wrong in all of `found`, (batch, single terms, value), by one of them."""

    def matches(law) -> bool:
        return all(
            close(value, law(t), scale=float(t.abs().sum(1).mean())) for _, t, value in found
        )

    hint = sole_match(matches, _REDUCTIONS)
    factors = torch.cat([(term(*batch) / t).flatten() for batch, t, _ in found])
    constant = float(factors.mean()) > 1.5 and close(factors, factors.mean(), rel=1e-3)
    if hint == _DOUBLING and constant:
        hint = named(
            "fixed-batch-size",
            f"The sum is always divided by {show(factors.mean())}: divide by the size of the "
            "current batch.",
        )
    return about(
        hint,
        f"For {terms.shape[0]} images with {terms.shape[1]} latent dimensions, summing your own "
        "single terms over the latent dimensions and averaging over the images gives "
        f"{show(terms.sum(1).mean())}; kl_loss gives {show(seen)}. "
        f"{hint or 'Which dimension is summed, and which averaged?'}",
    )
