"""What a figure says about the meaning of its colours: legends, labels in the plot, colour bars."""

import matplotlib
import numpy as np

DIGITS = range(10)
MOST = 500  # entries that are read


def explanations(figures):
    """The entries of legends, the labels in the plots, and what colour bars show for the digits 0
    to 9.

    Returns for each its `text`, its `colour` (3,), and `at`: its place (2,) in data coordinates,
    NaN beside the plot.
    """
    entries = [
        entry for figure in figures for read in (_legends, _labels, _bars) for entry in read(figure)
    ]
    return [
        {"text": text, "colour": colour, "at": np.asarray(at, dtype=float)}
        for text, colour, at in entries[:MOST]
    ]


def is_colorbar(axes):
    """Whether these axes hold a colour bar."""
    return axes.get_label() == "<colorbar>" or hasattr(axes, "_colorbar")


def _legends(figure):
    for legend in (*figure.legends, *(axes.get_legend() for axes in figure.axes)):
        if legend:
            for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=False):
                yield text.get_text(), _colour(handle), (np.nan, np.nan)


def _labels(figure):
    for axes in figure.axes:
        for text in axes.texts:
            on_screen = text.get_transform().transform(text.get_position())
            yield text.get_text(), _colour(text), axes.transData.inverted().transform(on_screen)


def _bars(figure):
    for axes in figure.axes:
        if hasattr(axes, "_colorbar"):
            for digit in DIGITS:
                yield str(digit), axes._colorbar.mappable.to_rgba(digit)[:3], (np.nan, np.nan)


def _colour(artist):
    """The colour of a marker, a patch, a line or a text; NaN where it has none."""
    for name in ("get_markerfacecolor", "get_facecolor", "get_color", "get_edgecolor"):
        if hasattr(artist, name):
            colours = matplotlib.colors.to_rgba_array(getattr(artist, name)())
            if len(colours) and colours[0, 3] > 0:
                return colours[0, :3]
    return np.full(3, np.nan)
