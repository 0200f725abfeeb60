"""Whether a map fills its axes, and the numbers along them are those of the latents that it shows.

Numbers of another kind, such as pixels or percentiles, are left alone.
"""

import numpy as np
import torch
from torch import Tensor

from .diagnosis import named
from .judging import show

_SIDE = 28  # of an image, in pixels
_FILLED = 1 / 3  # of an axis, at least
# How far a number may be off: half an image, since a picture may end at the outermost latents, and
# the rounding to one decimal.
_IMAGES_OFF, _ROUNDING = 0.5, 0.05
_UNEVEN_OFF = 0.2  # of the map's side, where steps between latents differ
# Numbers that grow by this from image to image, all along the picture, count images or pixels.
_OTHER_KINDS = (1, _SIDE)


def numbers_complaint(images: list[dict], numbers: dict, codes: dict[str, Tensor]) -> str | None:
    """Complain where the map is a speck in its axes, or a number stands beside another latent.

    Args:
        images: of the figure, as the probe sends them.
        numbers: along its axes, likewise.
        codes: {"x": z1 of the columns from left to right, "y": z2 of the rows from the bottom}.
    """
    for name, axis in (("z1", "x"), ("z2", "y")):
        latents = codes[axis].double().numpy()
        if len(images) != 1 or len(images[0][axis]) != _SIDE * len(latents):
            continue  # several pictures, or lines between the images
        pixels = torch.as_tensor(images[0][axis]).double().sort().values
        centres = pixels.reshape(-1, _SIDE).mean(1).numpy()
        complaint = _speck_complaint(name, centres, np.asarray(numbers["view"][axis], dtype=float))
        wrong = _wrong_number(np.asarray(numbers[axis], dtype=float), centres, latents)
        if not complaint and wrong:
            complaint = named(
                "axis-numbers-wrong",
                f"The numbers along the axis of {name} should be those of the latents; beside "
                f"{name} = {show(wrong[0])} stands {show(wrong[1])}.",
            )
        if complaint:
            return complaint
    return None


def _speck_complaint(name: str, centres, view) -> str | None:
    """Complain where the axis is far longer than the picture."""
    share = len(centres) * (centres[1] - centres[0]) / abs(view[1] - view[0])
    if share > _FILLED:
        return None
    return named(
        "map-is-a-speck",
        f"The map should fill its axes; along the axis of {name} it covers {share:.0%} of them. Do "
        "the picture's extent and the numbers along the axis go together?",
    )


def _wrong_number(numbers, centres, latents) -> tuple[float, float] | None:
    """Find the number that is furthest off: (the latent there, the number), None for right ones."""
    places, values = numbers.T
    if not len(values) or not values.min() < 0 < values.max():
        return None
    step = centres[1] - centres[0]
    growth = abs(np.polyfit((places - places.mean()) / step, values, 1)[0])
    spread = np.ptp(places) > (centres[-1] - centres[0]) / 2
    if spread and any(abs(growth / unit - 1) < 0.01 for unit in _OTHER_KINDS):
        return None
    expected = _latent_at(places, centres, latents)
    furthest = int(np.abs(values - expected).argmax())
    if abs(values[furthest] - expected[furthest]) < _tolerance(values, latents):
        return None
    return round(expected[furthest], 2), values[furthest]


def _latent_at(places, centres, latents):
    """Return the latent of each place, beyond the picture as if it went on."""
    low, high = latents[1] - latents[0], latents[-1] - latents[-2]
    before = np.clip(places - centres[0], None, 0) * low
    behind = np.clip(places - centres[-1], 0, None) * high
    return np.interp(places, centres, latents) + (before + behind) / (centres[1] - centres[0])


def _tolerance(values, latents) -> float:
    """Return how far a number may be off."""
    steps, side = np.diff(latents), latents[-1] - latents[0]
    if steps.max() > 1.5 * steps.mean():
        return _UNEVEN_OFF * side
    distinct = np.unique(values)
    repeated = len(distinct) < len(values)  # they are rounded to whole numbers, or cut off
    return _IMAGES_OFF * steps.mean() + (np.diff(distinct).min() if repeated else _ROUNDING) + 1e-6
