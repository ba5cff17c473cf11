"""Drawings measured with a ruler."""

import re
import subprocess
import sys
from itertools import pairwise

import matplotlib
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from instahash.report import plots
from instahash.report.page import templates
from instahash.report.plots import BOTTOM, LEFT, RIGHT, TOP, ticks

NUMBER = r"-?\d+(?:\.\d+)?"


def svg(drawing, title="t", said="d"):
    return str(templates().get_template("macros.html").module.drawn("h", title, said, drawing))


def histogram(*args, **options):
    return svg(plots.histogram(*args, **options))


def curve(*args):
    return svg(plots.curve(*args))


def intervals(*args):
    return svg(plots.intervals(*args))


def paths(drawing, kind):
    """The corners (x, y) of each path of class `kind`."""
    found = re.findall(rf'<path class="{kind}" d="([^"]*)">', drawing)
    return [[tuple(map(float, pair)) for pair in re.findall(rf"({NUMBER}) ({NUMBER})", d)] for d in found]


def boxes(drawing, kind):
    """(left, right, top, bottom) of each path of class `kind`."""
    return [(min(xs), max(xs), min(ys), max(ys)) for xs, ys in (zip(*path) for path in paths(drawing, kind))]


def texts(drawing):
    """Text -> (x, y, anchor) of those that lie level."""
    found = re.findall(rf'<text x="({NUMBER})" y="({NUMBER})" text-anchor="(\w+)">([^<]*)</text>', drawing)
    return {text: (float(x), float(y), anchor) for x, y, anchor, text in found}


def near(*expected):
    return pytest.approx(expected, abs=1e-3)


def test_bars_by_hand():
    drawing = histogram(["a", "b", "c", "d"], [0, 5, 10, 4], "number", mean=1.5)
    # The axis ends at 10, so that 10 posts are as high as the axis; each bar has a quarter of the width.
    width, height = (RIGHT - LEFT) / 4, BOTTOM - TOP
    expected = [(1, BOTTOM - height / 2), (2, TOP), (3, BOTTOM - 0.4 * height)]
    assert boxes(drawing, "bar") == [
        near(LEFT + i * width + 0.5, LEFT + (i + 1) * width - 0.5, top, BOTTOM) for i, top in expected
    ]
    assert re.findall(r"<title>(.*?)</title>", drawing) == ["b: 5 posts", "c: 10 posts", "d: 4 posts"]
    for kind in ("halo", "mean"):
        assert boxes(drawing, kind) == [near(LEFT + 1.5 * width, LEFT + 1.5 * width, TOP, BOTTOM)]
    assert drawing.index('"bar"') < drawing.index('"halo"') < drawing.index('"mean"')
    assert boxes(drawing, "axis") == [near(LEFT, RIGHT, BOTTOM, BOTTOM)] and len(paths(drawing, "grid")) == 5
    assert re.findall(r">([\d,]+)</text>", drawing) == ["0", "2", "4", "6", "8", "10"]
    assert texts(drawing)["number"][::2] == ((LEFT + RIGHT) / 2, "middle")
    assert re.search(rf'text-anchor="middle" transform="rotate\(-90 {NUMBER} {NUMBER}\)">posts<', drawing)


def test_labels_are_thinned_out_and_marks_stand_where_they_are_wanted():
    many = texts(histogram([f"{i} a" for i in range(20)], [1] * 20, "number"))
    assert [text for text in many if text.endswith(" a")] == ["0 a", "3 a", "6 a", "9 a", "12 a", "15 a", "18 a"]
    assert many["0 a"][::2] == (LEFT + 0.5 * (RIGHT - LEFT) / 20, "middle")  # below its bar
    marked = texts(histogram(["a", "b"], [3, 1], "number", marks=[(0, "low"), (2, "high")]))
    assert marked["low"][::2] == (LEFT, "middle") and marked["high"][::2] == (RIGHT, "middle")
    assert BOTTOM + 8 < marked["low"][1] < BOTTOM + 20
    empty = histogram(["a"], [0], "number")
    assert not paths(empty, "bar") and "nan" not in empty.lower()
    assert "1,000" in texts(histogram(["a"], [1000], "number"))


def test_a_curve_by_hand():
    drawing = curve([4.0, 2.0, 3.0], "epochs", "loss")
    expected = [near(LEFT + 10, TOP), near((LEFT + RIGHT) / 2, BOTTOM), near(RIGHT - 10, (TOP + BOTTOM) / 2)]
    assert paths(drawing, "curve") == [expected]
    assert paths(drawing, "point") == [[corner, corner] for corner in expected]  # a dot, where line ends are round
    assert "2.0" in texts(drawing) and "4.0" in texts(drawing) and ">epoch 2: 2.0000</title>" in drawing
    assert "−0.4" in texts(curve([-0.5, 0.5], "epochs", "loss"))
    assert len(paths(curve([0.07], "epochs", "loss"), "point")) == 1
    many = curve([1000.0 + i for i in range(200)], "epochs", "loss")
    assert len(paths(many, "curve")[0]) == 200  # though they lie on one line
    assert [text for text in texts(many) if text.isdigit()] == ["1", "24", "47", "70", "93", "116", "139", "162", "185"]


def test_intervals_by_hand():
    drawing = intervals([("ours", 0.5, 0.4, 0.6), ("the <b>", 0.2, 0.1, 1.0)])
    # The axis ends at 1, 186 units from its start at 110.
    assert [box[:2] for box in boxes(drawing, "bar")] == [near(110, 203)]
    assert [box[:2] for box in boxes(drawing, "bar other")] == [near(110, 147.2)]
    assert [box[:2] for box in boxes(drawing, "whisker")] == [near(184.4, 221.6), near(128.6, 296)]
    assert texts(drawing)["0.500"][2] == "start" and texts(drawing)["ours"][2] == "end"
    assert ">the &lt;b&gt;: 0.2000, 0.1000 to 1.0000</title>" in drawing and "the &lt;b&gt;" in texts(drawing)
    intervals([("half a pair \ud800, a null \0, $x", 0.0, 0.0, 0.0)]).encode()


@pytest.mark.parametrize(
    "low, high, expected",
    [
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 11, [0, 5, 10, 15]),
        (2.17, 2.25, [2.16, 2.18, 2.2, 2.22, 2.24, 2.26]),
        (-1, 1, [-1, -0.5, 0, 0.5, 1]),
        (4, 4, [2, 3, 4, 5, 6]),
    ],
)
def test_round_numbers(low, high, expected):
    assert ticks(low, high) == pytest.approx(expected)
    assert ticks(0, 1, whole=True).tolist() == [0, 1]


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
@example(-1e-05, 20001.0)  # what is lost is nothing beside a step
def test_round_numbers_enclose_what_they_were_made_for(low, more):
    found = ticks(low, low + more)
    lost = 1e-8 * max(1, abs(low), more)
    assert found[0] <= low + lost and found[-1] >= low + more - lost
    assert 2 <= len(found) <= 7 and all(a < b for a, b in pairwise(found))


def test_what_a_drawing_is_called():
    drawing = svg(plots.histogram(["x"], [1], "number"), "a < b", "said").strip()
    assert drawing.startswith(
        '<svg viewBox="0 0 360 210" role="img" aria-labelledby="h-title" aria-describedby="h-desc">\n'
        '<title id="h-title">a &lt; b</title><desc id="h-desc">said</desc>\n'
    )


def test_nothing_but_paths_and_texts_is_drawn_and_nothing_has_a_style():
    """The page's policy allows no style but its own sheet."""
    for drawing in (
        histogram(["x", "y"], [1, 2], "number", mean=0.5),
        curve([2.0, 1.0], "epochs", "loss"),
        intervals([("ours", 0.5, 0.4, 0.6)]),
    ):
        assert set(re.findall(r"<(\w+)", drawing)) == {"svg", "title", "desc", "path", "text"}
        attributes = set(re.findall(r' ([\w-]+)="', drawing))
        assert attributes <= {
            "viewBox", "role", "aria-labelledby", "aria-describedby", "id", "class", "d", "x", "y", "text-anchor",
            "transform",
        }  # fmt: skip


def test_the_same_numbers_give_the_same_bytes_whatever_a_user_has_set():
    """In another process too, where names of random bits would differ."""
    here = plots.histogram(["x", "y"], [1, 2], "number", mean=0.5)
    code = 'from instahash.report.plots import histogram; print(histogram(["x", "y"], [1, 2], "number", mean=0.5))'
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert there.stdout == f"{here}\n"
    with matplotlib.rc_context({"font.size": 30, "savefig.dpi": 300, "svg.fonttype": "path", "axes.linewidth": 9}):
        assert plots.histogram(["x", "y"], [1, 2], "number", mean=0.5) == here
