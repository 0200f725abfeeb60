"""Random images with known means, and the points that a student's scatter plot draws of them.

The images may be those of train_iter or of test_iter. A training loader shuffles anew in each pass,
a test loader does not.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..probes.figures import BATCH, ENLARGED
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
BESIDE = 4  # means to the left and to the right of a point that it is compared with first
AT_ONCE = 64  # points that are compared with all means; their distances stay in the cache
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
    inputs, both_means = _images(conditional)
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
    means = max(both_means, key=lambda each: _fit(points[:SOME], each))
    placed = nearest(points, means)
    drawn = Scatter(means, inputs["labels"], points, colours, *placed, answer, inputs)
    return _without_centres(drawn)


def _images(conditional: bool) -> tuple[dict, list[Tensor]]:
    """Draw the inputs of the probe, and the means of the test images and of the training images.

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
        both_means = [means_of(inputs, own_shift, negative) for negative in (False, True)]
        if all(map(_are_apart, both_means)):
            return inputs, both_means


def _circle(rng: np.random.Generator) -> Tensor:
    """Draw ten points (10, 2) in random order on a circle, so that any two are well apart."""
    angles = (rng.permutation(10) + rng.uniform()) * 2 * np.pi / 10
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return torch.tensor(_RADIUS * circle, dtype=torch.float32)


def _towards(inputs: dict, shift: Tensor) -> Tensor:
    """Make paler images (images, 1, 7, 7) whose means are moved by the shift (images, 2), almost.

    Grey values end at 0 and 1, so that some are moved less.
    """
    moved = (shift @ torch.linalg.pinv(_per_value(inputs)).float()).view(-1, 1, 7, 7)
    return (0.25 + inputs["images"] / 2 + moved).clamp(0, 1)


def _per_value(inputs: dict) -> Tensor:
    """Sum the projection over the pixels of each of an image's 49 values: (49, 2), float64."""
    projection = inputs["projection"].double()
    return projection.view(7, ENLARGED, 7, ENLARGED, 2).sum((1, 3)).view(49, 2)


def means_of(inputs: dict, shift: Tensor | int, negative: bool = False) -> Tensor:
    """Compute the means (images, 2) of the test images, or of their negatives."""
    images = 1 - inputs["images"] if negative else inputs["images"]
    exact = images.flatten(1).double() @ _per_value(inputs)
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
    """Find for each point the distance to the nearest mean, and the index of that mean.

    A point is compared with those few means that are next to it from left to right, and with all
    where another one could be nearer.
    """
    points, means = points.double(), means.double()
    order = means[:, 0].argsort()
    across = means[order, 0].contiguous()
    place = torch.searchsorted(across, points[:, 0].contiguous())
    window = (place[:, None] + torch.arange(-BESIDE, BESIDE)).clamp(0, len(means) - 1)
    distance, index = (means[order[window]] - points[:, None]).norm(dim=2).min(1)
    image = order[window.gather(1, index[:, None])[:, 0]]
    to_the_others = (across[window[:, [0, -1]]] - points[:, :1]).abs().amin(1)
    unsure = ~(distance <= to_the_others)
    distance[unsure], image[unsure] = _nearest_of_all(points[unsure], means)
    return distance, image


def _nearest_of_all(points: Tensor, means: Tensor) -> tuple[Tensor, Tensor]:
    """Find what `nearest` does by all distances."""
    found = [
        torch.cdist(part, means, compute_mode="donot_use_mm_for_euclid_dist").min(1)
        for part in points.split(AT_ONCE)
    ]
    return torch.cat([each.values for each in found]), torch.cat([each.indices for each in found])


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
