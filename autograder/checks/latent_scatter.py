"""Checks of the scatter plots of the latent space.

They are judged with an encoder of known means and a huge variance. The images may be those of
train_iter or of test_iter, all of them or those of the first 100 batches.
"""

import re

import torch
from torch import Tensor

from ..probes.figures import BATCH, LOG_VARIANCES
from ..probes.student import Student
from .diagnosis import about, named
from .judging import close, show, sole_match
from .latent_points import BATCHES, IMAGES, NEAR, SOME, Scatter, draw_scatter, means_of, nearest
from .outcome import check


def _points_complaint(student: Student, function: str, conditional: bool) -> str | None:
    """Complain where the points are not the images' means, or too few of them."""
    drawn = draw_scatter(student, function, conditional)
    points, distance = drawn.points, drawn.distance
    wrong = int((distance > NEAR).sum())
    if not wrong:
        return _number_complaint(function, len(drawn.image.unique()))
    hint = sole_match(
        lambda means: bool((nearest(points[:SOME], means)[0] < NEAR).all()),
        [*_hypotheses(drawn.inputs, conditional), *_hypotheses(drawn.inputs, conditional, True)],
    )
    if not hint and float(distance.median()) > 10:
        hint = named(
            "samples-instead-of-means",
            "They are scattered like samples: the position of an image is its mean.",
        )
    hint = hint or _question(conditional, len(points) - wrong)
    return about(
        hint,
        f"{function} should draw each image at its mean (z1, z2); {wrong} of {len(points)} "
        f"points are elsewhere, at a median distance of {show(distance.median())}. "
        f"{hint}",
    )


def _question(conditional: bool, right: int) -> str:
    """Ask what may help where no mistake is known; with wrong labels some are right by chance."""
    if conditional and right > BATCH:
        return named("other-labels", "Does each image get its own label?")
    return named("other-points", "What does encode return first?")


def _number_complaint(function: str, count: int) -> str | None:
    """Complain where fewer images are drawn than the first 100 batches have."""
    if count >= BATCHES * BATCH:
        return None
    return named(
        "too-few-batches-drawn",
        f"{function} should draw all images of the first {BATCHES} batches, or of more; of "
        f"{IMAGES} images in batches of {BATCH} it drew {count}. Keep the means of every batch: "
        "does the loop stop early, or only its last batch remain?",
    )


def _hypotheses(inputs: dict, conditional: bool, negative: bool = False) -> list:
    """List the classic mistakes: (hint, positions of the points) for one of the data sets."""
    shift = inputs["shift"] if conditional else torch.zeros(10, 2)
    own_shift = shift[inputs["labels"]]
    means = means_of(inputs, own_shift, negative)
    other = inputs | {"projection": -inputs["projection"].flip(0)}
    return [
        (
            named("axes-exchanged", "Horizontal and vertical are exchanged: z1 goes to the right."),
            means.flip(1),
        ),
        (
            named("both-axes-show-first-latent", "Both directions show z1: two axes, two columns."),
            means[:, :1].expand(-1, 2),
        ),
        (
            named(
                "both-axes-show-second-latent", "Both directions show z2: two axes, two columns."
            ),
            means[:, 1:].expand(-1, 2),
        ),
        (
            named("logvar-instead-of-mean", "These are the log-variances."),
            torch.tensor([LOG_VARIANCES]),
        ),
        (
            named("global-model", "These are means of a global model: use the argument `model`."),
            means_of(other, own_shift, negative),
        ),
        *(
            (
                named(
                    "one-label-for-all",
                    f"These are the means for the label {digit}; encode each image with its own.",
                ),
                means_of(inputs, shift[digit], negative),
            )
            for digit in range(10 if conditional else 0)
        ),
    ]


def _colours_complaint(student: Student, function: str, conditional: bool) -> str | None:
    """Complain where digits and colours are not one to one, or the figure does not explain them."""
    drawn = draw_scatter(student, function, conditional)
    digits = drawn.labels[drawn.image]
    if bool((drawn.distance > NEAR).any()) or len(digits.unique()) < 10:
        return named(
            "judged-after-the-points",
            "Colours can be judged once the points of all digits are at their means: first the "
            "line above.",
        )
    groups = drawn.colours.mul(250).round().unique(dim=0)
    if len(groups) < 10:
        return named(
            "too-few-colours",
            f"Ten digits need ten distinguishable colours; the points have {len(groups)}.",
        )
    return (
        _digits_complaint(drawn.colours, digits)
        or _explanation_complaint(drawn, digits)
        or _texts_complaint(drawn, digits)
    )


def _digits_complaint(colours: Tensor, digits: Tensor) -> str | None:
    """Complain where a digit has several colours, or two digits have the same one.

    Args:
        colours: of the points, (points, 3).
        digits: of the points, (points,).
    """
    rounded = colours.mul(250).round()
    used = [len(rounded[digits == digit].unique(dim=0)) for digit in range(10)]
    if max(used) > 1:
        hint = "Collect means and labels in the same pass: a loader may shuffle anew each time."
        if max(used) < len(rounded.unique(dim=0)):
            hint = "If batches are drawn one by one, fix vmin and vmax for all of them."
        return named(
            "digit-in-several-colours",
            "All images of a digit should share one colour; those of digit "
            f"{used.index(max(used))} have {max(used)}. {hint}",
        )
    colour_of = torch.stack([colours[digits == digit].mean(0) for digit in range(10)])
    gaps = torch.cdist(colour_of, colour_of) + 9 * torch.eye(10)
    if float(gaps.min()) < 0.03:
        one, other = divmod(int(gaps.argmin()), 10)
        return named(
            "colours-too-alike",
            f"Ten digits need ten distinguishable colours; {one} and {other} can hardly be told "
            "apart.",
        )
    return None


def _explanation_complaint(drawn: Scatter, digits: Tensor) -> str | None:
    """Complain where the figure explains fewer than two of the colours, or names other digits."""
    entries, explained = drawn.answer["explanations"], 0
    for digit in range(10):
        own = digits == digit
        colour, points = drawn.colours[own].mean(0), drawn.points[own]
        if any(_names_another(entry, digit, colour) for entry in entries):
            return named(
                "legend-names-other-digits",
                f"The colour of digit {digit} names other digits in the legend or in the plot.",
            )
        explained += any(_explains(entry, digit, colour, points) for entry in entries)
    if explained < 2:
        return named(
            "no-legend",
            "A legend or a colour bar should tell which colour is which digit; the figure has "
            "neither.",
        )
    return None


def _named(entry: dict) -> list[int]:
    return [int(found) for found in re.findall(r"\d+", entry["text"][:100])]


def _names_another(entry: dict, digit: int, colour: Tensor) -> bool:
    """Tell whether an entry has exactly the digit's colour, and its only number is another one."""
    named = _named(entry)
    is_other = len(named) == 1 and named[0] != digit and named[0] < 10
    return is_other and close(entry["colour"], colour, rel=1e-3, scale=1.0)


def _explains(entry: dict, digit: int, colour: Tensor, points: Tensor) -> bool:
    """Tell whether a legend or colour bar has the digit's colour, or its points its number."""
    if close(entry["colour"], colour, rel=0.02, scale=1.0):
        return True
    low, high = points.min(0).values, points.max(0).values
    inside = bool(((entry["at"] >= low) & (entry["at"] <= high)).all())
    return inside and digit in _named(entry)


def _texts_complaint(drawn: Scatter, digits: Tensor) -> str | None:
    """Complain where a digit's text stands neither at its centre nor at one of its points.

    A text in its digit's colour, outside of all points, is an entry of a legend.
    """
    own = [drawn.points[digits == digit].double() for digit in range(10)]
    centres = torch.stack([torch.stack([each.mean(0), each.median(0).values]) for each in own])
    low, high = drawn.points.min(0).values, drawn.points.max(0).values
    for entry in drawn.answer["explanations"]:
        if not entry["placed"] or not re.fullmatch(r"\s*[0-9]\s*", entry["text"]):
            continue
        digit, at = int(entry["text"]), entry["at"].double()
        inside = bool(((at >= low) & (at <= high)).all())
        if not inside and close(entry["colour"], drawn.colours[digits == digit][0], 0.02, 1.0):
            continue
        if bool(((at < 2 * low - high) | (at > 2 * high - low)).any()):
            return named(
                "digit-text-far-away",
                f"A digit in the plot should stand at its own points; the {digit} stands far "
                "outside of all. Is its place the mean of its points?",
            )
        nearest_centre = int((centres - at).norm(dim=2).min(1).values.argmin())
        nearest_point = digits[(drawn.points.double() - at).norm(dim=1).argmin()]
        if digit not in (nearest_centre, int(nearest_point)):
            return named(
                "digit-text-at-other-points",
                f"A digit in the plot should stand at its own points; the {digit} stands nearest "
                f"to those of digit {nearest_centre}. Which points is its place computed from?",
            )
    return None


@check("points", "Every image is one point, at its mean.")
def scatter_points(student: Student) -> str | None:
    """Judge 3,240 images with random means, of which 3,200 are enough.

    A right answer cannot fail by chance: no two means lie so close that one point fits both.
    """
    return _points_complaint(student, "scatterplot_latent", False)


@check("colours", "Each digit has a colour of its own, and the figure explains it.")
def scatter_colours(student: Student) -> str | None:
    """Judge ten labels and ten colours, one to one."""
    return _colours_complaint(student, "scatterplot_latent", False)


@check("points", "Every image is one point, at its mean for its own label.")
def scatter_cvae_points(student: Student) -> str | None:
    """Judge 3,240 images with random means that depend on the label; chances as for the VAE."""
    return _points_complaint(student, "scatterplot_latent_cvae", True)


@check("colours", "Each digit has a colour of its own, and the figure explains it.")
def scatter_cvae_colours(student: Student) -> str | None:
    """Judge ten labels and ten colours, one to one."""
    return _colours_complaint(student, "scatterplot_latent_cvae", True)
