"""Reading the images and points that a matplotlib figure shows."""

import re

import numpy as np
import torch
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import to_rgb
from matplotlib.image import AxesImage

from .legends import is_colorbar

MAX_TICKS = 1000  # of an axis


def images_of(figure):
    """List the visible images of a figure.

    Returns:
        For each {"values": (H, W) grey values, "x": (W,) and "y": (H,) positions of the pixels on
        the screen, "low" and "high": which values are drawn black and white}.
    """
    images = []
    for axes in _plot_axes(figure):
        meshes = [item for item in axes.collections if isinstance(item, QuadMesh)]
        for artist in [*axes.images, *meshes]:
            if artist.get_visible() and artist.get_array() is not None:
                images.append(_read_image(axes, artist))
    return images


def axis_numbers(figure):
    """Read the numbers that stand along the axes of a figure's only picture.

    Returns:
        {"x": (n, 2), "y": (n, 2), "view": {"x": (2,), "y": (2,)}}: of each number its position on
        the screen and its value, and where the axes begin and end on the screen. There are no
        numbers where the figure has several pictures, or none.
    """
    pictures = [axes for axes in _plot_axes(figure) if axes.images or axes.collections]
    nothing = np.empty((0, 2))
    if len(pictures) != 1:
        return {"x": nothing, "y": nothing, "view": {"x": (0, 1), "y": (0, 1)}}
    axes = pictures[0]
    corners = axes.transData.transform(np.c_[axes.get_xlim(), axes.get_ylim()])
    view = {"x": corners[:, 0], "y": corners[:, 1]}
    both = (("x", axes.xaxis, 0), ("y", axes.yaxis, 1))
    numbers = {name: _read_axis(axes, axis, column, view[name]) for name, axis, column in both}
    return {**(numbers if axes.axison else {"x": nothing, "y": nothing}), "view": view}


def _read_axis(axes, axis, column, view):
    """Read the numbers along one axis: (n, 2), each its position on the screen and its value."""
    places = np.asarray(axis.get_majorticklocs(), dtype=float)[:MAX_TICKS]
    on_screen = axes.transData.transform(np.c_[places, places])[:, column]
    texts = axis.get_major_formatter().format_ticks(places)
    found = [(at, _number(text)) for at, text in zip(on_screen, texts, strict=False)]
    low, high = min(view) - 1, max(view) + 1  # one pixel more: limits are no exact numbers
    read = [(at, value) for at, value in found if value is not None and low <= at <= high]
    return np.array(read, dtype=float).reshape(-1, 2)


def _number(text):
    """Return the number that a text is, None for any other text."""
    plain = re.sub(r"\\mathdefault|[${}\s]", "", str(text)[:100]).replace("\u2212", "-")
    return float(plain) if re.fullmatch(r"-?\d{1,6}(\.\d{1,6})?", plain) else None


def _plot_axes(figure):
    """List the visible axes that are no colour bars."""
    return [axes for axes in figure.axes if not is_colorbar(axes) and axes.get_visible()]


def _read_image(axes, artist):
    array = np.ma.asarray(artist.get_array())
    values = np.ma.filled(array.astype(float), np.nan)
    if isinstance(artist, AxesImage):
        columns, rows = _pixel_centres(artist, *values.shape[:2])
    else:
        columns, rows = _mesh_centres(artist)
        values = values.reshape(len(rows), len(columns), *values.shape[2:])
    if values.ndim == 3:
        values = values[..., :3].mean(2) / (255 if array.dtype.kind in "ui" else 1)
        low, high = 0.0, 1.0
    else:
        low, high = (float(limit) for limit in artist.get_clim())
    # Limits that are still to be computed from the data are settled by asking for them.
    axes.get_xlim()
    axes.get_ylim()
    on_screen = axes.transData.transform
    return {
        "values": torch.tensor(values, dtype=torch.float32),
        "low": low,
        "high": high,
        "x": on_screen(np.c_[columns, np.full(len(columns), rows[0])])[:, 0],
        "y": on_screen(np.c_[np.full(len(rows), columns[0]), rows])[:, 1],
    }


def _pixel_centres(image, height, width):
    """Return x of the columns and y of the rows of an image, in data coordinates."""
    left, right, bottom, top = image.get_extent()
    columns = left + (right - left) * (np.arange(width) + 0.5) / width
    down = (np.arange(height) + 0.5) / height
    if image.origin == "upper":
        return columns, top + (bottom - top) * down
    return columns, bottom + (top - bottom) * down


def _mesh_centres(mesh):
    """Return x of the columns and y of the rows of a mesh, in data coordinates."""
    corners = mesh.get_coordinates()
    columns = (corners[0, :-1, 0] + corners[0, 1:, 0]) / 2
    rows = (corners[:-1, 0, 1] + corners[1:, 0, 1]) / 2
    return columns, rows


def points_of(figure):
    """Yield positions (n, 2) in data coordinates and colours (n, 3) of each group of markers."""
    for axes in _plot_axes(figure):
        for group in axes.collections:
            if isinstance(group, PathCollection) and group.get_visible():
                yield _finite(*_read_collection(group))
        for line in axes.lines:
            if line.get_marker() not in ("", " ", "None", None) and line.get_visible():
                points = np.asarray(line.get_xydata(), dtype=float)
                colour = to_rgb(line.get_markerfacecolor())
                yield _finite(points, np.tile(colour, (len(points), 1)))


def _read_collection(group):
    """Return positions (n, 2) and colours (n, 3) of a scatter plot's markers."""
    group.update_scalarmappable()
    offsets = np.ma.asarray(group.get_offsets(), dtype=float)
    points = np.ma.filled(offsets, np.nan).reshape(-1, 2)
    colours = group.get_facecolor()
    if not len(colours):
        colours = group.get_edgecolor()
    if not len(colours):
        return points, np.zeros((len(points), 3))
    return points, np.resize(colours[:, :3], (len(points), 3))


def _finite(points, colours):
    """Leave out points without a position."""
    finite = np.isfinite(points).all(1)
    return points[finite], colours[finite]
