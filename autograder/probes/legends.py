"""Reading what a figure says about its colours: legends, labels in the plot, colour bars."""

import numpy as np
from matplotlib.colors import to_rgba_array
from matplotlib.text import Annotation

DIGITS = range(10)
MAX_ENTRIES = 500  # of all figures together
NO_POSITION = (np.nan, np.nan)


def explanations(figures):
    """List legend entries, labels in the plots, and colours of colour bars for the digits 0 to 9.

    Returns:
        For each its `text`, its `colour` (3,), `at`: its position (2,) in data coordinates, NaN
        for an entry beside the plot, and `placed`: whether it was put there in data coordinates.
    """
    entries = []
    for figure in figures:
        for read in (_legends, _labels, _colorbars):
            entries.extend(read(figure))
    return [
        {
            "text": text,
            "colour": colour,
            "at": np.asarray(position, dtype=float),
            "placed": placed,
        }
        for text, colour, position, placed in entries[:MAX_ENTRIES]
    ]


def is_colorbar(axes):
    """Return whether these axes hold a colour bar."""
    return axes.get_label() == "<colorbar>" or hasattr(axes, "_colorbar")


def _legends(figure):
    for legend in (*figure.legends, *(axes.get_legend() for axes in figure.axes)):
        if legend:
            for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=False):
                yield text.get_text(), _colour(handle), NO_POSITION, False


def _labels(figure):
    for axes in figure.axes:
        for text in axes.texts:
            if text.get_visible():
                yield text.get_text(), _colour(text), *_place(axes, text)


def _place(axes, text):
    """Return where a text stands, in data coordinates, and whether it was put there in these.

    An annotation stands at the point that it explains, beside which its text may be drawn.
    """
    if isinstance(text, Annotation):
        return (text.xy, True) if text.xycoords == "data" else (NO_POSITION, False)
    on_screen = text.get_transform().transform(text.get_position())
    return axes.transData.inverted().transform(on_screen), text.get_transform() == axes.transData


def _colorbars(figure):
    for axes in figure.axes:
        if hasattr(axes, "_colorbar"):
            for digit in DIGITS:
                yield str(digit), axes._colorbar.mappable.to_rgba(digit)[:3], NO_POSITION, False


def _colour(artist):
    """Return the colour of a marker, a patch, a line or a text; NaN where it has none."""
    for name in ("get_markerfacecolor", "get_facecolor", "get_color", "get_edgecolor"):
        if hasattr(artist, name):
            colours = to_rgba_array(getattr(artist, name)())
            if len(colours) and colours[0, 3] > 0:
                return colours[0, :3]
    return np.full(3, np.nan)
