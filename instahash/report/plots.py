"""Histograms, curves and bars by matplotlib, as SVG whose text stays text and whose colours are the style sheet's.

matplotlib lays a drawing out. Of its SVG the paths and the texts are taken, with no style: an artist's gid is the class
that styles it, "class" or "class: tip", where the tip is the text under the pointer.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from xml.etree import ElementTree

import numpy as np
from markupsafe import Markup
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from instahash.report.wording import displayable, plural

# All drawings have this width, in units that a narrow phone shows as pixels; the page stretches them.
WIDTH = 360
# The height of histograms and curves, and where their axes lie.
HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 210, 60, 350, 12, 166
# The labels on an axis of categories, at most.
LABELS = 9
CLASSES = ("bar", "bar other", "axis", "grid", "whisker", "halo", "mean", "curve", "point")
OPTIONS = {"svg.fonttype": "none", "svg.hashsalt": "instahash", "text.parse_math": False, "path.simplify": False, "font.size": 11}
SPACE = "{http://www.w3.org/2000/svg}"
SVG = Markup(
    '<svg viewBox="0 0 {} {}" role="img" aria-labelledby="{name}-title" aria-describedby="{name}-desc">'
    '<title id="{name}-title">{title}</title><desc id="{name}-desc">{description}</desc>\n{}</svg>'
)
PATH = Markup('<path class="{}" d="{}">{}</path>')
TEXT = Markup('<text x="{}" y="{}" text-anchor="{}"{}>{}</text>')
TURNED = Markup(' transform="{}"')
# A user's own matplotlib settings change nothing.
drawing = style.context(["default", OPTIONS])


@drawing
def histogram(
    name: str,
    title: str,
    description: str,
    labels: Sequence[str],
    counts: Sequence[int],
    axis: str,
    marks: Sequence[tuple[float, str]] | None = None,
    mean: float | None = None,
) -> Markup:
    """Bars of one width beside each other.

    labels : what each bar stands for.  counts : whole numbers, 0 or more.  axis : what is counted.
    marks : pairs of a place, in bars from the left edge, and the text below; default the bars' own labels, thinned out.
    mean : a place that is marked with a line, or None.
    """
    n, step = len(counts), math.ceil(len(counts) / LABELS)
    axes = _scaled(ticks(0, max(*counts, 1), whole=True), 0, axis, "posts")
    # Between two bars lies one unit.
    for i, bar in enumerate(axes.bar(np.arange(n) + 0.5, counts, 1 - n / (RIGHT - LEFT))):
        bar.set(gid=f"bar: {labels[i]}: {plural(counts[i], 'post')}", visible=counts[i] > 0)
    for gid in ("halo", "mean") if mean is not None else ():
        axes.axvline(mean, gid=gid)
    places, texts = zip(*marks) if marks else (np.arange(0, n, step) + 0.5, labels[::step])
    axes.set(xlim=(0, n), xticks=places, xticklabels=texts)
    return _svg(axes, name, title, description)


@drawing
def curve(name: str, title: str, description: str, values: Sequence[float], axis: str, measure: str) -> Markup:
    """A line through the values of one epoch after another, the first being epoch 1."""
    levels, epochs = ticks(min(values), max(values)), np.arange(1, len(values) + 1)
    axes = _scaled(levels, max(0, -math.floor(math.log10(levels[1] - levels[0]) + 1e-9)), axis, measure)
    axes.plot(epochs, values, gid="curve")
    for epoch, value in zip(epochs, values):
        axes.plot([epoch, epoch], [value, value], gid=f"point: epoch {epoch}: {value:.4f}")
    last = max(len(values), 2)
    margin = (last - 1) / 27
    axes.set(xlim=(1 - margin, last + margin), xticks=epochs[:: math.ceil(len(values) / LABELS)])
    return _svg(axes, name, title, description)


@drawing
def intervals(name: str, title: str, description: str, rows: Sequence[tuple[str, float, float, float]]) -> Markup:
    """A bar for each row, with its interval as a whisker and its value as text.

    rows : (label, value, low, high), numbers of 0 or more; the first row is drawn strongly.
    """
    axes = _axes(24 * len(rows) + 8, 110, 296, 4, 24 * len(rows) + 4)
    for i, (label, value, low, high) in enumerate(rows):
        label = displayable(label)
        gid = f"{'bar other' if i else 'bar'}: {label}: {value:.4f}, {low:.4f} to {high:.4f}"
        axes.barh(i, value, 2 / 3)[0].set_gid(gid)
        axes.plot([low, low, low, high, high, high], np.array([-1, 1, 0, 0, 1, -1]) / 6 + i, gid="whisker")
        axes.text(1.06, i, f"{value:.3f}", transform=axes.get_yaxis_transform(), va="center_baseline")
    top = ticks(0, max([high for *_, high in rows] + [1e-9]))[-1]
    axes.set(ylim=(len(rows) - 0.5, -0.5), yticks=range(len(rows)), yticklabels=[displayable(row[0]) for row in rows])
    axes.set(xlim=(0, top), xticks=[])
    return _svg(axes, name, title, description)


def ticks(low: float, high: float, whole: bool = False) -> np.ndarray:
    """About five round numbers at equal steps that enclose [low, high], whole ones where wanted."""
    if not high - low > 1e-9 * max(abs(low), abs(high), 1):
        margin = abs(low) / 2 if abs(low) > 1e-9 else 0.5
        low, high = low - margin, high + margin
    return MaxNLocator(5, steps=[1, 2, 5, 10], integer=whole).tick_values(low, high)


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
    place = {"ha": "center", "rotation_mode": "anchor"}
    axes.figure.text((LEFT + RIGHT) / 2 / WIDTH, 8 / HEIGHT, across, **place)
    axes.figure.text(14 / WIDTH, 1 - (TOP + BOTTOM) / 2 / HEIGHT, up, rotation=90, **place)
    return axes


def _svg(axes: Axes, name: str, title: str, description: str) -> Markup:
    """The drawing of the axes, with a name and a description for those who do not see it."""
    file, shapes = io.StringIO(), []
    axes.figure.savefig(file, format="svg", metadata={"Date": None})
    for element in ElementTree.fromstring(file.getvalue()).iter():
        kind, _, tip = element.get("id", "").partition(": ")
        if kind in CLASSES:
            path = " ".join(element.find(f"{SPACE}path").get("d").split())
            shapes.append(PATH.format(kind, path, Markup("<title>{}</title>").format(tip) if tip else ""))
        elif element.tag == f"{SPACE}text":
            anchor = re.search(r"text-anchor: (\w+)", element.get("style"))[1]
            turned = "" if "(-0" in element.get("transform") else TURNED.format(element.get("transform"))
            shapes.append(TEXT.format(element.get("x"), element.get("y"), anchor, turned, element.text))
    height = round(axes.figure.get_figheight() * 72)
    return SVG.format(WIDTH, height, Markup("\n").join(shapes), name=name, title=title, description=description)
