"""Reading a map of decoded images back from the figure: its pixels, cut into one tile per image.

The decoder of the probe paints its code, so that each pixel's grey value tells which quarter of an
image it belongs to.
"""

import torch
from torch import Tensor

from ..probes.figures import PaintingModel
from .diagnosis import about, named
from .judging import show
from .outcome import Complaint

RANGES = PaintingModel.QUARTERS  # of grey values, one for each quarter of an image
ROUNDING = 0.004  # of a grey value, since images may be drawn with 256 grey levels
_SIDE = 28  # of an image, in pixels
_LARGEST = 2e7  # pixels of a picture; 31 by 31 images have 753,424

# Index of the quarter that each pixel of an image is in.
_TILE = torch.arange(4).view(2, 2).repeat_interleave(14, 0).repeat_interleave(14, 1)
_TURNED = (
    (named("images-transposed", "each image is transposed"), _TILE.T),
    (named("images-upside-down", "each image is upside down"), _TILE.flip(0)),
    (named("images-mirrored", "each image is mirrored"), _TILE.flip(1)),
    (named("images-turned", "each image is turned by half a turn"), _TILE.flip(0, 1)),
)


def largest_figure(figures: list[list[dict]], function: str) -> int:
    """Find the figure with most pixels.

    Args:
        figures: for each figure its images, as the probe sends them.
        function: name of the student's function.

    Raises:
        Complaint: where nothing was drawn.
    """
    pixels = [sum(image["values"].numel() for image in images) for images in figures]
    if not any(pixels):
        raise Complaint(
            named(
                "no-image-drawn",
                f"{function} should draw the decoded images with imshow; no figure holds an image.",
            )
        )
    return pixels.index(max(pixels))


def read_canvas(images: list[dict], function: str) -> Tensor:
    """Put the images of a figure together.

    Returns:
        Grey values (height, width) as seen on the screen, NaN between images.

    Raises:
        Complaint: where too much was drawn.
    """
    x, y = (_ranks([image[axis] for image in images]) for axis in ("x", "y"))
    height, width = (int(max(rank.max() for rank in ranks)) + 1 for ranks in (y, x))
    if height * width > _LARGEST:
        raise Complaint(
            named(
                "picture-too-large",
                f"The picture of {function} should have a pixel for each value; it has {height} by "
                f"{width}.",
            )
        )
    canvas = torch.full((height, width), torch.nan)
    for image, columns, rows in zip(images, x, y, strict=True):
        canvas[rows.unsqueeze(1), columns.unsqueeze(0)] = image["values"]
    return canvas.flip(0)  # positions on the screen grow upwards


def _ranks(positions: list[Tensor]) -> list[Tensor]:
    """Rank each position among all; equal positions share a rank."""
    ordered, order = torch.cat(positions).sort()
    steps = (ordered.diff(prepend=ordered[:1]) > 1e-4).cumsum(0)
    ranks = torch.empty_like(steps)
    ranks[order] = steps
    return list(ranks.split([len(part) for part in positions]))


def read_tiles(canvas: Tensor) -> Tensor:
    """Cut the picture into images (rows, columns, 28, 28), without the padding between them.

    Raises:
        Complaint: where it does not consist of whole, upright images.
    """
    if float(canvas.nan_to_num().max()) > 1.5:
        canvas = canvas / 255
    complaint = ""
    for grey in (canvas, 1 - canvas):
        quarters = _quarters(grey)
        used = quarters >= 0
        grey, quarters = (part[used.any(1)][:, used.any(0)] for part in (grey, quarters))
        height, width = grey.shape
        if height and width and height % _SIDE == 0 and width % _SIDE == 0:
            tiles, tile_quarters = _cut(grey), _cut(quarters)
            if bool((tile_quarters == _TILE).all()):
                return tiles
            complaint = complaint or _orientation_complaint(tile_quarters)
    raise Complaint(complaint or _unreadable_complaint(canvas))


def _quarters(canvas: Tensor) -> Tensor:
    """Index of the quarter that each pixel's grey value belongs to; −1 for none."""
    quarters = torch.full(canvas.shape, -1)
    for quarter, (low, high) in enumerate(RANGES):
        quarters[(canvas > low - ROUNDING) & (canvas < high + ROUNDING)] = quarter
    return quarters


def _cut(canvas: Tensor) -> Tensor:
    rows, columns = canvas.shape[0] // _SIDE, canvas.shape[1] // _SIDE
    return canvas.reshape(rows, _SIDE, columns, _SIDE).transpose(1, 2)


def _orientation_complaint(tile_quarters: Tensor) -> str:
    """Complain about images that are all turned alike; "" for others."""
    for hint, tile in _TURNED:
        if bool((tile_quarters == tile).all()):
            return about(hint, f"Every decoded image should be shown upright; {hint}.")
    return ""


def _unreadable_complaint(canvas: Tensor) -> str:
    shown = canvas[~canvas.isnan()]
    share = float((_quarters(canvas)[~canvas.isnan()] >= 0).float().mean())
    if shown.unique().numel() <= 2:
        return named(
            "grey-values-rounded",
            "The picture should show the decoder's grey values unchanged; it holds only "
            f"{show(shown.unique())}. Are the pixels rounded, or not from model.decode?",
        )
    if share < 0.9:
        return named(
            "grey-values-changed",
            f"The picture should show the decoder's grey values unchanged; {1 - share:.0%} of its "
            f"{shown.numel()} pixels are values that the decoder did not give.",
        )
    return named(
        "not-whole-images",
        f"The picture of {canvas.shape[0]} by {canvas.shape[1]} pixels should consist of whole "
        "28×28 images; it does not. Bring the axes into the order (row, height, column, width) "
        "before you reshape.",
    )
