"""Checks of kl_loss's formula: the closed form of one term, and its gradient.

KL(N(mean, σ²) ‖ N(0, 1)) = −½ (1 + log σ² − mean² − σ²) per latent dimension (Kingma and Welling
2014, appendix B). It is judged on one image with one latent dimension, apart from how the terms of
a batch are put together, which losses_reduction.py judges.
"""

import numpy as np
import torch
from torch import Tensor

from ..probes.student import Student
from .diagnosis import about, named
from .judging import as_number, close, fresh_generator, show, sole_match
from .outcome import check

# Wrong forms of one term, as (hint, formula of mean m and log-variance v).
_MISTAKES = (
    (
        named("kl-sign-reversed", "The sign is reversed: a divergence is never negative."),
        lambda m, v: 0.5 * (1 + v - m**2 - v.exp()),
    ),
    (
        named("kl-without-half", "This is twice the divergence: where is the factor ½?"),
        lambda m, v: -(1 + v - m**2 - v.exp()),
    ),
    (
        named("variance-squared", "exp(logvar) is already the variance: it was squared once more."),
        lambda m, v: -0.5 * (1 + v - m**2 - v.exp() ** 2),
    ),
    (
        named(
            "logvar-doubled", "logvar is log σ² already: doubling it belongs to a formula in log σ."
        ),
        lambda m, v: -0.5 * (1 + 2 * v - m**2 - v.exp()),
    ),
    (
        named("logvar-taken-as-log-sigma", "This formula expects log σ, but logvar_z is log σ²."),
        lambda m, v: -0.5 * (1 + 2 * v - m**2 - (2 * v).exp()),
    ),
    (
        named("logvar-taken-as-sigma", "logvar_z was used as if it were σ itself."),
        lambda m, v: 0.5 * (m**2 + v**2 - (v**2).log() - 1),
    ),
    (
        named("logvar-taken-as-variance", "logvar_z was used as if it were the variance itself."),
        lambda m, v: 0.5 * (m**2 + v - v.log() - 1),
    ),
    (
        named("logvar-sign-reversed", "logvar has the wrong sign outside the exponential."),
        lambda m, v: -0.5 * (1 - v - m**2 - v.exp()),
    ),
    (
        named("logvar-missing", "The term logvar is missing outside the exponential."),
        lambda m, v: -0.5 * (1 - m**2 - v.exp()),
    ),
    (
        named(
            "constant-one-missing",
            "The constant 1 is missing: without it the divergence of the prior from itself is not "
            "0.",
        ),
        lambda m, v: -0.5 * (v - m**2 - v.exp()),
    ),
    (
        named("constant-one-sign-reversed", "The constant 1 has the wrong sign."),
        lambda m, v: -0.5 * (-1 + v - m**2 - v.exp()),
    ),
    (
        named(
            "variance-sign-reversed",
            "The minus applies to mean² and to the variance; here the variance has a plus.",
        ),
        lambda m, v: -0.5 * (1 + v - m**2 + v.exp()),
    ),
    (
        named("mean-sign-reversed", "mean² has the wrong sign."),
        lambda m, v: -0.5 * (1 + v + m**2 - v.exp()),
    ),
    (
        named(
            "mean-not-squared",
            "The mean enters squared, so that the cost grows quadratically on either side; here it "
            "is not squared.",
        ),
        lambda m, v: -0.5 * (1 + v - m - v.exp()),
    ),
    (
        named("absolute-mean", "The mean enters squared; here it is its absolute value."),
        lambda m, v: -0.5 * (1 + v - m.abs() - v.exp()),
    ),
    (named("mean-missing", "The mean is missing."), lambda m, v: -0.5 * (1 + v - v.exp())),
    (
        named("variance-missing", "The variance exp(logvar) is missing."),
        lambda m, v: -0.5 * (1 + v - m**2),
    ),
    (
        named(
            "kl-of-prior-from-posterior",
            "This is the divergence of the prior from your posterior, KL(p‖q); the order of the "
            "two matters.",
        ),
        lambda m, v: 0.5 * (v - 1 + (1 + m**2) / v.exp()),
    ),
    (
        named(
            "sigma-instead-of-variance",
            "It takes the standard deviation σ where the formula needs the variance σ².",
        ),
        lambda m, v: -0.5 * (1 + v - m**2 - (v / 2).exp()),
    ),
    (
        named(
            "variance-and-logvar-exchanged",
            "The variance was used where its logarithm belongs, or the other way round.",
        ),
        lambda m, v: -0.5 * (1 + v.exp() - m**2 - v),
    ),
    (
        named("mean-and-logvar-exchanged", "mean_z and logvar_z are exchanged."),
        lambda m, v: -0.5 * (1 + m - v**2 - m.exp()),
    ),
    (
        named(
            "kl-in-bits", "This is the divergence in bits: nats come from the natural logarithm."
        ),
        lambda m, v: -0.5 * (1 + v - m**2 - v.exp()) / np.log(2),
    ),
)


def term(mean: Tensor, logvar: Tensor) -> Tensor:
    """Compute the closed form of each single term, in nats."""
    return -0.5 * (1 + logvar - mean**2 - logvar.exp())


def _single_inputs(dtype: torch.dtype) -> list[list[Tensor]]:
    """Draw eight inputs of one image and one latent dimension, away from 0, ±1 and ±2.

    Both arguments take both signs. All are numbers that float32 holds exactly, so that an answer
    which computes in float32 gets the same ones.
    """
    rng = fresh_generator()
    inputs = []
    for mean_sign in (1, -1):
        for logvar_sign in (1, -1):
            for low, high in ((0.3, 0.8), (1.2, 1.8)):
                pair = mean_sign * rng.uniform(low, high), logvar_sign * rng.uniform(low, high)
                inputs.append([torch.full((1, 1), value).to(dtype) for value in pair])
    return inputs


def _divisor(
    student: Student, inputs: list[list[Tensor]], seen: list[float], wanted: list[float]
) -> int:
    """Find the fixed batch size by which single terms are divided; 1 where there is none.

    That is a mistake of the reduction, not of the formula.
    """
    ratios = np.array(wanted) / np.array(seen)
    size = round(float(ratios[0]))
    if size < 2 or size > 4096 or not np.allclose(ratios, size, rtol=1e-3):
        return 1
    repeated = student.probe("kl", inputs=[[value.repeat(size, 1) for value in inputs[0]]])
    return size if close(as_number(repeated["values"][0], "kl_loss"), wanted[0]) else 1


@check(
    "closed form",
    "On one image with one latent dimension, kl_loss is the closed form of the divergence.",
)
def closed_form(student: Student) -> str | None:
    """Judge eight inputs (1, 1) in float32 and eight in float64, relative tolerance 1e-4."""
    for dtype in (torch.float32, torch.float64):
        inputs = _single_inputs(dtype)
        answer = student.probe("kl", inputs=inputs)
        seen = [as_number(value, "kl_loss of one image") for value in answer["values"]]
        wanted = [float(term(mean, logvar)) for mean, logvar in inputs]
        if any(answer["changed"]):
            return named(
                "arguments-changed",
                "kl_loss should leave its arguments as they are; mean_z or logvar_z was changed "
                "in place. Methods that end in _ change the caller's tensor.",
            )
        if close(seen, wanted, scale=1e-2):
            continue
        divisible = np.isfinite(seen).all() and 0.0 not in seen
        if divisible and _divisor(student, inputs, seen, wanted) > 1:
            continue
        again = student.probe("kl", inputs=inputs)["values"]
        again = [as_number(value, "kl_loss of one image") for value in again]
        if not np.allclose(seen, again, rtol=1e-3, equal_nan=True):
            return named(
                "kl-from-samples",
                "Two calls with the same arguments should give the same number, and yours differ: "
                "the closed form needs no sample of z.",
            )
        return _formula_complaint(inputs, seen, wanted)
    return None


def _formula_complaint(inputs: list[list[Tensor]], seen: list[float], wanted: list[float]) -> str:
    """Tell the input that shows the mistake best, and the hint whose formula fits all inputs."""
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

    def error(i: int) -> float:
        return abs(seen[i] - wanted[i]) if np.isfinite(seen[i]) else np.inf

    worst = max(range(len(seen)), key=error)
    hint = sole_match(matches, _MISTAKES) or _factor_hint(seen, wanted)
    return about(
        hint,
        f"For one image with mean {show(means[worst])} and logvar {show(logvars[worst])} the "
        f"divergence is {show(wanted[worst])} nats; kl_loss gives {show(seen[worst])}. {hint}",
    )


def _factor_hint(seen: list[float], wanted: list[float]) -> str:
    """Return the hint where no known mistake explains the values: a constant factor, or a law."""
    factor = seen[0] / wanted[0]
    if np.isfinite(seen).all() and factor and close(seen, [factor * value for value in wanted]):
        return named(
            "kl-by-constant-factor",
            f"All your values are {show(factor)} times the divergence: which factor is wrong?",
        )
    return named(
        "other-formula",
        "At logvar 0 the divergence is mean²/2, and at the prior itself it is 0: which of your "
        "terms breaks that?",
    )


_NOT_YET = named(
    "judged-after-the-values",
    "The gradient can be judged once the values are right: first the line above.",
)


@check(
    "gradient",
    "The divergence can be minimised: kl_loss passes its gradient on to mean_z and logvar_z.",
)
def kl_gradient(student: Student) -> str | None:
    """Judge the gradients at three inputs by the closed form's, relative tolerance 1e-3.

    They count only together with the right values. Nothing is differentiated numerically, so an
    answer may compute in any precision; float32 gives these gradients to 1e-6.
    """
    inputs = _single_inputs(torch.float32)[::3]
    answer = student.probe("kl", inputs=inputs)
    values = [as_number(value, "kl_loss of one image") for value in answer["values"]]
    gradients = list(zip(answer["mean_grads"], answer["logvar_grads"], strict=True))
    if all(gradient is None for pair in gradients for gradient in pair):
        return named(
            "no-gradient",
            "The result of kl_loss should carry a gradient; it carries none, so that training "
            "cannot lower it. Keep it a tensor: no .item(), .detach() or float().",
        )
    if not np.isfinite(values).all():
        return _NOT_YET
    wanted = np.array([float(term(mean, logvar)) for mean, logvar in inputs])
    divisor = wanted[0] / values[0] if values[0] else 1.0  # of a batch size written into the code
    if not close(divisor * np.array(values), wanted, scale=1e-2):
        return _NOT_YET
    for (mean, logvar), pair in zip(inputs, gradients, strict=True):
        slopes = [float(mean) / divisor, float(logvar.exp() - 1) / 2 / divisor]
        complaint = _gradient_complaint(mean, logvar, slopes, pair)
        if complaint:
            return complaint
    return None


def _gradient_complaint(
    mean: Tensor, logvar: Tensor, slopes: list[float], gradients: tuple
) -> str | None:
    """Complain about the gradients of one input, whose right value has these slopes."""
    for name, slope, gradient in zip(("mean_z", "logvar_z"), slopes, gradients, strict=True):
        if gradient is None or not close(gradient, slope, rel=1e-3):
            got = (
                "there is no gradient" if gradient is None else f"the gradient is {show(gradient)}"
            )
            return named(
                "gradient-cut-off",
                f"At mean {show(mean)}, logvar {show(logvar)} the value of kl_loss changes by "
                f"{show(slope)} per unit of {name}, but {got}. A part of the computation is cut "
                "off from the gradient.",
            )
    return None
