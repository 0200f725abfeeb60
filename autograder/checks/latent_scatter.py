"""Checks of the scatter plots of the latent space, with an encoder of known means and a huge
variance.
"""

import re

import torch
from torch import Tensor

from ..probes.student import Student
from .judging import close, fresh, only, shaped, show
from .outcome import Complaint, check

_IMAGES = 45  # in batches of 7: the last one holds 3
_NEAR = 1e-3
_MANY = 100 * _IMAGES  # points that are compared with each mean


def _scatter(
    student: Student, function: str, conditional: bool
) -> tuple[Tensor, Tensor, dict, dict]:
    """The means (45, 2) that should be drawn, the labels (45,), the probe's answer, and its inputs."""
    rng = fresh()
    images = torch.tensor(rng.uniform(0, 1, (_IMAGES, 1, 28, 28)), dtype=torch.float32)
    labels = torch.tensor(rng.permutation([*range(10)] * 5)[:_IMAGES])
    labels[:10] = torch.tensor(rng.permutation(10))
    projection = torch.tensor(rng.normal(scale=0.2, size=(784, 2)), dtype=torch.float32)
    shift = torch.tensor(rng.normal(scale=2, size=(10, 2)), dtype=torch.float32)
    inputs = {"images": images, "labels": labels, "projection": projection, "shift": shift}
    means = images.flatten(1) @ projection + (shift[labels] if conditional else 0)
    answer = student.probe("scatter", function=function, conditional=conditional, **inputs)
    count = len(answer["points"])
    if count > _MANY:
        raise Complaint(
            f"{function} should draw one point for each of {_IMAGES} test images; it draws {count}."
        )
    shaped(answer["points"], (count, 2), "The list of points")
    shaped(answer["colours"], (count, 3), "The list of the points' colours")
    return means, labels, answer, inputs


def _nearest(points: Tensor, means: Tensor) -> tuple[Tensor, Tensor]:
    """For each point the distance to the nearest mean, and which one that is."""
    offsets = points.double().unsqueeze(1) - means.double()
    return offsets.norm(dim=2).min(1)


def _points_complaint(student: Student, function: str, conditional: bool) -> str | None:
    means, labels, answer, inputs = _scatter(student, function, conditional)
    points = answer["points"]
    if not len(points):
        hint = (
            " The model that was encoded with is a global one: use the argument `model`."
            if (answer["decoy_calls"])
            else ""
        )
        return (
            f"{function} should draw one point for each test image; the figure holds no "
            f"points.{hint}"
        )
    distance, which = _nearest(points, means)
    wrong = int((distance > _NEAR).sum())
    if not wrong and sorted(which.tolist()) == list(range(_IMAGES)):
        return None
    if not wrong:
        drawn = len(which.unique())
        return (
            f"{function} should draw every test image once; of {_IMAGES} images in batches of 7 it "
            f"drew {drawn}, with {len(points)} points. Keep the means of every batch."
        )
    other = (1 - inputs["images"]).flatten(1) @ inputs["projection"]
    shift = inputs["shift"]
    worlds = (
        ("Horizontal and vertical are exchanged: z1 goes to the right.", means.flip(1)),
        ("Both directions show z1: two axes, two columns.", means[:, :1].expand(-1, 2)),
        ("Both directions show z2: two axes, two columns.", means[:, 1:].expand(-1, 2)),
        ("These are the log-variances.", torch.tensor([[8.0, 7.0]])),
        (
            "These are images of train_iter; draw those of test_iter.",
            other + (shift[labels] if conditional else 0),
        ),
        (
            "These are means of a global model: use the argument `model`.",
            inputs["images"].flatten(1) @ -inputs["projection"].flip(0)
            + (shift[labels] if conditional else 0),
        ),
        *(
            (
                f"These are the means for the label {digit}; encode each image with its own.",
                inputs["images"].flatten(1) @ inputs["projection"] + shift[digit],
            )
            for digit in range(10 * conditional)
        ),
    )
    hint = only(lambda places: bool((_nearest(points, places)[0] < _NEAR).all()), worlds)
    if not hint and float(distance.median()) > 10:
        hint = "They scatter as samples do: the position of an image is its mean."
    return (
        f"{function} should draw each test image at its mean (z1, z2); {wrong} of {len(points)} "
        f"points are elsewhere, by {show(distance.median())} in the median. "
        f"{hint or 'What does encode return first?'}"
    )


def _colours_complaint(student: Student, function: str, conditional: bool) -> str | None:
    means, labels, answer, _ = _scatter(student, function, conditional)
    points, colours = answer["points"], answer["colours"].float()
    if not len(points) or len(points) != len(means):
        return (
            f"Colours can be judged once each of the {_IMAGES} test images is one point; "
            f"{len(points)} were drawn."
        )
    groups = colours.mul(250).round().unique(dim=0)
    if len(groups) < 10:
        return f"Ten digits need ten distinguishable colours; the points have {len(groups)}."
    distance, which = _nearest(points, means)
    if bool((distance > _NEAR).any()):
        return (
            "Colours can be judged once the points are at their means; see the check of the points."
        )
    digits = labels[which]
    for digit in range(10):
        used = colours[digits == digit].mul(250).round().unique(dim=0)
        if len(used) != 1:
            return (
                f"All images of a digit should share one colour; those of digit {digit} have "
                f"{len(used)}. Collect means and labels in the same pass: test_iter may shuffle "
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
    if (
        sum(
            _is_explained(answer["explanations"], digit, colour_of[digit], points[digits == digit])
            for digit in range(10)
        )
        < 2
    ):
        return (
            "A legend or a colour bar should tell which colour is which digit; the figure has "
            "neither."
        )
    return None


def _is_explained(entries: list[dict], digit: int, colour: Tensor, points: Tensor) -> bool:
    """Whether an entry of a legend or a colour bar has the digit's colour, or its number stands
    among its points.
    """
    low, high = points.min(0).values, points.max(0).values
    for entry in entries:
        if close(entry["colour"], colour, rel=0.02, scale=1.0):
            return True
        named = digit in [int(number) for number in re.findall(r"\d+", entry["text"][:100])]
        if named and bool(((entry["at"] >= low) & (entry["at"] <= high)).all()):
            return True
    return False


@check("points", "Every test image is one point, at its mean.")
def scatter_points(student: Student) -> str | None:
    """45 images with random means, reshuffled in each pass, last batch short.

    A right answer fails where two means lie so close (2e-6, the error of float32) that a point is
    taken for another image's: with a probability below 4e-10, since the difference of two of the
    990 pairs' means is normal with a standard deviation of 2.3.
    """
    return _points_complaint(student, "scatterplot_latent", False)


@check("colours", "Each digit has a colour of its own, and the figure explains it.")
def scatter_colours(student: Student) -> str | None:
    """Ten labels, ten colours, one to one."""
    return _colours_complaint(student, "scatterplot_latent", False)


@check("points", "Every test image is one point, at its mean for its own label.")
def scatter_cvae_points(student: Student) -> str | None:
    """45 images with random means that depend on the label, reshuffled in each pass, last batch
    short.

    Chances as for the VAE; the labels only move the means apart.
    """
    return _points_complaint(student, "scatterplot_latent_cvae", True)


@check("colours", "Each digit has a colour of its own, and the figure explains it.")
def scatter_cvae_colours(student: Student) -> str | None:
    """Ten labels, ten colours, one to one."""
    return _colours_complaint(student, "scatterplot_latent_cvae", True)
