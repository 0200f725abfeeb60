"""Checks of the maps of decoded images, read back from the figure as it appears on the screen.

They are judged with a decoder that paints its code: one tile for each code, z1 growing from left
to right, z2 from bottom to top, whatever the way of drawing.
"""

import torch
from torch import Tensor

from ..probes.figures import MAX_CODE
from ..probes.student import Student
from .diagnosis import named
from .judging import fresh_generator, show
from .latent_map_numbers import numbers_complaint
from .latent_map_tiles import RANGES, ROUNDING, largest_figure, read_canvas, read_tiles
from .outcome import check

# Error of z read from a picture: 256 grey levels tell z to 0.13.
_GREY_LEVEL_ERROR, _EXACT_ERROR = 0.15, 1e-3
# Sides of the square that a map may show, and how far its middle may be from 0, as a share of
# the side: a grid that leaves out its end is a step off.
_SMALLEST, _LARGEST, _OFF_CENTRE = 1.6, 11.0, 0.06
_GLOBAL = named("global-model", "The decoder of a global model was used; use the argument `model`.")


def _code(tiles: Tensor, quarter: int) -> Tensor:
    """Read z1 (quarter 0) or z2 (quarter 1) of each tile, (rows, columns)."""
    low, high = RANGES[quarter]
    painted = tiles[..., :14, 14 * quarter : 14 * (quarter + 1)]
    return (painted.mean((2, 3)) - low) / (high - low) * 2 * MAX_CODE - MAX_CODE


def _contrast_complaint(images: list[dict]) -> str | None:
    """Complain where grey values differ between images, or are not visible from 0 to 1."""
    limits = {(round(image["low"], 4), round(image["high"], 4)) for image in images}
    if len(limits) > 1:
        widest = max(limits, key=lambda pair: pair[1] - pair[0])
        narrowest = min(limits, key=lambda pair: pair[1] - pair[0])
        return named(
            "grey-values-differ-between-images",
            "The same grey should mean the same pixel value in every image; here black to white "
            f"is {show(*widest)} in one image and {show(*narrowest)} in another. Fix vmin=0 and "
            "vmax=1 for all.",
        )
    low, high = limits.pop()
    values = torch.cat([image["values"].flatten() for image in images])
    values = values[~values.isnan()]
    smallest, largest = float(values.min()), float(values.max())
    span, white = (largest, 255) if largest > 1.5 else (1.0, 1)
    if low <= smallest + 1e-3 and high >= largest - 1e-3 and 0 < high - low < 1.6 * span:
        return None
    hint = "draw the decoder's values as they are, or fix" if white > 1 else "fix"
    return named(
        "grey-values-cut-off",
        "All grey values of the picture should be told apart; they go from "
        f"{show(smallest)} to {show(largest)}, and black to white is {show(low)} to "
        f"{show(high)}. {hint.capitalize()} vmin=0 and vmax={white}.",
    )


def _axes_complaint(tiles: Tensor) -> str | None:
    """Complain where z1 and z2 do not grow along the picture's axes, over the right range."""
    rows, columns = tiles.shape[:2]
    if rows * columns < 100:
        return named(
            "too-few-latents",
            f"The map should show at least 100 latents, 31 by 31 as in the task; it shows {rows} "
            f"by {columns}.",
        )
    across, up = _codes_along(tiles)
    levels = 255 * tiles
    whole = float((levels - levels.round()).abs().max()) < 1e-3
    error = _GREY_LEVEL_ERROR if whole else _EXACT_ERROR
    return (
        _exchange_complaint(across, up, error)
        or _axis_complaint("z1", "from left to right", "height", across, error)
        or _axis_complaint("z2", "from bottom to top", "width", up, error)
    )


def _codes_along(tiles: Tensor) -> tuple[Tensor, Tensor]:
    """Read z1 from left to right and z2 from bottom to top: (lines, steps along the axis) each."""
    return _code(tiles, 0), _code(tiles, 1).flip(0).T


def _exchange_complaint(across: Tensor, up: Tensor, error: float) -> str | None:
    """Complain where z1 changes with the height and z2 with the width."""
    if _grows(across.T, error) and _grows(up.T, error):
        return named(
            "axes-exchanged",
            "z1 should grow from left to right and z2 from bottom to top; here the two are "
            "exchanged.",
        )
    if _grows(-across.T, error) or _grows(-up.T, error):
        return named(
            "axes-transposed",
            "z1 should grow from left to right and z2 from bottom to top; here z1 changes with "
            "the height and z2 with the width. Which index runs along a row?",
        )
    return None


def _axis_complaint(
    name: str, direction: str, other: str, values: Tensor, error: float
) -> str | None:
    """Complain about one axis.

    Args:
        name: z1 or z2.
        direction: in which it should grow.
        other: the side of the picture that it should not depend on.
        values: (lines, steps along the axis).
        error: of the values.
    """
    if _grows(-values, error):
        hint = " Row 0 of imshow is at the top." if name == "z2" else ""
        return named(
            "axis-falls",
            f"{name} should grow {direction}; it falls, from {show(values[0, 0])} to "
            f"{show(values[0, -1])}.{hint}",
        )
    if not _grows(values, error):
        spread = float((values - values.mean(0)).abs().max())
        seen = f"it goes {show(values[0, :4])}, …"
        if spread > 0.05:
            seen = f"at the same position {direction} it differs by up to {show(2 * spread)}"
        return named(
            "axis-not-a-grid",
            f"{name} should grow {direction} and not depend on the {other}; {seen}. Choose z "
            "yourself, on a grid, without noise.",
        )
    low, high = (round(float(end), 3) + 0.0 for end in (values.min(), values.max()))
    side = high - low
    if not _SMALLEST < side < _LARGEST or abs(low + high) > 2 * _OFF_CENTRE * side:
        return named(
            "axis-range",
            f"{name} should go from −2 to 2, or over another range around 0 where the prior has "
            f"most of its mass; it goes from {show(low)} to {show(high)}.",
        )
    return None


def _grows(values: Tensor, error: float) -> bool:
    """Tell whether values (lines, steps) are the same in all lines and increase with the steps."""
    steps = values.mean(0)
    increase = 1e-3 if error < 0.1 else -1e-3
    return (
        float((values - steps).abs().max()) < error
        and bool((steps.diff() > increase).all())
        and float(steps[-1] - steps[0]) > 3 * error
    )


def _texture_complaint(tiles: Tensor, texture: Tensor) -> str | None:
    """Complain where the lower quarters of the images differ from this call's texture."""
    for (low, high), part, columns in zip(
        RANGES[2:], texture, (slice(0, 14), slice(14, 28)), strict=True
    ):
        if float((tiles[..., 14:, columns] - low - (high - low) * part).abs().max()) > ROUNDING:
            return named(
                "grey-values-changed",
                "The picture should show the decoder's grey values unchanged, pixel by pixel; "
                "yours differ.",
            )
    return None


def _unused_complaint(answer: dict, function: str) -> str | None:
    """Complain where the model's decoder was never called."""
    if len(answer["codes"]):
        return None
    if answer["decoy_calls"]:
        return _GLOBAL
    return named(
        "decode-never-called",
        f"{function} should decode latents with model.decode; it was never called.",
    )


def _picture_complaint(student: Student, function: str, **arguments) -> str | None:
    """Complain about the picture that a function draws, or the latents that it decodes."""
    texture = torch.tensor(fresh_generator().uniform(size=(2, 14, 14)), dtype=torch.float32)
    answer = student.probe("plot", function=function, texture=texture, **arguments)
    codes = answer["codes"]
    complaint = _unused_complaint(answer, function)
    if complaint:
        return complaint
    if not bool(codes.isfinite().all()):
        return named(
            "latents-not-finite",
            f"Every latent should be finite; {int((~codes.isfinite()).any(1).sum())} of "
            f"{len(codes)} are not. The percentiles 0 and 1 of a normal distribution lie at "
            "infinity: stay inside.",
        )
    index = largest_figure(answer["figures"], function)
    images, numbers = answer["figures"][index], answer["numbers"][index]
    canvas = read_canvas(images, function)
    complaint = _contrast_complaint(images)
    if complaint:
        return complaint
    tiles = read_tiles(canvas)
    codes = {axis: each.mean(0) for axis, each in zip("xy", _codes_along(tiles), strict=True)}
    return (
        _axes_complaint(tiles)
        or _texture_complaint(tiles, texture)
        or numbers_complaint(images, numbers, codes)
    )


@check(
    "picture",
    "The map shows whole decoded images, z1 growing from left to right and z2 from bottom to top.",
)
def plot_picture(student: Student) -> str | None:
    """Judge every pixel of the figure, where it appears on the screen."""
    return _picture_complaint(student, "plot_latent")


@check(
    "picture",
    "The map shows whole decoded images, z1 growing from left to right and z2 from bottom to top.",
)
def plot_cvae_picture(student: Student) -> str | None:
    """Judge every pixel of the figure, where it appears on the screen, for a random label."""
    label = int(fresh_generator().integers(10))
    return _picture_complaint(student, "plot_latent_cvae", conditional=True, label=label)


@check("label", "All images are decoded with the label that was asked for.")
def plot_cvae_label(student: Student) -> str | None:
    """Judge two random labels."""
    for label in (int(digit) for digit in fresh_generator().permutation(10)[:2]):
        answer = student.probe(
            "plot",
            function="plot_latent_cvae",
            conditional=True,
            label=label,
            texture=torch.rand(2, 14, 14),
        )
        complaint = _unused_complaint(answer, "plot_latent_cvae")
        if complaint:
            return complaint
        seen = answer["labels"].unique().tolist()
        if seen != [label]:
            got = ", ".join(str(digit) for digit in seen[:10]) or "none"
            return named(
                "wrong-label-decoded",
                f"plot_latent_cvae(model, {label}) should decode with the label {label}; it "
                f"decoded with {got}.",
            )
    return None
