"""Plots of the report, as SVG texts that stand in the page and take its colours.

matplotlib writes fixed colours; two rare ones stand for the page's colour of text and of bars, so
that a plot is readable on a light and on a dark page.
"""

import io
import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from ...assignment import BATCH_SIZE, TARGETS
from .counts import Misconception, Question

_INK, _BAR, _SOFT, _BAND = "#010203", "#010204", "#010205", "#010206"
_COLOURS = {
    _INK: "currentColor",
    _BAR: "var(--bar)",
    _SOFT: "var(--soft)",
    _BAND: "var(--band)",
}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}
_WIDTH = 8.0  # inches
MAX_BARS = 15
_MAX_LABEL = 40  # characters beside a bar


def points_plot(totals: Sequence[float], maximum: float) -> str:
    """Draw how many submissions have how many points."""
    counts = [0] * (math.floor(maximum) + 1)
    for total in totals:
        counts[min(len(counts) - 1, max(0, math.floor(total)))] += 1

    def draw(axes: Axes) -> None:
        axes.bar(range(len(counts)), counts, width=0.85, color=_BAR)
        axes.set(xlabel=f"points of {maximum:g}", ylabel="submissions", xlim=(-0.6, len(counts)))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))

    alt = f"Histogram of the points of {len(totals)} submissions"
    if totals:
        ordered = sorted(totals)
        alt += f", from {ordered[0]:g} to {ordered[-1]:g}, median {ordered[len(totals) // 2]:g}"
    return _svg("points", alt, 2.6, draw)


def questions_plot(rows: Sequence[Question]) -> str:
    """Draw the mean of each question, and beside it its discrimination."""
    known = [row for row in rows if row.mean is not None]
    places = range(len(known))

    def draw(left: Axes, right: Axes) -> None:
        means = [100 * (row.mean or 0) for row in known]
        left.barh(places, means, height=0.75, color=_BAR)
        left.set(xlim=(0, 100), xlabel="mean, % of the points", ylim=(len(known) - 0.4, -0.6))
        left.set_yticks(places, [_short(f"{row.question} {row.title}") for row in known])
        told = [(at, row.discrimination) for at, row in enumerate(known)]
        told = [(at, value) for at, value in told if value is not None]
        right.axvline(0, color=_INK, linewidth=0.8)
        for at, value in told:
            right.plot([0, value], [at, at], color=_SOFT, linewidth=2)
            right.plot([value], [at], "o", color=_BAR, markersize=5)
        right.set(xlim=(-1, 1), xlabel="discrimination (r)", ylim=left.get_ylim())
        right.tick_params(left=False, labelleft=False)

    alt = "Mean and discrimination of each question; the table below has the numbers"
    return _svg("questions", alt, 0.9 + 0.24 * len(known), draw, columns=(3, 2))


def misconceptions_plot(rows: Sequence[Misconception], works: int) -> str:
    """Draw how often the most frequent misconceptions were made."""
    shown = rows[:MAX_BARS]

    def draw(axes: Axes) -> None:
        counts = [row.works for row in shown]
        bars = axes.barh(range(len(shown)), counts, height=0.75, color=_BAR)
        axes.bar_label(bars, [str(count) for count in counts], padding=3)
        axes.set_yticks(range(len(shown)), [f"{row.diagnosis} · {row.task}" for row in shown])
        axes.set(ylim=(len(shown) - 0.4, -0.6), xlabel=f"submissions of {works}")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))

    first = f"; {shown[0].diagnosis} in {shown[0].works}" if shown else ""
    alt = f"The {len(shown)} most frequent misconceptions{first}"
    return _svg("misconceptions", alt, 0.8 + 0.27 * len(shown), draw)


def losses_plot(losses: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """Draw reconstruction and KL of each model, and the band in which a right one ends."""
    targets = [name for name in TARGETS if losses.get(name)]

    def draw(*all_axes: Axes) -> None:
        for axes, name in zip(all_axes, targets, strict=True):
            target, points = TARGETS[name], losses[name]
            x, y = (
                [each[part] / BATCH_SIZE for each in points] for part in ("reconstruction", "KL")
            )
            (low, high), (bottom, top) = target.reconstruction, target.kl
            axes.add_patch(Rectangle((low, bottom), high - low, top - bottom, color=_BAND))
            axes.plot(x, y, "o", color=_BAR, markersize=4, alpha=0.7, linestyle="none")
            axes.set(title=target.model, xlabel="reconstruction", ylabel="KL")
            axes.margins(0.08)
            axes.autoscale_view()

    alt = (
        "Reconstruction and KL of each handed-in model, in nats per image divided by "
        f"{BATCH_SIZE}, with the band of right ones"
    )
    return _svg("losses", alt, 3.2, draw, columns=(1,) * len(targets))


def _short(label: str) -> str:
    return label if len(label) <= _MAX_LABEL else f"{label[: _MAX_LABEL - 1].rstrip(' ,')}…"


def _svg(name: str, alt: str, height: float, draw, columns: tuple[int, ...] = (1,)) -> str:
    """Draw a figure and return it as an SVG element with a description."""
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        axes = figure.subplots(1, len(columns), width_ratios=columns, squeeze=False)[0]
        figure.patch.set_alpha(0)
        for each in axes:
            each.patch.set_alpha(0)
        draw(*axes)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    text = text[text.index("<svg") :]
    # Names of parts are unique in the page.
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'(url\(|xlink:href=")#', rf"\g<1>#{name}-", text)
    for colour, meant in _COLOURS.items():
        text = text.replace(colour, meant)
    return text.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)
