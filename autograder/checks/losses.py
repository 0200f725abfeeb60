"""Checks of kl_loss: the closed form of one term, and how terms of a batch are put together.

KL(N(mean, σ²) ‖ N(0, 1)) = −½ (1 + log σ² − mean² − σ²) per latent dimension (Kingma and Welling
2014, appendix B), summed over the latent dimensions and averaged over the images of the batch. The
two are judged apart: the formula on one image with one latent dimension, the reduction against the
student's own single terms.
"""

import numpy as np
import torch
from torch import Tensor

from ..probes.student import Student, StudentError
from .judging import close, fresh, kind, number, only, show, signed
from .outcome import Complaint, check

# Wrong forms of one term, as (hint, formula of mean m and log-variance v).
_MISTAKES = (
    (
        "The sign is turned round: a divergence is never negative.",
        lambda m, v: 0.5 * (1 + v - m**2 - v.exp()),
    ),
    (
        "This is twice the divergence: where is the factor ½?",
        lambda m, v: -(1 + v - m**2 - v.exp()),
    ),
    (
        "exp(logvar) is already the variance: it was squared once more.",
        lambda m, v: -0.5 * (1 + v - m**2 - v.exp() ** 2),
    ),
    (
        "logvar is log σ² already: doubling it belongs to a formula in log σ.",
        lambda m, v: -0.5 * (1 + 2 * v - m**2 - v.exp()),
    ),
    (
        "This formula takes its argument for log σ, but logvar_z is log σ².",
        lambda m, v: -0.5 * (1 + 2 * v - m**2 - (2 * v).exp()),
    ),
    (
        "logvar_z was used as if it were σ itself.",
        lambda m, v: 0.5 * (m**2 + v**2 - (v**2).log() - 1),
    ),
    (
        "logvar_z was used as if it were the variance itself.",
        lambda m, v: 0.5 * (m**2 + v - v.log() - 1),
    ),
    (
        "logvar has the wrong sign outside the exponential.",
        lambda m, v: -0.5 * (1 - v - m**2 - v.exp()),
    ),
    (
        "The term logvar is missing outside the exponential.",
        lambda m, v: -0.5 * (1 - m**2 - v.exp()),
    ),
    (
        "The constant 1 is missing: without it the divergence of the prior from itself is not 0.",
        lambda m, v: -0.5 * (v - m**2 - v.exp()),
    ),
    ("The constant 1 has the wrong sign.", lambda m, v: -0.5 * (-1 + v - m**2 - v.exp())),
    (
        "The minus applies to mean² and to the variance; here the variance has a plus.",
        lambda m, v: -0.5 * (1 + v - m**2 + v.exp()),
    ),
    ("mean² has the wrong sign.", lambda m, v: -0.5 * (1 + v + m**2 - v.exp())),
    (
        (
            "The mean enters squared, so that far to either side costs quadratically; here it is "
            "not squared."
        ),
        lambda m, v: -0.5 * (1 + v - m - v.exp()),
    ),
    (
        "The mean enters squared; here it is its absolute value.",
        lambda m, v: -0.5 * (1 + v - m.abs() - v.exp()),
    ),
    ("The mean is missing.", lambda m, v: -0.5 * (1 + v - v.exp())),
    ("The variance exp(logvar) is missing.", lambda m, v: -0.5 * (1 + v - m**2)),
    (
        (
            "This is the divergence of the prior from your posterior, KL(p‖q); the order of the "
            "two matters."
        ),
        lambda m, v: 0.5 * (v - 1 + (1 + m**2) / v.exp()),
    ),
    (
        "It takes the standard deviation σ where the formula needs the variance σ².",
        lambda m, v: -0.5 * (1 + v - m**2 - (v / 2).exp()),
    ),
    (
        "The variance was used where its logarithm belongs, or the other way round.",
        lambda m, v: -0.5 * (1 + v.exp() - m**2 - v),
    ),
    ("mean_z and logvar_z are exchanged.", lambda m, v: -0.5 * (1 + m - v**2 - m.exp())),
    (
        "This is the divergence in bits: nats come from the natural logarithm.",
        lambda m, v: -0.5 * (1 + v - m**2 - v.exp()) / np.log(2),
    ),
)


def term(mean: Tensor, logvar: Tensor) -> Tensor:
    """The closed form of each single term, in nats."""
    return -0.5 * (1 + logvar - mean**2 - logvar.exp())


def _single_inputs(dtype: torch.dtype) -> list[list[Tensor]]:
    """Eight inputs of one image and one latent dimension, both signs of both arguments, off 0, ±1
    and ±2.
    """
    rng = fresh()
    inputs = []
    for mean_sign in (1, -1):
        for logvar_sign in (1, -1):
            for low, high in ((0.3, 0.8), (1.2, 1.8)):
                mean, logvar = (
                    mean_sign * rng.uniform(low, high),
                    logvar_sign * rng.uniform(low, high),
                )
                inputs.append(
                    [torch.full((1, 1), mean, dtype=dtype), torch.full((1, 1), logvar, dtype=dtype)]
                )
    return inputs


def _divisor(
    student: Student, inputs: list[list[Tensor]], seen: list[float], wanted: list[float]
) -> int:
    """The fixed batch size by which single terms are divided (1: none): the reduction's mistake,
    not the formula's.
    """
    ratios = np.array(wanted) / np.array(seen)
    size = round(float(ratios[0]))
    if size < 2 or size > 4096 or not np.allclose(ratios, size, rtol=1e-3):
        return 1
    repeated = student.probe("kl", inputs=[[value.repeat(size, 1) for value in inputs[0]]])
    return size if close(number(repeated["values"][0], "kl_loss"), wanted[0]) else 1


@check(
    "closed form",
    "On one image with one latent dimension, kl_loss is the closed form of the divergence.",
)
def closed_form(student: Student) -> str | None:
    """Eight fresh inputs of shape (1, 1) in float32 and eight in float64, relative tolerance 1e-4."""
    for dtype in (torch.float32, torch.float64):
        inputs = _single_inputs(dtype)
        answer = student.probe("kl", inputs=inputs)
        seen = [number(value, "kl_loss of one image") for value in answer["values"]]
        wanted = [float(term(mean, logvar)) for mean, logvar in inputs]
        if any(answer["changed"]):
            return (
                "kl_loss should leave its arguments as they are; mean_z or logvar_z was changed "
                "in place. Methods that end in _ change the caller's tensor."
            )
        if close(seen, wanted, scale=1e-2):
            continue
        if (
            np.isfinite(seen).all()
            and 0.0 not in seen
            and _divisor(student, inputs, seen, wanted) > 1
        ):
            continue
        return _formula_complaint(inputs, seen, wanted)
    return None


def _formula_complaint(inputs: list[list[Tensor]], seen: list[float], wanted: list[float]) -> str:
    """Which input shows the mistake best, and the hint whose formula fits all inputs."""
    means, logvars = (torch.cat([pair[i] for pair in inputs]).flatten().double() for i in (0, 1))

    def matches(formula) -> bool:
        values = formula(means, logvars)
        fits = torch.tensor(seen, dtype=torch.float64)
        finite = values.isfinite() & fits.isfinite()
        return bool(
            finite.sum() >= 4
            and torch.equal(values.isfinite(), fits.isfinite())
            and close(fits[finite], values[finite], scale=1e-2)
        )

    worst = max(
        range(len(seen)), key=lambda i: abs(seen[i] - wanted[i]) if np.isfinite(seen[i]) else np.inf
    )
    hint = only(matches, _MISTAKES) or (
        "At logvar 0 the divergence is mean²/2, and at the prior itself it is 0: which of your "
        "terms breaks that?"
    )
    return (
        f"For one image with mean {show(means[worst])} and logvar {show(logvars[worst])} the "
        f"divergence is {show(wanted[worst])} nats; kl_loss gives {show(seen[worst])}. {hint}"
    )


_NOT_YET = "The gradient can be judged once the values are right; see the check of the closed form."


@check(
    "gradient",
    "The divergence can be minimised: kl_loss passes its gradient on to mean_z and logvar_z.",
)
def kl_gradient(student: Student) -> str | None:
    """The gradient of kl_loss's own value, compared with central differences of that value,
    float64.

    It counts only together with the right values, which a forged gradient would have to fit.
    """
    step = 1e-4
    inputs = _single_inputs(torch.float64)[::3]
    shifted = [
        [mean + step * a, logvar + step * b]
        for mean, logvar in inputs
        for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1))
    ]
    answer = student.probe("kl", inputs=inputs + shifted)
    values = [number(value, "kl_loss of one image") for value in answer["values"]]
    for i, (mean, logvar) in enumerate(inputs):
        around = values[len(inputs) + 4 * i : len(inputs) + 4 * i + 4]
        slopes = [(around[0] - around[1]) / (2 * step), (around[2] - around[3]) / (2 * step)]
        gradients = [answer[name][i] for name in ("mean_grads", "logvar_grads")]
        if not np.isfinite(slopes).all():
            return _NOT_YET
        if all(gradient is None for gradient in gradients):
            return (
                "The result of kl_loss should carry a gradient; it carries none, so that training "
                "cannot lower it. Keep it a tensor: no .item(), .detach() or float()."
            )
        for name, slope, gradient in zip(("mean_z", "logvar_z"), slopes, gradients, strict=True):
            if gradient is None or not close(gradient, slope, rel=1e-3, scale=0.1):
                got = "none arrives" if gradient is None else f"{show(gradient)} arrives"
                return (
                    f"At mean {show(mean)}, logvar {show(logvar)} the value of kl_loss changes by "
                    f"{show(slope)} per unit of {name}, but as gradient {got}. A part of the "
                    "computation is cut off."
                )
    wanted = np.array([float(term(mean, logvar)) for mean, logvar in inputs + shifted])
    divisor = wanted[0] / values[0] if values[0] else 1.0  # of a batch size written into the code
    return None if close(divisor * np.array(values), wanted, scale=1e-2) else _NOT_YET


@check(
    "reduction", "kl_loss sums the terms over the latent dimensions and averages over the images."
)
def reduction(student: Student) -> str | None:
    """Batches with B and D from 3, 5, 7 against the mean over B of the sum over D of kl_loss's own
    (1, 1) values.
    """
    rng = fresh()
    sizes = [tuple(int(n) for n in rng.permutation([3, 5, 7])[:2]) for _ in range(3)] + [
        (3, 7),
        (7, 3),
    ]
    for positive in (False, True):
        batches = [
            [signed(rng, 0.3, 1.8, (b, d), torch.float64) for _ in range(2)] for b, d in sizes
        ]
        if (
            positive
        ):  # a formula that is wrong for negative numbers may still be put together rightly
            batches = [[value.abs() for value in batch] for batch in batches]
        singles = _single_terms(student, batches)
        if all(terms.isfinite().all() for terms in singles):
            break
    else:
        return (
            "kl_loss of a single image should be a finite number; it is NaN or infinite for many "
            "inputs."
        )
    answer = student.probe("kl", inputs=batches)
    found = []
    for batch, terms, value in zip(batches, singles, answer["values"], strict=True):
        if terms.std() < 1e-3 * terms.abs().max().clamp(min=1e-6):
            return (
                f"kl_loss should depend on mean_z and logvar_z; it gives {show(terms[0, 0])} for "
                "every single image."
            )
        found.append((batch, terms, _whole(value, terms)))
    for _, terms, seen in found:
        if not close(seen, terms.sum(1).mean(), scale=float(terms.abs().sum(1).mean())):
            return _reduction_complaint(found, terms, seen)
    return None


def _whole(value, terms: Tensor) -> float:
    images, size = terms.shape
    if isinstance(value, Tensor) and value.numel() > 1:
        left = {
            (images,): "is the mean over the images missing?",
            (size,): "is the sum over the latent missing?",
        }
        raise Complaint(
            f"kl_loss of {images} images with {size} latent dimensions should be one number; it is "
            f"{kind(value)}: {left.get(tuple(value.shape), 'nothing is summed or averaged yet.')}"
        )
    return number(value, "kl_loss of a batch")


def _single_terms(student: Student, batches: list[list[Tensor]]) -> list[Tensor]:
    """kl_loss's own value for each image and latent dimension of each batch alone, shape (B, D).

    All in one call and shuffled, so that nobody can choose terms to add up to what a batch will
    give.
    """
    means, logvars = (
        torch.cat([pair[i].flatten() for pair in batches]).reshape(-1, 1, 1) for i in (0, 1)
    )
    order = torch.tensor(fresh().permutation(len(means)))
    try:
        values = student.probe("kl", inputs=[[means[i], logvars[i]] for i in order])["values"]
    except StudentError as error:
        raise StudentError(f"For one image with one latent dimension: {error}") from None
    terms = torch.empty(len(means), dtype=torch.float64)
    terms[order] = torch.tensor(
        [number(value, "kl_loss of one image") for value in values], dtype=torch.float64
    )
    sizes = [mean.numel() for mean, _ in batches]
    return [
        part.reshape(mean.shape)
        for part, (mean, _) in zip(terms.split(sizes), batches, strict=True)
    ]


_ONE_EACH = "The constant 1 belongs to each latent dimension, inside the sum."
# Wrong reductions, as (hint, value for the single terms t of shape (B, D)).
_REDUCTIONS = (
    (
        (
            "Doubling the batch must not double the loss: average over the images instead of "
            "summing them."
        ),
        lambda t: t.sum(),
    ),
    (
        "Dimensions add up: sum over the latent dimensions, and average over the images only.",
        lambda t: t.mean(),
    ),
    (
        (
            "Sum over the latent dimensions and average over the images; here it is the other way "
            "round."
        ),
        lambda t: t.mean(1).sum(),
    ),
    ("Only the first image counts; every image should.", lambda t: t[0].sum()),
    ("Only the last image counts; every image should.", lambda t: t[-1].sum()),
    ("Only the first latent dimension counts; all should.", lambda t: t[:, 0].mean()),
    ("Only the last latent dimension counts; all should.", lambda t: t[:, -1].mean()),
    (
        "The result should be the average over the images, not the largest one.",
        lambda t: t.sum(1).max(),
    ),
    (
        "The result should be the average over the images, not the middle one.",
        lambda t: t.sum(1).median(),
    ),
    (_ONE_EACH, lambda t: t.sum(1).mean() + (t.shape[1] - 1) / 2),
    (_ONE_EACH, lambda t: t.sum(1).mean() + (t.numel() - 1) / 2),
    (_ONE_EACH, lambda t: t.sum() + (t.numel() - 1) / 2),
)


def _reduction_complaint(found: list[tuple], terms: Tensor, seen: float) -> str:
    """What is wrong in all the (batch, single terms, value) that were found, told by one of them."""
    hint = only(
        lambda law: all(
            close(value, law(t), scale=float(t.abs().sum(1).mean())) for _, t, value in found
        ),
        _REDUCTIONS,
    )
    factors = torch.cat([(term(*batch) / t).flatten() for batch, t, _ in found])
    if (
        hint == _REDUCTIONS[0][0]
        and float(factors.mean()) > 1.5
        and close(factors, factors.mean(), rel=1e-3)
    ):
        hint = (
            f"The sum is divided by {show(factors.mean())}, always: divide by the size of the "
            "batch at hand."
        )
    return (
        f"For {terms.shape[0]} images with {terms.shape[1]} latent dimensions, summing your own "
        "single terms over the latent and averaging over the images gives "
        f"{show(terms.sum(1).mean())}; kl_loss gives {show(seen)}. "
        f"{hint or 'Which dimension is summed, and which averaged?'}"
    )
