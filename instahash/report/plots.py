"""Histograms, curves and bars as SVG. Text stays text; colours are those of the page's style sheet, by class."""

from __future__ import annotations

import math

from instahash.errors import plural
from instahash.report.markup import Markup, element, join

# All drawings are so wide, in units that a narrow phone shows as pixels; the page stretches them.
WIDTH = 360
# Of histograms and curves: the height, and where the axes lie.
HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 210, 60, 350, 12, 166


def histogram(name: str, title: str, description: str, labels, counts, axis: str, marks=None, mean=None) -> Markup:
    """Bars of one width beside each other.

    labels : what each bar stands for, a text.  counts : whole numbers, 0 or more.  axis : what is counted.
    marks : pairs of a place, in bars from the left edge, and the text below it; default each bar's own label, thinned out.
    mean : a place that is marked with a line, or None.
    """
    scale, ticks = rising(0, max(max(counts), 1))
    width = (RIGHT - LEFT) / len(counts)
    drawn = _grid(scale, ticks, "{:,.0f}")
    for i, (label, count) in enumerate(zip(labels, counts)):
        if count:
            tip = element("title", f"{label}: {plural(count, 'post')}")
            box = {"x": _n(LEFT + i * width + 0.5), "y": _n(scale(count)), "width": _n(max(width - 1, 0.5))}
            drawn.append(element("rect", tip, **box, height=_n(BOTTOM - scale(count)), class_="bar"))
    if mean is not None:
        x = LEFT + mean * width
        for kind in ("halo", "mean"):
            drawn.append(element("line", x1=_n(x), x2=_n(x), y1=TOP, y2=BOTTOM, class_=kind))
    if marks is None:
        step = math.ceil(len(labels) / 9)
        marks = [(i + 0.5, labels[i]) for i in range(0, len(labels), step)]
    drawn += [_text(label, LEFT + place * width, BOTTOM + 16, "middle") for place, label in marks]
    return _svg(name, title, description, HEIGHT, drawn + _names(axis, "posts"))


def curve(name: str, title: str, description: str, values, axis: str, measure: str) -> Markup:
    """A line through the values of one epoch after another, the first being epoch 1."""
    scale, ticks = rising(min(values), max(values))
    step = (RIGHT - LEFT - 20) / max(len(values) - 1, 1)
    points = [(LEFT + 10 + i * step, scale(value)) for i, value in enumerate(values)]
    decimals = max(0, -math.floor(math.log10(ticks[1] - ticks[0]) + 1e-9))
    drawn = _grid(scale, ticks, f"{{:,.{decimals}f}}")
    drawn.append(element("polyline", points=" ".join(f"{_n(x)},{_n(y)}" for x, y in points), class_="curve"))
    for i, ((x, y), value) in enumerate(zip(points, values)):
        tip = element("title", f"epoch {i + 1}: {value:.4f}")
        drawn.append(element("circle", tip, cx=_n(x), cy=_n(y), r=3, class_="point"))
    for i in range(0, len(values), math.ceil(len(values) / 9)):
        drawn.append(_text(i + 1, points[i][0], BOTTOM + 16, "middle"))
    return _svg(name, title, description, HEIGHT, drawn + _names(axis, measure))


def intervals(name: str, title: str, description: str, rows) -> Markup:
    """A bar for each row, with its interval as a whisker and its value as text.

    rows : (label, value, low, high), numbers of 0 or more; the first row is drawn strongly.
    """
    left, right, height = 110, 296, 24
    top = nice(0, max([high for *_, high in rows] + [1e-9]))[-1]
    drawn = []
    for i, (label, value, low, high) in enumerate(rows):
        y, scale = 8 + i * height, (right - left) / top
        tip = element("title", f"{label}: {value:.4f}, {low:.4f} to {high:.4f}")
        box = {"x": left, "y": y, "width": _n(max(value * scale, 0.5)), "height": height - 8}
        drawn.append(element("rect", tip, **box, class_="bar" if i == 0 else "bar other"))
        ends, middle = (left + low * scale, left + high * scale), y + height / 2 - 4
        drawn.append(element("line", x1=_n(ends[0]), x2=_n(ends[1]), y1=_n(middle), y2=_n(middle), class_="whisker"))
        for x in ends:
            drawn.append(element("line", x1=_n(x), x2=_n(x), y1=_n(middle - 4), y2=_n(middle + 4), class_="whisker"))
        drawn.append(_text(label, left - 8, middle + 4, "end"))
        drawn.append(_text(f"{value:.3f}", right + 10, middle + 4, "start"))
    return _svg(name, title, description, 12 + len(rows) * height, drawn)


def nice(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers at equal steps of 1, 2 or 5 times a power of ten, at most `most` steps, that enclose [low, high]."""
    if not high - low > 1e-9 * max(abs(low), abs(high), 1):
        margin = abs(low) / 2 if abs(low) > 1e-9 else 0.5
        low, high = low - margin, high + margin
    size = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (size, 2 * size, 5 * size, 10 * size, 20 * size):
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first <= most:
            break
    return [round(i * step, 12) for i in range(first, last + 1)]


def rising(low: float, high: float):
    """Where values lie on the vertical axis, as a function, and the axis' ticks."""
    ticks = nice(low, high)
    return lambda value: BOTTOM - (value - ticks[0]) / (ticks[-1] - ticks[0]) * (BOTTOM - TOP), ticks


def _grid(scale, ticks, form):
    lines = []
    for tick in ticks:
        y = _n(scale(tick))
        lines.append(element("line", x1=LEFT, x2=RIGHT, y1=y, y2=y, class_="axis" if tick == ticks[0] else "grid"))
        if "." in form.format(0.5) or tick == int(tick):
            lines.append(_text(form.format(tick), LEFT - 6, scale(tick) + 4, "end"))
    return lines


def _names(across, up):
    middle = (TOP + BOTTOM) / 2
    turned = element("text", up, x=0, y=0, text_anchor="middle", transform=f"translate(14 {_n(middle)}) rotate(-90)")
    return [_text(across, (LEFT + RIGHT) / 2, HEIGHT - 8, "middle"), turned]


def _text(text, x, y, anchor):
    return element("text", text, x=_n(x), y=_n(y), text_anchor=anchor)


def _svg(name, title, description, height, drawn):
    heads = [element("title", title, id=f"{name}-title"), element("desc", description, id=f"{name}-desc")]
    named = {"role": "img", "aria_labelledby": f"{name}-title", "aria_describedby": f"{name}-desc"}
    return element("svg", heads, join(drawn, "\n"), viewBox=f"0 0 {WIDTH} {height}", **named)


def _n(number):
    return f"{number:.2f}".rstrip("0").rstrip(".")
