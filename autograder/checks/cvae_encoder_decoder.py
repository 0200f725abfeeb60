"""Checks of ConditionalVAE's encoder and decoder: image or latent and label matter, row by row.

The networks get random parameters; nothing is assumed about their layers. That labels enter as
classes and not as numbers shows when one image gets the ten labels in turn: outputs that follow a
number move along a smooth curve, where the second differences are small beside the first; those of
exchangeable classes have a ratio of 3 on average.
"""

import torch
from torch import Tensor

from ..probes.student import Student, StudentError
from .cvae_parts import random_first, read_output, replaced
from .diagnosis import about, named
from .judging import fresh_generator, random_seed, show, with_place
from .learning import learning_complaint
from .outcome import check

# Limit of the mean square ratio of second to first differences: classes give 3 on average, numbers
# below 0.6.
_CURVED = 1.0


def _require_shapes(student: Student, part: str) -> None:
    """Raise Complaint or StudentError where a part fails for batches of some size or labels."""
    rng = fresh_generator()
    for rows, digits in ((7, 10), (1, 10), (3, 5)):
        y = torch.tensor(rng.integers(digits, size=rows))
        inputs = [[random_first(rng, part, rows), y]]
        try:
            answer = student.probe("cvae_parts", part=part, seeds=[random_seed(rng)], inputs=inputs)
        except StudentError as error:
            place = with_place(f"With the labels {y.tolist()}", error)
            raise StudentError(place + _classes_hint(student, part)) from None
        read_output(answer["outputs"][0][0], part, rows)


def _classes_hint(student: Student, part: str) -> str:
    """Explain an error that goes away when all ten labels are in the batch; "" for another one."""
    rng = fresh_generator()
    seeds = [random_seed(rng)]
    inputs = [[random_first(rng, part, 10), torch.arange(10)]]
    try:
        student.probe("cvae_parts", part=part, seeds=seeds, inputs=inputs)
    except StudentError:
        return ""
    return " Say how many classes there are: not every batch holds a 9."


def _inputs_complaint(student: Student, part: str) -> str | None:
    """Complain where a row does not depend on its own inputs, or depends on another row's."""
    rows = 5
    noun = {"encode": "image", "decode": "latent"}[part]
    moved = _moved(student, part, rows)
    if bool(moved[:, 0].any()):
        return named(
            "not-deterministic",
            f"{part} of the same {noun}s and labels should give the same result twice; it does "
            "not.",
        )
    for what, reacts in ((noun, moved[:, 1 : rows + 1]), ("label", moved[:, rows + 1 :])):
        # (changed row, row): share of the networks in which the row reacts
        share = reacts.float().mean(0)
        others = share * (1 - torch.eye(rows))
        if float(others.max()) > 0:
            changed, row = divmod(int(others.argmax()), rows)
            return named(
                "rows-depend-on-each-other",
                f"Each row should depend on its own {what} alone; with another {what} in row "
                f"{changed}, the result of row {row} changes too.",
            )
        if float(share.diagonal().mean()) < 0.5:
            return named(
                f"{what}-ignored",
                f"{part} should depend on the {what}; with another {what} its result stays the "
                f"same. Does the {what} reach the network?",
            )
    return None


def _moved(student: Student, part: str, rows: int) -> Tensor:
    """Change one input at a time, and tell which rows' outputs move.

    Returns:
        (seeds, 1 + 2 * rows, rows): for no change, for another image or latent in each row, and
        for another label in each row.
    """
    rng = fresh_generator()
    first, y = random_first(rng, part, rows), torch.tensor(rng.permutation(10)[:rows])
    other_first = random_first(rng, part, rows)
    other_y = (y + torch.tensor(rng.integers(1, 10, rows))) % 10
    cases = [
        [first, y],
        [first, y],
        *([replaced(first, other_first, row), y] for row in range(rows)),
        *([first, replaced(y, other_y, row)] for row in range(rows)),
    ]
    # Shuffled, so that an answer of another call does not fit.
    order = rng.permutation(len(cases))
    seeds = [random_seed(rng) for _ in range(8)]
    inputs = [cases[i] for i in order]
    answer = student.probe("cvae_parts", part=part, seeds=seeds, inputs=inputs)
    in_order = [[given[i] for i in order.argsort()] for given in answer["outputs"]]
    return torch.stack([_movements(part, rows, given) for given in in_order]) > 1e-4


def _movements(part: str, rows: int, given: list) -> Tensor:
    """Distance of each row's output from the first case to each other, relative to their size."""
    base, *others = (read_output(value, part, rows) for value in given)
    return torch.stack(
        [(other - base).abs().amax(1) / base.abs().max().clamp(min=1e-3) for other in others]
    )


def _classes_complaint(student: Student, part: str) -> str | None:
    """Complain where two labels give the same result, or labels enter as numbers."""
    values = _label_outputs(student, part)
    pairs = torch.stack([_label_distances(outputs) for outputs in values]).median(0).values
    size = float(pairs.max())
    if size == 0:
        return named(
            "label-ignored",
            f"Ten labels should give ten results; {part} gives the same for all. Does the label "
            "reach the network?",
        )
    closest = pairs + 2 * size * torch.eye(10)
    if float(closest.min()) < 1e-3 * size:
        one, other = divmod(int(closest.argmin()), 10)
        return named(
            "labels-alike",
            f"Ten labels should give ten results; {part} gives the same for the labels {one} and "
            f"{other}.",
        )
    steps, bends = values.diff(dim=2).pow(2), values.diff(n=2, dim=2).pow(2)
    ratio = float((bends.mean((1, 2, 3)) / steps.mean((1, 2, 3)).clamp(min=1e-30)).mean())
    if ratio < _CURVED:
        return named(
            "label-as-number",
            "The label should be a class and not a quantity: 8 is not twice 4. As the label goes "
            f"from 0 to 9, the result of {part} follows a smooth curve, as if y entered as a "
            "number. Think of one-hot vectors.",
        )
    return None


def _label_outputs(student: Student, part: str) -> Tensor:
    """Outputs of 12 networks for two images or latents with each label, (12, 2, 10, columns)."""
    rng, rows = fresh_generator(), 2
    first = random_first(rng, part, rows).repeat_interleave(10, 0)
    y = torch.arange(10).repeat(rows)
    seeds = [random_seed(rng) for _ in range(12)]
    answer = student.probe("cvae_parts", part=part, seeds=seeds, inputs=[[first, y]])
    outputs = [read_output(given[0], part, 10 * rows) for given in answer["outputs"]]
    return torch.stack(outputs).double().view(len(seeds), rows, 10, -1)


def _label_distances(outputs: Tensor) -> Tensor:
    """Distances (10, 10) between the labels' outputs (rows, 10, columns) of one network."""
    by_label = outputs.transpose(0, 1).flatten(1)
    return torch.cdist(by_label, by_label)


@check(
    "shape",
    "encode gives mean and log-variance, (batch, 2) each, whatever images and labels are in the "
    "batch.",
)
def encoder_shape(student: Student) -> str | None:
    """Judge batches of 7, 1 and 3 images, the last without labels above 4."""
    _require_shapes(student, "encode")
    return None


@check("image and label", "Each row of encode's result depends on its own image and its own label.")
def encoder_inputs(student: Student) -> str | None:
    """Change each image and each label of five in turn, for 8 sets of random parameters."""
    return _inputs_complaint(student, "encode")


@check("classes", "encode treats the ten labels as ten classes.")
def encoder_classes(student: Student) -> str | None:
    """Judge ten labels for each of two images, for 12 sets of random parameters.

    Ten classes with normal effects fall below the limit with a probability below 1e-25: Chernoff's
    bound of the mean of 12 ratios, with the moments of one ratio from 400,000 draws.
    """
    return _classes_complaint(student, "encode")


@check(
    "mean and log-variance",
    "Mean and log-variance are two different results, and both may have either sign.",
)
def encoder_heads(student: Student) -> str | None:
    """Judge four images for 40 sets of random parameters.

    A right output keeps one sign with a probability below 4e-12: its sign is as likely + as − in
    each of 40 networks that are drawn independently, so each of two outputs has 2 · 2⁻⁴⁰ at most.
    """
    rng = fresh_generator()
    inputs = [[random_first(rng, "encode", 4), torch.tensor(rng.permutation(10)[:4])]]
    seeds = [random_seed(rng) for _ in range(40)]
    answer = student.probe("cvae_parts", part="encode", seeds=seeds, inputs=inputs)
    values = torch.stack([read_output(given[0], "encode", 4) for given in answer["outputs"]])
    mean, logvar = values[..., :2], values[..., 2:]
    if torch.allclose(mean, logvar):
        return named(
            "mean-and-logvar-equal",
            "Mean and log-variance should each have their own layer; yours are always equal.",
        )
    for name, part, hint in (
        ("mean", mean, named("mean-bounded", "Nothing bounds a mean: leave its layer linear.")),
        (
            "log-variance",
            logvar,
            named("logvar-bounded", "Below 0 means σ < 1; return the logarithm itself."),
        ),
    ):
        if float(part.min()) >= 0 or float(part.max()) <= 0:
            return about(
                hint,
                f"The {name} should take both signs; for 160 random networks and images yours lies "
                f"between {show(part.min())} and {show(part.max())}. {hint}",
            )
    return None


@check("learning", "Everything that encode computes with can learn.")
def encoder_learning(student: Student) -> str | None:
    """Judge the parameters that matter: each has a gradient, for one of 4 sets of parameters."""
    return _learning_complaint(student, "encode")


@check(
    "shape",
    "decode gives one image of 1×28×28 pixels for each latent, whatever labels are in the batch.",
)
def decoder_shape(student: Student) -> str | None:
    """Judge batches of 7, 1 and 3 latents, the last without labels above 4."""
    _require_shapes(student, "decode")
    return None


@check(
    "latent and label", "Each image that decode gives depends on its own latent and its own label."
)
def decoder_inputs(student: Student) -> str | None:
    """Change each latent and each label of five in turn, for 8 sets of random parameters."""
    return _inputs_complaint(student, "decode")


@check("classes", "decode treats the ten labels as ten classes.")
def decoder_classes(student: Student) -> str | None:
    """Judge ten labels for each of two latents, for 12 networks; chances as for the encoder."""
    return _classes_complaint(student, "decode")


@check("learning", "Everything that decode computes with can learn.")
def decoder_learning(student: Student) -> str | None:
    """Judge the parameters that matter: each has a gradient, for one of 4 sets of parameters."""
    return _learning_complaint(student, "decode")


def _learning_complaint(student: Student, part: str) -> str | None:
    rng = fresh_generator()
    inputs = [random_first(rng, part, 5), torch.tensor(rng.permutation(10)[:5])]
    return learning_complaint(student, part, inputs)
