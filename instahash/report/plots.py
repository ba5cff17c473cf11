"""Histograms, curves and bars, laid out by matplotlib; the page's templates draw them, its style sheet colours them.

Of matplotlib's SVG the paths and the texts are taken, with no style: an artist's gid is "class" or "class: tip", the
class that styles it and the text under the pointer.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any, NamedTuple
from xml.etree import ElementTree

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from instahash.errors import plural
from instahash.report.wording import displayable

# All drawings have this width, in units that a narrow phone shows as pixels; the page stretches them.
WIDTH = 360
# The height of histograms and curves, and where their axes lie.
HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 210, 60, 350, 12, 166
# Labels on an axis, at most.
AXIS_LABELS = 9
CLASSES = ("bar", "bar other", "axis", "grid", "whisker", "halo", "mean", "curve", "point")
OPTIONS = {"svg.fonttype": "none", "text.parse_math": False, "path.simplify": False, "font.size": 11}
# The user's own settings of matplotlib change nothing.
drawing = style.context(["default", OPTIONS])
# Pairs of a place, in bars from the left edge, and the text below.
Marks = Sequence[tuple[float, str]]


class Drawing(NamedTuple):
    """An SVG image of WIDTH x height: its paths (class, d, tip) and its texts (x, y, text-anchor, transform, text)."""

    height: int
    paths: list[tuple[str, str, str]]
    texts: list[tuple[str, str, str, str, str]]


@drawing
def histogram(
    labels: Sequence[str], counts: Sequence[int], axis: str, marks: Marks = (), mean: float | None = None
) -> Drawing:
    """Bars of one width beside each other.

    labels : what each bar stands for.  counts : whole numbers, 0 or more.  axis : what is counted.
    marks : below the bars; default their own labels, thinned out.
    mean : a place that is marked with a line, or None.
    """
    n, step = len(counts), math.ceil(len(counts) / AXIS_LABELS)
    axes = _scaled(ticks(0, max(*counts, 1), whole=True), 0, axis, "posts")
    # Between two bars lies one unit.
    for i, bar in enumerate(axes.bar(np.arange(n) + 0.5, counts, 1 - n / (RIGHT - LEFT))):
        bar.set(gid=f"bar: {labels[i]}: {plural(counts[i], 'post')}", visible=counts[i] > 0)
    if mean is not None:
        axes.axvline(mean, gid="halo")
        axes.axvline(mean, gid="mean")
    places, texts = zip(*marks) if marks else (np.arange(0, n, step) + 0.5, labels[::step])
    axes.set(xlim=(0, n), xticks=places, xticklabels=texts)
    return _drawn(axes)


@drawing
def curve(values: Sequence[float], axis: str, measure: str) -> Drawing:
    """A line through the values of one epoch after another, the first being epoch 1."""
    levels, epochs = ticks(min(values), max(values)), np.arange(1, len(values) + 1)
    axes = _scaled(levels, max(0, -math.floor(math.log10(levels[1] - levels[0]) + 1e-9)), axis, measure)
    axes.plot(epochs, values, gid="curve")
    for epoch, value in zip(epochs, values):
        axes.plot([epoch, epoch], [value, value], gid=f"point: epoch {epoch}: {value:.4f}")
    last = max(len(values), 2)
    margin = (last - 1) / 27
    axes.set(xlim=(1 - margin, last + margin), xticks=epochs[:: math.ceil(len(values) / AXIS_LABELS)])
    return _drawn(axes)


@drawing
def intervals(rows: Sequence[tuple[str, float, float, float]]) -> Drawing:
    """A bar for each (label, value, low, high), 0 or more, with a whisker and its value; the first is strong."""
    axes = _axes(24 * len(rows) + 8, 110, 296, 4, 24 * len(rows) + 4)
    labels = [displayable(label) for label, *_ in rows]
    for i, (_, value, low, high) in enumerate(rows):
        tip = f"{labels[i]}: {value:.4f}, {low:.4f} to {high:.4f}"
        axes.barh(i, value, 2 / 3, gid=f"{'bar other' if i else 'bar'}: {tip}")
        axes.plot([low, low, low, high, high, high], np.array([-1, 1, 0, 0, 1, -1]) / 6 + i, gid="whisker")
        axes.text(1.06, i, f"{value:.3f}", transform=axes.get_yaxis_transform(), va="center_baseline")
    axes.set(ylim=(len(rows) - 0.5, -0.5), yticks=range(len(rows)), yticklabels=labels)
    axes.set(xlim=(0, ticks(0, max([high for *_, high in rows] + [1e-9]))[-1]), xticks=[])
    return _drawn(axes)


def ticks(low: float, high: float, whole: bool = False) -> np.ndarray:
    """About five round numbers at equal steps that enclose [low, high], whole ones where wanted."""
    if not high - low > 1e-9 * max(abs(low), abs(high), 1):
        margin = abs(low) / 2 if abs(low) > 1e-9 else 0.5
        low, high = low - margin, high + margin
    return np.asarray(MaxNLocator(5, steps=[1, 2, 5, 10], integer=whole).tick_values(low, high))


def _axes(height: int, left: int, right: int, top: int, bottom: int) -> Axes:
    """Axes whose edges lie so many units from the left and the top of a drawing."""
    figure = Figure((WIDTH / 72, height / 72), dpi=72)
    axes = figure.add_axes((left / WIDTH, 1 - bottom / height, (right - left) / WIDTH, (bottom - top) / height))
    axes.tick_params(length=0, pad=7)
    return axes


def _scaled(levels: np.ndarray, decimals: int, across: str, up: str) -> Axes:
    """Axes of histograms and curves: lines and numbers at `levels`, names below and beside them."""
    axes = _axes(HEIGHT, LEFT, RIGHT, TOP, BOTTOM)
    texts = [f"{level:,.{decimals}f}".replace("-", "−") for level in levels]
    axes.set(ylim=(levels[0], levels[-1]), yticks=levels, yticklabels=texts)
    for i, level in enumerate(levels):
        axes.axhline(level, gid="grid" if i else "axis", zorder=0)
    place: dict[str, Any] = {"ha": "center", "rotation_mode": "anchor"}
    axes.figure.text((LEFT + RIGHT) / 2 / WIDTH, 8 / HEIGHT, across, **place)
    axes.figure.text(14 / WIDTH, 1 - (TOP + BOTTOM) / 2 / HEIGHT, up, rotation=90, **place)
    return axes


def _drawn(axes: Axes) -> Drawing:
    file, space = io.StringIO(), "{http://www.w3.org/2000/svg}"
    figure: Any = axes.figure
    figure.savefig(file, format="svg", metadata={"Date": None})
    drawn = Drawing(round(figure.get_figheight() * 72), [], [])
    for element in ElementTree.fromstring(file.getvalue()).iter():
        kind, _, tip = element.get("id", "").partition(": ")
        if kind in CLASSES:
            drawn.paths.extend((kind, " ".join(path.attrib["d"].split()), tip) for path in element.iter(f"{space}path"))
        elif element.tag == f"{space}text":
            x, y, turned, said = (element.attrib[name] for name in ("x", "y", "transform", "style"))
            anchor = said.rpartition("text-anchor: ")[2]
            drawn.texts.append((x, y, anchor, "" if turned.startswith("rotate(-0 ") else turned, element.text or ""))
    return drawn
