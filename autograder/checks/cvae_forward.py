"""Checks of ConditionalVAE's forward: order, own labels, sampling.

encode and decode are replaced by a known encoder and a recorder, so that a mistake in them costs
nothing here. A forward that does without them is judged by what its results show.
"""

import torch
from torch import Tensor

from ..probes.calls import one_hot_digits
from ..probes.student import Student
from .cvae_forward_inlined import order_complaint, sampling_complaint
from .cvae_inherited import (
    draw_by_law,
    got_known_values,
    moments_complaint,
    passed_gradient_complaint,
    passed_on_draws,
)
from .cvae_parts import recognised, replaced, require_three
from .diagnosis import named
from .judging import (
    close,
    described,
    fresh_generator,
    random_seed,
    random_signed,
    shaped,
)
from .learning import learning_complaint
from .outcome import check

_ROWS = 5
_CALLS = 20  # of 5,000 images: 100,000 draws in each of two latent dimensions


def record_forward(student: Student, rows: int = _ROWS, calls: int = 1) -> dict:
    """Let forward run with a known encoder and a recording decoder.

    Means have size 3, log-variances both signs, and labels are random.

    Returns:
        The probe's answer, and its inputs.
    """
    rng = fresh_generator()

    def column_values(low: float, high: float) -> Tensor:
        values = rng.uniform(low, high, 2) * rng.permutation([1, -1])
        return torch.tensor(values, dtype=torch.float32).expand(rows, 2).contiguous()

    def images(count: int) -> Tensor:
        return torch.tensor(rng.uniform(0, 1, (count, 1, 28, 28)), dtype=torch.float32)

    mean, logvar = column_values(2.5, 3.5), column_values(0.5, 1.5)
    x = images(rows if calls == 1 else 1)
    labels = rng.permutation(10)[:rows] if calls == 1 else rng.integers(10, size=rows)
    inputs = {
        "x": x,
        "y": torch.tensor(labels),
        "mean": mean,
        "logvar": logvar,
        "picture": images(1),
    }
    answer = student.probe("cvae_forward", seed=random_seed(rng), calls=calls, **inputs)
    return {**answer, "inputs": inputs}


def _run_own_network(
    student: Student, labels: list[Tensor], x: Tensor, reseed: bool
) -> list[list[list]]:
    """Results of the network itself, [seed][labels] → [recon_x, mean_z, logvar_z]."""
    rng = fresh_generator()
    answer = student.probe(
        "cvae_parts",
        part="forward",
        seeds=[random_seed(rng) for _ in range(8)],
        reseed=reseed,
        inputs=[[x, y] for y in labels],
    )
    return [[_read_results(output) for output in given] for given in answer["outputs"]]


def _read_results(output) -> list[Tensor]:
    """Read recon_x, mean_z and logvar_z of _ROWS images."""
    shapes = {"recon_x": (_ROWS, 1, 28, 28), "mean_z": (_ROWS, 2), "logvar_z": (_ROWS, 2)}
    return [
        shaped(part, shape, f"{name} of {_ROWS} images")
        for part, (name, shape) in zip(require_three(output), shapes.items(), strict=True)
    ]


def random_inputs() -> tuple[Tensor, Tensor]:
    """Draw _ROWS images, and labels that all differ."""
    rng = fresh_generator()
    x = torch.tensor(rng.uniform(0, 1, (_ROWS, 1, 28, 28)), dtype=torch.float32)
    return x, torch.tensor(rng.permutation(10)[:_ROWS])


@check("order", "forward returns recon_x, mean_z and logvar_z, in this order.")
def forward_order(student: Student) -> str | None:
    """Judge that known mean, log-variance and image come back."""
    answer = record_forward(student)
    complaint = _known_values_complaint(answer)
    if complaint or (answer["encoded"] and answer["decoded"]):
        return complaint
    return order_complaint(student, *random_inputs())


def _known_values_complaint(answer: dict) -> str | None:
    """Complain where forward returns other values than those that were put into the network."""
    output, inputs = require_three(answer["outputs"][0]), answer["inputs"]
    known = {
        "recon_x": inputs["picture"].expand(_ROWS, 1, 28, 28),
        "mean_z": inputs["mean"],
        "logvar_z": inputs["logvar"],
    }
    parts = {"recon_x": "decoded", "mean_z": "encoded", "logvar_z": "encoded"}
    for name, value in zip(known, output, strict=True):
        if not answer[parts[name]]:
            continue
        what = f"{name} of the returned (recon_x, mean_z, logvar_z)"
        seen = shaped(value, tuple(known[name].shape), what)
        if not close(seen, known[name], scale=1e-2):
            return named(
                "results-in-other-order",
                f"forward should return recon_x, mean_z, logvar_z; instead of {name} there is "
                f"{recognised(seen, known, answer['codes'])}.",
            )
    return None


@check("own label", "Encoder and decoder get each image's own label.")
def forward_labels(student: Student) -> str | None:
    """Judge the labels that encode and decode receive, or which rows react to one changed label.

    Networks that give all images the same value are left out, such as those with a dead ReLU at the
    end.
    """
    answer = record_forward(student)
    complaint = _received_complaint(answer)
    if complaint or (answer["encoded"] and answer["decoded"]):
        return complaint
    x, y = random_inputs()
    cases = [y, *(replaced(y, (y + 3) % 10, row) for row in range(_ROWS))]
    results = _run_own_network(student, cases, x, True)
    for index, name in enumerate(("recon_x", "mean_z")):
        values = torch.stack(
            [torch.stack([output[index].flatten(1) for output in given]) for given in results]
        )
        complaint = _reaction_complaint(values, name)
        if complaint:
            return complaint
    return None


def _received_complaint(answer: dict) -> str | None:
    """Complain where encode or decode received other labels or images than forward."""
    inputs = answer["inputs"]
    wanted = inputs["y"].tolist()
    for part, received in (("encode", answer["encoded"]), ("decode", answer["decoded"])):
        for label in received:
            rows = one_hot_digits(label) if isinstance(label, Tensor) else None
            digits = label if rows is None else rows
            is_right = isinstance(digits, Tensor) and digits.flatten().tolist() == wanted
            if not is_right:
                return named(
                    "labels-not-passed-on",
                    f"forward should pass on the labels it got, {wanted}; {part} received "
                    f"{_labels_in_words(digits)}.",
                )
    x = inputs["x"]
    for image in answer["images"]:
        same = isinstance(image, Tensor) and image.shape == x.shape and torch.equal(image, x)
        if not same:
            return named(
                "images-not-passed-on",
                "forward should pass its images on to the encoder as they are; encode received "
                "other images.",
            )
    return None


def _labels_in_words(labels) -> str:
    if not isinstance(labels, Tensor):
        return described(labels)
    if labels.dim() > 1:
        return f"no one-hot rows in a tensor of shape {tuple(labels.shape)}"
    return str(labels.flatten().tolist()[:10])


def _reaction_complaint(values: Tensor, name: str) -> str | None:
    """Complain where a result does not depend on its own label alone.

    Args:
        values: (network, 1 + changed row, row, column): the result for no changed label, then for
            another label in each row.
        name: of the result.
    """
    alive = ((values[:, 0] - values[:, 0, :1]).abs() > 1e-5).any(2).any(1)  # (network,)
    if not alive.any():
        return None
    reacts = (values[:, 1:] - values[:, :1]).abs().amax(3) > 1e-5
    share = reacts[alive].float().mean(0)  # (changed row, row)
    if float((share * (1 - torch.eye(_ROWS))).max()) > 0:
        return named(
            "rows-depend-on-each-other",
            f"Each image should depend on its own label alone; one changed label changes {name} of "
            "other images.",
        )
    if float(share.diagonal().mean()) < 0.5:
        return named(
            "label-ignored",
            f"{name} should depend on the label; with another label it stays the same.",
        )
    return None


@check(
    "sampling",
    "forward decodes a sample: normal, with the mean and the standard deviation that encode gives.",
)
def forward_sampling(student: Student) -> str | None:
    """Judge mean and standard deviation of 100,000 draws in two dimensions.

    Where they cannot be had, two calls must differ. Where a loaded VAE draws, forward must give it
    the encoder's mean and log-variance, and decode what comes back. A right answer fails with a
    probability below 2e-11: 2.6e-12 for each of two means and two standard deviations beyond 7
    standard errors (normal and χ² distribution).
    """
    answer = record_forward(student, calls=2)
    if not (answer["encoded"] and answer["decoded"]):
        return _difference_complaint(student) or sampling_complaint(student)
    passed_on = passed_on_draws(answer)
    if got_known_values(passed_on, answer["inputs"]):
        return None
    if passed_on:
        sample = draw_by_law(passed_on[-1])
    else:
        answer = record_forward(student, rows=5000, calls=_CALLS)
        sample = torch.cat([_read_code(code, 5000).double() for code in answer["codes"]])
    mean, logvar = (answer["inputs"][name][0].double() for name in ("mean", "logvar"))
    return moments_complaint(sample, mean, logvar)


def _read_code(code, rows: int) -> Tensor:
    return shaped(code, (rows, 2), f"What forward decodes for {rows} images", nan=True)


def _difference_complaint(student: Student) -> str | None:
    """Complain where two calls of forward give the same reconstructions."""
    x, y = random_inputs()
    results = _run_own_network(student, [y, y], x, False)
    same = [torch.equal(given[0][0], given[1][0]) for given in results]
    if sum(same) > len(same) / 2:
        return named(
            "no-noise",
            "Two calls of forward with the same images should give different reconstructions; "
            "yours are equal. Forward must go through sample_latent.",
        )
    return None


@check("gradient", "The gradient of the reconstruction reaches the encoder through the sample.")
def forward_gradient(student: Student) -> str | None:
    """Judge gradients of what decode gets, relative tolerance 1e-3.

    Where decode is not used, judge which parameters recon_x learns by.
    """
    rng = fresh_generator()
    mean, logvar, weights = (
        random_signed(rng, low, high, (_ROWS, 2)) for low, high in ((0.3, 2), (0.3, 1), (0.5, 2))
    )
    x, y = random_inputs()
    answer = student.probe(
        "cvae_forward",
        seed=random_seed(rng),
        x=x[:1],
        y=y,
        mean=mean,
        logvar=logvar,
        weights=weights,
        picture=x[1:2],
    )
    if not (answer["encoded"] and answer["decoded"]):
        return learning_complaint(student, "forward", [x, y])
    sample = _read_code(answer["codes"][-1], _ROWS)
    return passed_gradient_complaint(answer, mean, logvar, weights, sample)
