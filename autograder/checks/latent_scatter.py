"""Checks of the scatter plots of the latent space.

They are judged with an encoder of known means and a huge variance. The images may be those of
test_iter, or those of train_iter in its first 100 batches, which are all here.
"""

import re
from typing import NamedTuple

import torch
from torch import Tensor

from ..probes.student import Student
from .judging import close, fresh_generator, shaped, show, sole_match
from .outcome import Complaint, check

_IMAGES = 45  # in batches of 7: the last one holds 3
_NEAR = 1e-3
_MANY = 100 * _IMAGES  # points that are compared with each mean


class _Scatter(NamedTuple):
    """A student's plot, and what it should show."""

    means: Tensor  # (45, 2), of the test images, or of the training images where these are drawn
    labels: Tensor  # (45,)
    answer: dict
    inputs: dict


def _scatter(student: Student, function: str, conditional: bool) -> _Scatter:
    """Let the student draw random images.

    Raises:
        Complaint: where too many points were drawn.
    """
    rng = fresh_generator()
    images = torch.tensor(rng.uniform(0, 1, (_IMAGES, 1, 28, 28)), dtype=torch.float32)
    labels = torch.tensor(rng.permutation([*range(10)] * 5)[:_IMAGES])
    labels[:10] = torch.tensor(rng.permutation(10))
    projection = torch.tensor(rng.normal(scale=0.2, size=(784, 2)), dtype=torch.float32)
    shift = torch.tensor(rng.normal(scale=2, size=(10, 2)), dtype=torch.float32)
    inputs = {"images": images, "labels": labels, "projection": projection, "shift": shift}
    own_shift = shift[labels] if conditional else 0
    means = images.flatten(1) @ projection + own_shift
    answer = student.probe("scatter", function=function, conditional=conditional, **inputs)
    count = len(answer["points"])
    if count > _MANY:
        raise Complaint(
            f"{function} should draw one point for each of {_IMAGES} images; it draws {count}."
        )
    shaped(answer["points"], (count, 2), "The list of points")
    shaped(answer["colours"], (count, 3), "The list of the points' colours")
    of_training = (1 - images).flatten(1) @ projection + own_shift
    if count and bool((_nearest(answer["points"], of_training)[0] < _NEAR).all()):
        means = of_training
    return _Scatter(means, labels, answer, inputs)


def _nearest(points: Tensor, means: Tensor) -> tuple[Tensor, Tensor]:
    """Find for each point the distance to the nearest mean, and the index of that mean."""
    offsets = points.double().unsqueeze(1) - means.double()
    return offsets.norm(dim=2).min(1)


def _points_complaint(student: Student, function: str, conditional: bool) -> str | None:
    """Complain where the points are not the images' means."""
    drawn = _scatter(student, function, conditional)
    points = drawn.answer["points"]
    if not len(points):
        hint = ""
        if drawn.answer["decoy_calls"]:
            hint = " The images were encoded with a global model: use the argument `model`."
        return f"{function} should draw one point for each image; the figure holds no points.{hint}"
    distance, nearest = _nearest(points, drawn.means)
    wrong = int((distance > _NEAR).sum())
    if not wrong and sorted(nearest.tolist()) == list(range(_IMAGES)):
        return None
    if not wrong:
        return (
            f"{function} should draw every image once; of {_IMAGES} images in batches of 7 it "
            f"drew {len(nearest.unique())}, with {len(points)} points. Keep the means of every "
            "batch."
        )
    hint = sole_match(
        lambda means: bool((_nearest(points, means)[0] < _NEAR).all()),
        _hypotheses(drawn, conditional),
    )
    if not hint and float(distance.median()) > 10:
        hint = "They are scattered like samples: the position of an image is its mean."
    return (
        f"{function} should draw each image at its mean (z1, z2); {wrong} of {len(points)} "
        f"points are elsewhere, at a median distance of {show(distance.median())}. "
        f"{hint or 'What does encode return first?'}"
    )


def _hypotheses(drawn: _Scatter, conditional: bool) -> tuple[tuple[str, Tensor], ...]:
    """List the classic mistakes: (hint, positions of the points)."""
    means, labels, _, inputs = drawn
    images, projection, shift = inputs["images"], inputs["projection"], inputs["shift"]
    own_shift = shift[labels] if conditional else 0
    return (
        ("Horizontal and vertical are exchanged: z1 goes to the right.", means.flip(1)),
        ("Both directions show z1: two axes, two columns.", means[:, :1].expand(-1, 2)),
        ("Both directions show z2: two axes, two columns.", means[:, 1:].expand(-1, 2)),
        ("These are the log-variances.", torch.tensor([[8.0, 7.0]])),
        (
            "These are means of a global model: use the argument `model`.",
            images.flatten(1) @ -projection.flip(0) + own_shift,
        ),
        *(
            (
                f"These are the means for the label {digit}; encode each image with its own.",
                images.flatten(1) @ projection + shift[digit],
            )
            for digit in range(10 if conditional else 0)
        ),
    )


def _colours_complaint(student: Student, function: str, conditional: bool) -> str | None:
    """Complain where digits and colours are not one to one, or the figure does not explain them."""
    drawn = _scatter(student, function, conditional)
    points, colours = drawn.answer["points"], drawn.answer["colours"].float()
    if not len(points) or len(points) != len(drawn.means):
        return (
            f"Colours can be judged once each of the {_IMAGES} images is one point; "
            f"{len(points)} were drawn."
        )
    groups = colours.mul(250).round().unique(dim=0)
    if len(groups) < 10:
        return f"Ten digits need ten distinguishable colours; the points have {len(groups)}."
    distance, nearest = _nearest(points, drawn.means)
    if bool((distance > _NEAR).any()):
        return (
            "Colours can be judged once the points are at their means; see the check of the points."
        )
    digits = drawn.labels[nearest]
    return _digits_complaint(colours, digits) or _explanation_complaint(drawn, colours, digits)


def _digits_complaint(colours: Tensor, digits: Tensor) -> str | None:
    """Complain where a digit has several colours, or two digits have the same one.

    Args:
        colours: of the points, (points, 3).
        digits: of the points, (points,).
    """
    for digit in range(10):
        used = colours[digits == digit].mul(250).round().unique(dim=0)
        if len(used) != 1:
            return (
                f"All images of a digit should share one colour; those of digit {digit} have "
                f"{len(used)}. Collect means and labels in the same pass: a loader may shuffle "
                "anew each time."
            )
    colour_of = torch.stack([colours[digits == digit].mean(0) for digit in range(10)])
    gaps = torch.cdist(colour_of, colour_of) + 9 * torch.eye(10)
    if float(gaps.min()) < 0.03:
        one, other = divmod(int(gaps.argmin()), 10)
        return (
            f"Ten digits need ten distinguishable colours; {one} and {other} can hardly be told "
            "apart."
        )
    return None


def _explanation_complaint(drawn: _Scatter, colours: Tensor, digits: Tensor) -> str | None:
    """Complain where the figure explains fewer than two of the colours."""
    points, entries = drawn.answer["points"], drawn.answer["explanations"]
    explained = 0
    for digit in range(10):
        own = digits == digit
        explained += _is_explained(entries, digit, colours[own].mean(0), points[own])
    if explained < 2:
        return (
            "A legend or a colour bar should tell which colour is which digit; the figure has "
            "neither."
        )
    return None


def _is_explained(entries: list[dict], digit: int, colour: Tensor, points: Tensor) -> bool:
    """Tell whether a legend or colour bar has the digit's colour, or its points its number."""
    low, high = points.min(0).values, points.max(0).values
    for entry in entries:
        if close(entry["colour"], colour, rel=0.02, scale=1.0):
            return True
        named = digit in [int(found) for found in re.findall(r"\d+", entry["text"][:100])]
        if named and bool(((entry["at"] >= low) & (entry["at"] <= high)).all()):
            return True
    return False


@check("points", "Every image is one point, at its mean.")
def scatter_points(student: Student) -> str | None:
    """Judge 45 images with random means, reshuffled in each pass, last batch short.

    A right answer fails where two means lie so close (2e-6, the error of float32) that a point is
    taken for another image's: with a probability below 4e-10, since the difference of two of the
    990 pairs' means is normal with a standard deviation of 2.3.
    """
    return _points_complaint(student, "scatterplot_latent", False)


@check("colours", "Each digit has a colour of its own, and the figure explains it.")
def scatter_colours(student: Student) -> str | None:
    """Judge ten labels and ten colours, one to one."""
    return _colours_complaint(student, "scatterplot_latent", False)


@check("points", "Every image is one point, at its mean for its own label.")
def scatter_cvae_points(student: Student) -> str | None:
    """Judge 45 images with random means that depend on the label; last batch short.

    They are reshuffled in each pass. Chances as for the VAE; the labels only move the means apart.
    """
    return _points_complaint(student, "scatterplot_latent_cvae", True)


@check("colours", "Each digit has a colour of its own, and the figure explains it.")
def scatter_cvae_colours(student: Student) -> str | None:
    """Judge ten labels and ten colours, one to one."""
    return _colours_complaint(student, "scatterplot_latent_cvae", True)
