"""Random images with known means, and the points that a student's scatter plot draws of them.

The images may be those of train_iter or of test_iter. A training loader shuffles anew in each pass,
a test loader does not.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..probes.figures import BATCH, ENLARGED, enlarged
from ..probes.student import Student
from .diagnosis import named
from .judging import fresh_generator, shaped
from .outcome import Complaint

BATCHES = 100  # that a plot has to show
IMAGES = 101 * BATCH + 8  # two batches more, the last one short
NEAR = 1e-3
_APART = 4 * NEAR  # two means of one call at least
SOME = 500  # points that are compared with each mistake's
# The first and the last digit are missing in most batches, so that none can speak for all.
_LABELS = [digit for digit in range(10) for _ in range(40 if digit in (0, 9) else IMAGES // 8 - 10)]
_MANY = 2 * IMAGES  # points that are compared with each mean
_RADIUS = (
    40  # of the circle on which the classes' centres lie, in the order of a random permutation
)


class Scatter(NamedTuple):
    """A student's plot, and what it should show.

    Attributes:
        means: (images, 2), of the test images, or of the training images where these are drawn.
        labels: (images,).
        points: (points, 2) as drawn, without marks at the classes' centres.
        colours: of the points, (points, 3).
        distance: of each point to the nearest mean.
        image: index of that mean, for each point.
        answer: what the probe returned.
        inputs: what it was called with.
    """

    means: Tensor
    labels: Tensor
    points: Tensor
    colours: Tensor
    distance: Tensor
    image: Tensor
    answer: dict
    inputs: dict


def draw_scatter(student: Student, function: str, conditional: bool) -> Scatter:
    """Let the student draw random images.

    Raises:
        Complaint: where no points, or too many, were drawn.
    """
    inputs, own_shift = _images(conditional)
    labels = inputs["labels"]
    of_test, of_training = (means_of(inputs, own_shift, negative) for negative in (False, True))
    answer = student.probe("scatter", function=function, conditional=conditional, **inputs)
    count = len(answer["points"])
    if not count:
        hint = ""
        if answer["decoy_calls"]:
            hint = " The images were encoded with a global model: use the argument `model`."
        raise Complaint(
            named(
                "no-points-drawn",
                f"{function} should draw one point for each image; the figure holds no "
                f"points.{hint}",
            )
        )
    if count > _MANY:
        raise Complaint(
            named(
                "too-many-points",
                f"{function} should draw one point for each of {IMAGES} images; it draws {count}.",
            )
        )
    points = shaped(answer["points"], (count, 2), "The list of points")
    colours = shaped(answer["colours"], (count, 3), "The list of the points' colours").float()
    means = max((of_test, of_training), key=lambda each: _fit(points[:SOME], each))
    drawn = Scatter(means, labels, points, colours, *nearest(points, means), answer, inputs)
    return _without_centres(drawn)


def _images(conditional: bool) -> tuple[dict, Tensor | int]:
    """Draw the inputs of the probe, and the shift of each image's mean by its label.

    They are drawn again where two means lie so close that a point could be taken for another
    image's; about one draw in ten.
    """
    while True:
        rng = fresh_generator()
        inputs = {
            "images": torch.tensor(rng.uniform(0, 1, (IMAGES, 1, 7, 7)), dtype=torch.float32),
            "labels": torch.tensor(rng.permutation(_LABELS)),
            "projection": torch.tensor(rng.normal(scale=2, size=(784, 2)), dtype=torch.float32),
            "shift": _circle(rng),
        }
        own_shift = inputs["shift"][inputs["labels"]] if conditional else 0
        if not conditional:
            inputs["images"] = _towards(inputs, inputs["shift"][inputs["labels"]])
        if all(_are_apart(means_of(inputs, own_shift, negative)) for negative in (False, True)):
            return inputs, own_shift


def _circle(rng: np.random.Generator) -> Tensor:
    """Draw ten points (10, 2) in random order on a circle, so that any two are well apart."""
    angles = (rng.permutation(10) + rng.uniform()) * 2 * np.pi / 10
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return torch.tensor(_RADIUS * circle, dtype=torch.float32)


def _towards(inputs: dict, shift: Tensor) -> Tensor:
    """Make paler images (images, 1, 7, 7) whose means are moved by the shift (images, 2), almost.

    Grey values end at 0 and 1, so that some are moved less.
    """
    squares = inputs["projection"].view(7, ENLARGED, 7, ENLARGED, 2).sum((1, 3)).view(49, 2)
    moved = (shift @ torch.linalg.pinv(squares)).view(-1, 1, 7, 7)
    return (0.25 + inputs["images"] / 2 + moved).clamp(0, 1)


def means_of(inputs: dict, shift: Tensor | int, negative: bool = False) -> Tensor:
    """Compute the means (images, 2) of the test images, or of their negatives."""
    images = 1 - inputs["images"] if negative else inputs["images"]
    exact = enlarged(images).flatten(1).double() @ inputs["projection"].double()
    return exact.float() + shift


def _are_apart(means: Tensor) -> bool:
    """Tell whether any two means are further apart than the error of a point by far."""
    ordered = means[means[:, 0].argsort()].double()
    for step in range(1, len(ordered)):
        offsets = ordered[step:] - ordered[:-step]
        if float(offsets[:, 0].min()) > _APART:
            return True
        if float(offsets.norm(dim=1).min()) < _APART:
            return False
    return True


def _fit(points: Tensor, means: Tensor) -> int:
    """Count the points that lie at one of the means."""
    return int((nearest(points, means)[0] < NEAR).sum())


def nearest(points: Tensor, means: Tensor) -> tuple[Tensor, Tensor]:
    """Find for each point the distance to the nearest mean, and the index of that mean."""
    return torch.cdist(
        points.double(), means.double(), compute_mode="donot_use_mm_for_euclid_dist"
    ).min(1)


def _without_centres(drawn: Scatter) -> Scatter:
    """Leave out points that mark the centre of a class: the mean, or median, of what is drawn."""
    on_image = drawn.distance < NEAR
    shown = drawn.image[on_image].unique()
    centres = []
    for digit in range(10):
        own = drawn.means[shown[drawn.labels[shown] == digit]]
        centres += [own.mean(0), own.median(0).values] if len(own) else []
    if not centres or bool(on_image.all()):
        return drawn
    kept = on_image | (nearest(drawn.points, torch.stack(centres))[0] > 0.01)
    parts = ("points", "colours", "distance", "image")
    return drawn._replace(**{part: getattr(drawn, part)[kept] for part in parts})
