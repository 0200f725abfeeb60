"""Checks of ConditionalVAE's encoder and decoder: image or latent matters, label matters, each row
by its own alone.

The networks get random parameters; nothing is assumed about their layers. That labels enter as
classes and not as numbers shows when one image gets the ten labels in turn: outputs that follow a
number move along a smooth curve, where the second differences are small beside the first; those of
exchangeable classes have a ratio of 3 on average.
"""

import torch
from torch import Tensor

from ..probes.student import Student, StudentError
from .judging import fresh, seed, shaped, show
from .learning import learning_complaint
from .outcome import Complaint, check

# mean square ratio of second to first differences: classes give 3 on average, numbers below 0.6
_CURVED = 1.0


def _first(rng, part: str, rows: int) -> Tensor:
    """Random images (rows, 1, 28, 28) to encode, or latents (rows, 2) to decode."""
    if part == "encode":
        return torch.tensor(rng.uniform(0, 1, (rows, 1, 28, 28)), dtype=torch.float32)
    return torch.tensor(rng.normal(size=(rows, 2)), dtype=torch.float32)


def outputs(value, part: str, rows: int) -> Tensor:
    """What a part gave for `rows` rows, as one tensor (rows, columns): mean and log-variance (2 +
    2), or pixels (784).

    Raises Complaint.
    """
    if part == "decode":
        return _finite(
            shaped(value, (rows, 1, 28, 28), f"decode(z, y) for {rows} latents").flatten(1), part
        )
    if not isinstance(value, list) or len(value) != 2:
        raise Complaint("encode(x, y) should return two tensors, mean and log-variance.")
    both = [
        shaped(item, (rows, 2), f"The {name} that encode(x, y) gives for {rows} images")
        for item, name in zip(value, ("mean", "log-variance"), strict=True)
    ]
    return _finite(torch.cat(both, dim=1), part)


def _finite(values: Tensor, part: str) -> Tensor:
    """The values.

    Raises Complaint where one is infinite: differences of such numbers say nothing.
    """
    if not bool(values.isfinite().all()):
        raise Complaint(
            f"{part} should give finite numbers; {int((~values.isfinite()).sum())} of "
            f"{values.numel()} are infinite."
        )
    return values


def _shape_complaint(student: Student, part: str) -> str | None:
    rng = fresh()
    for rows, digits in ((7, 10), (1, 10), (3, 5)):
        y = torch.tensor(rng.integers(digits, size=rows))
        case = [_first(rng, part, rows), y]
        try:
            answer = student.probe("cvae_parts", part=part, seeds=[seed(rng)], inputs=[case])
        except StudentError as error:
            raise StudentError(
                f"With the labels {y.tolist()}: {error}{_classes_hint(student, part)}"
            ) from None
        outputs(answer["outputs"][0][0], part, rows)
    return None


def _classes_hint(student: Student, part: str) -> str:
    """What to say about an error that goes away when all ten labels are in the batch."""
    rng = fresh()
    try:
        student.probe(
            "cvae_parts",
            part=part,
            seeds=[seed(rng)],
            inputs=[[_first(rng, part, 10), torch.arange(10)]],
        )
    except StudentError:
        return ""
    return " Say how many classes there are: not every batch holds a 9."


def _inputs_complaint(student: Student, part: str) -> str | None:
    rng, rows = fresh(), 5
    noun = {"encode": "image", "decode": "latent"}[part]
    first, y = _first(rng, part, rows), torch.tensor(rng.permutation(10)[:rows])
    other_first, other_y = (
        _first(rng, part, rows),
        (y + torch.tensor(rng.integers(1, 10, rows))) % 10,
    )
    cases = [
        [first, y],
        [first, y],
        *([replaced(first, other_first, row), y] for row in range(rows)),
        *([first, replaced(y, other_y, row)] for row in range(rows)),
    ]
    order = rng.permutation(len(cases))  # so that an answer of another time does not fit
    answer = student.probe(
        "cvae_parts",
        part=part,
        seeds=[seed(rng) for _ in range(8)],
        inputs=[cases[i] for i in order],
    )
    in_order = [[given[i] for i in order.argsort()] for given in answer["outputs"]]
    moved = (
        torch.stack([_moves(part, rows, given) for given in in_order]) > 1e-4
    )  # (seeds, cases - 1, rows)
    if bool(moved[:, 0].any()):
        return (
            f"{part} of the same {noun}s and labels should give the same result twice; it does not."
        )
    for what, reacts in ((noun, moved[:, 1 : rows + 1]), ("label", moved[:, rows + 1 :])):
        share = reacts.float().mean(0)  # (changed row, row): of the networks in which it reacts
        others = share * (1 - torch.eye(rows))
        if float(others.max()) > 0:
            changed, row = divmod(int(others.argmax()), rows)
            return (
                f"Each row should depend on its own {what} alone; with another {what} in row "
                f"{changed}, the result of row {row} changes too."
            )
        if float(share.diagonal().mean()) < 0.5:
            return (
                f"{part} should depend on the {what}; with another {what} its result stays the "
                f"same. Does the {what} reach the network?"
            )
    return None


def replaced(values: Tensor, others: Tensor, row: int) -> Tensor:
    """The values with one row taken from the others."""
    values = values.clone()
    values[row] = others[row]
    return values


def _moves(part: str, rows: int, given: list) -> Tensor:
    """How far each row's output moves from the first case to each other, relative to the outputs'
    size.
    """
    base, *others = (outputs(value, part, rows) for value in given)
    return torch.stack(
        [(other - base).abs().amax(1) / base.abs().max().clamp(min=1e-3) for other in others]
    )


def _classes_complaint(student: Student, part: str) -> str | None:
    rng, rows = fresh(), 4
    first = _first(rng, part, rows).repeat_interleave(10, 0)
    y = torch.arange(10).repeat(rows)
    seeds = [seed(rng) for _ in range(24)]
    answer = student.probe("cvae_parts", part=part, seeds=seeds, inputs=[[first, y]])
    values = torch.stack(
        [outputs(given[0], part, 10 * rows) for given in answer["outputs"]]
    ).double()
    values = values.view(len(seeds), rows, 10, -1)
    pairs = (
        torch.stack(
            [
                torch.cdist(rowwise.transpose(0, 1).flatten(1), rowwise.transpose(0, 1).flatten(1))
                for rowwise in values
            ]
        )
        .median(0)
        .values
    )
    size = float(pairs.max())
    if size == 0:
        return (
            f"Ten labels should give ten results; {part} gives the same for all. Does the label "
            "reach the network?"
        )
    closest = pairs + 2 * size * torch.eye(10)
    if float(closest.min()) < 1e-3 * size:
        one, other = divmod(int(closest.argmin()), 10)
        return (
            f"Ten labels should give ten results; {part} gives the same for the labels {one} and "
            f"{other}."
        )
    steps, bends = values.diff(dim=2).pow(2), values.diff(n=2, dim=2).pow(2)
    ratio = float((bends.mean((1, 2, 3)) / steps.mean((1, 2, 3)).clamp(min=1e-30)).mean())
    if ratio < _CURVED:
        return (
            "The label should be a class and not a quantity: 8 is not twice 4. As the label goes "
            f"from 0 to 9, the result of {part} follows a smooth curve, as if y entered as a "
            "number. Think of one-hot vectors."
        )
    return None


@check(
    "shape",
    (
        "encode gives mean and log-variance, (batch, 2) each, whatever images and labels are in "
        "the batch."
    ),
)
def encoder_shape(student: Student) -> str | None:
    """Batches of 7, 1 and 3 images, the last without labels above 4."""
    return _shape_complaint(student, "encode")


@check("image and label", "Each row of encode's result depends on its own image and its own label.")
def encoder_inputs(student: Student) -> str | None:
    """Each image and each label of five changed in turn, for 8 sets of random parameters."""
    return _inputs_complaint(student, "encode")


@check("classes", "encode treats the ten labels as ten classes.")
def encoder_classes(student: Student) -> str | None:
    """Ten labels for each of four images, for 24 sets of random parameters.

    Ten classes with normal effects fall below the limit with a probability below 1e-40: Chernoff's
    bound of the mean of 24 ratios, with the moments of one ratio from 400,000 draws.
    """
    return _classes_complaint(student, "encode")


@check(
    "mean and log-variance",
    "Mean and log-variance are two different results, and both may have either sign.",
)
def encoder_heads(student: Student) -> str | None:
    """Four images for 40 sets of random parameters.

    A right output keeps one sign with a probability below 4e-12: its sign is as likely + as − in
    each of 40 networks that are drawn independently, so each of two outputs has 2 · 2⁻⁴⁰ at most.
    """
    rng = fresh()
    case = [_first(rng, "encode", 4), torch.tensor(rng.permutation(10)[:4])]
    answer = student.probe(
        "cvae_parts", part="encode", seeds=[seed(rng) for _ in range(40)], inputs=[case]
    )
    values = torch.stack([outputs(given[0], "encode", 4) for given in answer["outputs"]])
    mean, logvar = values[..., :2], values[..., 2:]
    if torch.allclose(mean, logvar):
        return "Mean and log-variance should come from a layer each; yours are always equal."
    for name, part, hint in (
        ("mean", mean, "Nothing bounds a mean: leave its layer linear."),
        ("log-variance", logvar, "Below 0 means σ < 1; return the logarithm itself."),
    ):
        if float(part.min()) >= 0 or float(part.max()) <= 0:
            return (
                f"The {name} should take both signs; for 160 random networks and images yours lies "
                f"between {show(part.min())} and {show(part.max())}. {hint}"
            )
    return None


@check("learning", "Everything that encode computes with can learn.")
def encoder_learning(student: Student) -> str | None:
    """Parameters that matter have a gradient, for one of 4 sets of random parameters; nothing else
    learns.
    """
    rng = fresh()
    return learning_complaint(
        student, "encode", [_first(rng, "encode", 5), torch.tensor(rng.permutation(10)[:5])]
    )


@check(
    "shape",
    "decode gives one image of 1×28×28 pixels for each latent, whatever labels are in the batch.",
)
def decoder_shape(student: Student) -> str | None:
    """Batches of 7, 1 and 3 latents, the last without labels above 4."""
    return _shape_complaint(student, "decode")


@check(
    "latent and label", "Each image that decode gives depends on its own latent and its own label."
)
def decoder_inputs(student: Student) -> str | None:
    """Each latent and each label of five changed in turn, for 8 sets of random parameters."""
    return _inputs_complaint(student, "decode")


@check("classes", "decode treats the ten labels as ten classes.")
def decoder_classes(student: Student) -> str | None:
    """Ten labels for each of four latents, for 24 sets of random parameters; chances as for the
    encoder.
    """
    return _classes_complaint(student, "decode")


@check("learning", "Everything that decode computes with can learn.")
def decoder_learning(student: Student) -> str | None:
    """Parameters that matter have a gradient, for one of 4 sets of random parameters; nothing else
    learns.
    """
    rng = fresh()
    return learning_complaint(
        student, "decode", [_first(rng, "decode", 5), torch.tensor(rng.permutation(10)[:5])]
    )
