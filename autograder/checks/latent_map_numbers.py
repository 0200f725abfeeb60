"""Whether the numbers along a map's axes are those of the latents that it shows.

Numbers of another kind, such as pixels or percentiles, are left alone.
"""

import numpy as np
import torch
from torch import Tensor

from .judging import show

_SIDE = 28  # of an image, in pixels
_FAR = 0.2  # of the map's side: a number is wrong; half an image at the edge is 0.02
_OTHER_KIND = 3.0  # numbers so many times larger or smaller than the latents mean something else


def numbers_complaint(images: list[dict], numbers: dict, codes: dict[str, Tensor]) -> str | None:
    """Complain where a number stands beside the image of a very different latent.

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
        wrong = _wrong_number(np.asarray(numbers[axis], dtype=float), centres, latents)
        if wrong:
            return (
                f"The numbers along the axis of {name} should be those of the latents; beside the "
                f"image of {name} = {show(wrong[0])} stands {show(wrong[1])}."
            )
    return None


def _wrong_number(numbers, centres, latents) -> tuple[float, float] | None:
    """Find the number that is furthest off: (the latent there, the number), None for right ones."""
    half = (centres[1] - centres[0]) / 2
    inside = (numbers[:, 0] > centres[0] - half) & (numbers[:, 0] < centres[-1] + half)
    places, values = numbers[inside].T
    if not len(values) or not values.min() < 0 < values.max():
        return None
    if not 1 / _OTHER_KIND < np.abs(values).max() / np.abs(latents).max() < _OTHER_KIND:
        return None
    expected = np.interp(places, centres, latents)
    furthest = int(np.abs(values - expected).argmax())
    if abs(values[furthest] - expected[furthest]) < _FAR * (latents[-1] - latents[0]):
        return None
    return round(expected[furthest], 2), values[furthest]
