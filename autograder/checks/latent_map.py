"""Checks of the maps of decoded images, read back from the figure as it appears on the screen.

They are judged with a decoder that paints its code: one tile for each code, z1 growing from left
to right, z2 from bottom to top, whatever the way of drawing.
"""

import torch
from torch import Tensor

from ..probes.figures import PaintingModel
from ..probes.student import Student
from .judging import fresh, show
from .outcome import Complaint, check

_RANGES = PaintingModel.QUARTERS
_ROUNDING = 0.004  # of a grey value, since images may be drawn with 256 grey levels
_SIDE = 28
_LARGEST = 2e7  # pixels of a picture; 31 by 31 images have 753,424
_TILE = (
    torch.arange(4).view(2, 2).repeat_interleave(14, 0).repeat_interleave(14, 1)
)  # which quarter each pixel is in
_TURNED = (
    ("each image is transposed", _TILE.T),
    ("each image is upside down", _TILE.flip(0)),
    ("each image is mirrored", _TILE.flip(1)),
    ("each image is turned by half a turn", _TILE.flip(0, 1)),
)


def _canvas(figures: list[list[dict]], function: str) -> tuple[Tensor, list[dict]]:
    """The grey values (H, W) of the figure with most pixels, as seen from top left, and its images.

    Places between images are NaN. Raises Complaint where nothing was drawn.
    """
    images = max(
        figures, key=lambda drawn: sum(image["values"].numel() for image in drawn), default=[]
    )
    if not images:
        raise Complaint(
            f"{function} should draw the decoded images with imshow; no figure holds an image."
        )
    x, y = (_ranks([image[axis] for image in images]) for axis in ("x", "y"))
    height, width = (int(max(rank.max() for rank in ranks)) + 1 for ranks in (y, x))
    if height * width > _LARGEST:
        raise Complaint(
            f"The picture of {function} should have a pixel for each value; it has {height} by "
            f"{width}."
        )
    canvas = torch.full((height, width), torch.nan)
    for image, columns, rows in zip(images, x, y, strict=True):
        canvas[rows.unsqueeze(1), columns.unsqueeze(0)] = image["values"]
    return canvas.flip(0), images  # positions on the screen grow upwards


def _ranks(positions: list[Tensor]) -> list[Tensor]:
    """Each position's place among all, equal positions sharing one."""
    ordered, order = torch.cat(positions).sort()
    steps = (ordered.diff(prepend=ordered[:1]) > 1e-4).cumsum(0)
    ranks = torch.empty_like(steps)
    ranks[order] = steps
    return list(ranks.split([len(part) for part in positions]))


def _quarters(canvas: Tensor) -> Tensor:
    """Which quarter of the painted image each pixel's grey value belongs to; −1: none."""
    quarters = torch.full(canvas.shape, -1)
    for quarter, (low, high) in enumerate(_RANGES):
        quarters[(canvas > low - _ROUNDING) & (canvas < high + _ROUNDING)] = quarter
    return quarters


def _tiles(canvas: Tensor) -> Tensor:
    """The picture cut into tiles (rows, columns, 28, 28), padding left out.

    Raises Complaint where it isn't made so.
    """
    if float(canvas.nan_to_num().max()) > 1.5:
        canvas = canvas / 255
    complaint = None
    for grey in (canvas, 1 - canvas):
        quarters = _quarters(grey)
        used = quarters >= 0
        grey, quarters = (part[used.any(1)][:, used.any(0)] for part in (grey, quarters))
        height, width = grey.shape
        if height and width and height % _SIDE == 0 and width % _SIDE == 0:
            tiles, kinds = (_cut(part) for part in (grey, quarters))
            if bool((kinds == _TILE).all()):
                return tiles
            hint = next((hint for hint, tile in _TURNED if bool((kinds == tile).all())), "")
            complaint = complaint or (
                hint and f"Every decoded image should be shown upright; {hint}."
            )
    raise Complaint(complaint or _unreadable(canvas))


def _unreadable(canvas: Tensor) -> str:
    shown = canvas[~canvas.isnan()]
    share = float((_quarters(canvas)[~canvas.isnan()] >= 0).float().mean())
    if shown.unique().numel() <= 2:
        return (
            "The picture should show the decoder's grey values unchanged; it holds only "
            f"{show(shown.unique())}. Are the pixels rounded, or not from model.decode?"
        )
    if share < 0.9:
        return (
            f"The picture should show the decoder's grey values unchanged; {1 - share:.0%} of its "
            f"{shown.numel()} pixels are values that the decoder did not give."
        )
    return (
        f"The picture of {canvas.shape[0]} by {canvas.shape[1]} pixels should consist of whole "
        "28×28 images; it does not. Bring the axes into the order (row, height, column, width) "
        "before you reshape."
    )


def _cut(canvas: Tensor) -> Tensor:
    rows, columns = canvas.shape[0] // _SIDE, canvas.shape[1] // _SIDE
    return canvas.reshape(rows, _SIDE, columns, _SIDE).transpose(1, 2)


def _code(tiles: Tensor, quarter: int) -> Tensor:
    """z1 (quarter 0) or z2 (quarter 1) of each tile, (rows, columns)."""
    low, high = _RANGES[quarter]
    painted = tiles[..., :14, 14 * quarter : 14 * (quarter + 1)]
    return (painted.mean((2, 3)) - low) / (high - low) * 10 - 5


def _contrast_complaint(images: list[dict]) -> str | None:
    limits = {(round(image["low"], 4), round(image["high"], 4)) for image in images}
    if len(limits) > 1:
        low, high = (
            max(limits, key=lambda pair: pair[1] - pair[0]),
            min(limits, key=lambda pair: pair[1] - pair[0]),
        )
        return (
            "The same grey should mean the same pixel value in every image; here black to white "
            f"is {show(*low)} in one image and {show(*high)} in another. Fix vmin=0 and vmax=1 for "
            "all."
        )
    low, high = limits.pop()
    values = torch.cat([image["values"].flatten() for image in images])
    values = values[~values.isnan()]
    span = float(values.max()) if float(values.max()) > 1.5 else 1.0
    if (
        low > float(values.min()) + 1e-3
        or high < float(values.max()) - 1e-3
        or not 0 < high - low < 1.6 * span
    ):
        return (
            f"Grey values should be visible from 0 to 1; black to white is {show(low, high)} here. "
            "Fix vmin=0 and vmax=1."
        )
    return None


def _axes_complaint(tiles: Tensor) -> str | None:
    across, up = _code(tiles, 0), _code(tiles, 1).flip(0).T  # (where, steps) each
    levels = 255 * tiles
    rough = (
        0.15 if float((levels - levels.round()).abs().max()) < 1e-3 else 1e-3
    )  # 256 grey levels tell z to 0.1
    directions = (
        ("z1", "from left to right", "height", across),
        ("z2", "from bottom to top", "width", up),
    )
    if tiles.shape[0] * tiles.shape[1] < 100:
        return (
            "The map should show at least 100 latents, 31 by 31 as the task has it; it shows "
            f"{tiles.shape[0]} by {tiles.shape[1]}."
        )
    if _grows(across.T, rough) and _grows(up.T, rough):
        return (
            "z1 should grow from left to right and z2 from bottom to top; here the two are "
            "exchanged."
        )
    if _grows(-across.T, rough) or _grows(-up.T, rough):
        return (
            "z1 should grow from left to right and z2 from bottom to top; here z1 changes with "
            "the height and z2 with the width. Which index runs along a row?"
        )
    for name, direction, other, values in directions:
        if _grows(-values, rough):
            hint = " Row 0 of imshow is at the top." if name == "z2" else ""
            return (
                f"{name} should grow {direction}; it falls, from {show(values[0, 0])} to "
                f"{show(values[0, -1])}.{hint}"
            )
        spread = float((values - values.mean(0)).abs().max())
        if not _grows(values, rough):
            what = (
                f"at the same place {direction} it differs by up to {show(2 * spread)}"
                if spread > 0.05
                else f"it goes {show(values[0, :4])}, …"
            )
            return (
                f"{name} should grow {direction} and not depend on the {other}; {what}. Choose z "
                "yourself, on a grid, without noise."
            )
        if not (-4.6 < float(values.min()) < -1.4 and 1.4 < float(values.max()) < 4.6):
            return (
                f"{name} should cover both signs, from about −3 to 3; it goes from "
                f"{show(values.min())} to {show(values.max())}."
            )
    return None


def _grows(values: Tensor, rough: float) -> bool:
    """Whether values (places, steps) are the same at all places, to within `rough`, and increase
    with the steps.
    """
    steps = values.mean(0)
    increase = 1e-3 if rough < 0.1 else -1e-3
    return (
        float((values - steps).abs().max()) < rough
        and bool((steps.diff() > increase).all())
        and float(steps[-1] - steps[0]) > 3 * rough
    )


def _texture_complaint(tiles: Tensor, texture: Tensor) -> str | None:
    """What is wrong with the two quarters that every decoded image has in common; they are other
    ones in each call.
    """
    for (low, high), part, columns in zip(
        _RANGES[2:], texture, (slice(0, 14), slice(14, 28)), strict=True
    ):
        if float((tiles[..., 14:, columns] - low - (high - low) * part).abs().max()) > _ROUNDING:
            return (
                "The picture should show the decoder's grey values unchanged, pixel by pixel; "
                "yours are others."
            )
    return None


def _picture(student: Student, function: str, **arguments) -> str | None:
    texture = torch.tensor(fresh().uniform(size=(2, 14, 14)), dtype=torch.float32)
    answer = student.probe("plot", function=function, texture=texture, **arguments)
    codes = answer["codes"]
    if not len(codes) and answer["decoy_calls"]:
        return "The decoder of a global model was used; use the argument `model`."
    if not len(codes):
        return f"{function} should decode latents with model.decode; it was never called."
    if not bool(codes.isfinite().all()):
        return (
            f"Every latent should be finite; {int((~codes.isfinite()).any(1).sum())} of "
            f"{len(codes)} are not. The percentiles 0 and 1 of a normal distribution lie at "
            "infinity: stay inside."
        )
    canvas, images = _canvas(answer["figures"], function)
    complaint = _contrast_complaint(images)
    tiles = None if complaint else _tiles(canvas)
    return complaint or _axes_complaint(tiles) or _texture_complaint(tiles, texture)


@check(
    "picture",
    "The map shows whole decoded images, z1 growing from left to right and z2 from bottom to top.",
)
def plot_picture(student: Student) -> str | None:
    """Every pixel of the figure, in its place on the screen."""
    return _picture(student, "plot_latent")


@check(
    "picture",
    "The map shows whole decoded images, z1 growing from left to right and z2 from bottom to top.",
)
def plot_cvae_picture(student: Student) -> str | None:
    """Every pixel of the figure, in its place on the screen, for a random label."""
    return _picture(student, "plot_latent_cvae", conditional=True, label=int(fresh().integers(10)))


@check("label", "All images are decoded with the label that was asked for.")
def plot_cvae_label(student: Student) -> str | None:
    """Two random labels."""
    for label in (int(digit) for digit in fresh().permutation(10)[:2]):
        answer = student.probe(
            "plot",
            function="plot_latent_cvae",
            conditional=True,
            label=label,
            texture=torch.rand(2, 14, 14),
        )
        seen = answer["labels"].unique().tolist()
        if seen != [label]:
            got = ", ".join(str(digit) for digit in seen[:10]) or "none"
            return (
                f"plot_latent_cvae(model, {label}) should decode with the label {label}; it "
                f"decoded with {got}."
            )
    return None
