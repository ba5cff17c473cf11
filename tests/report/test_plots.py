"""Drawings measured with a ruler."""

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from instahash.report.plots import BOTTOM, LEFT, RIGHT, TOP, curve, histogram, intervals, nice

NUMBER = r'(-?[\d.]+)"'


def attributes(drawing, name, kind, *keys):
    """The numbers that elements `name` of class `kind` have for these attributes."""
    found = []
    for tag in re.findall(rf"<{name} [^>]*>", drawing):
        if f'class="{kind}"' in tag:
            found.append([float(re.search(rf' {key}="{NUMBER}', tag)[1]) for key in keys])
    return found


def test_bars_by_hand():
    drawing = histogram("h", "title", "said", ["a", "b", "c", "d"], [0, 5, 10, 4], "number", mean=1.5)
    # The axis ends at 10, so that 10 posts are as high as the axis; each bar has a quarter of the width.
    width = (RIGHT - LEFT) / 4
    height = BOTTOM - TOP
    found = attributes(drawing, "rect", "bar", "x", "y", "width", "height")
    assert found == [
        pytest.approx([LEFT + width + 0.5, BOTTOM - height / 2, width - 1, height / 2]),
        pytest.approx([LEFT + 2 * width + 0.5, TOP, width - 1, height]),
        pytest.approx([LEFT + 3 * width + 0.5, BOTTOM - 0.4 * height, width - 1, 0.4 * height]),
    ]
    assert re.findall(r"<title>(.*?)</title>", drawing) == ["b: 5 posts", "c: 10 posts", "d: 4 posts"]
    assert attributes(drawing, "line", "mean", "x1", "x2", "y1", "y2") == [[LEFT + 1.5 * width] * 2 + [TOP, BOTTOM]]
    assert attributes(drawing, "line", "axis", "y1", "y2") == [[BOTTOM, BOTTOM]]
    assert re.findall(r">([\d,]+)</text>", drawing) == ["0", "2", "4", "6", "8", "10"]


def test_labels_are_thinned_out_and_marks_stand_where_they_are_wanted():
    many = histogram("h", "t", "d", [str(i) for i in range(20)], [1] * 20, "number")
    assert [text for text in re.findall(r">(\d+)</text>", many) if int(text) > 1] == ["3", "6", "9", "12", "15", "18"]
    assert (
        f'x="{LEFT + 0.5 * (RIGHT - LEFT) / 20:g}" y="{BOTTOM + 16}" text-anchor="middle">0<' in many
    )  # below its bar
    marked = histogram("h", "t", "d", ["a", "b"], [3, 1], "number", marks=[(0, "low"), (2, "high")])
    assert f'x="{LEFT}" y="{BOTTOM + 16}" text-anchor="middle">low<' in marked
    assert f'x="{RIGHT}" y="{BOTTOM + 16}" text-anchor="middle">high<' in marked
    assert "NaN" not in histogram("h", "t", "d", ["a"], [0], "number")


def test_a_curve_by_hand():
    drawing = curve("c", "t", "d", [4.0, 2.0, 3.0], "epochs", "loss")
    middle = (LEFT + RIGHT) / 2
    points = [(LEFT + 10, TOP), (middle, BOTTOM), (RIGHT - 10, (TOP + BOTTOM) / 2)]
    assert attributes(drawing, "circle", "point", "cx", "cy") == [pytest.approx(point) for point in points]
    assert 'points="70,12 205,166 340,89"' in drawing
    assert ">2.0</text>" in drawing and ">4.0</text>" in drawing and "epoch 2: 2.0000" in drawing
    flat = curve("c", "t", "d", [0.07], "epochs", "loss")
    assert len(attributes(flat, "circle", "point", "cx", "cy")) == 1


def test_intervals_by_hand():
    drawing = intervals("i", "t", "d", [("ours", 0.5, 0.4, 0.6), ("theirs", 0.2, 0.1, 1.0)])
    # The axis ends at 1, 186 units from its start at 110.
    assert attributes(drawing, "rect", "bar", "x", "width") == [[110, 93]]
    assert attributes(drawing, "rect", "bar other", "x", "width") == [[110, 37.2]]
    ends = [x for x in attributes(drawing, "line", "whisker", "x1", "x2") if x[0] != x[1]]
    assert ends == [pytest.approx([184.4, 221.6]), pytest.approx([128.6, 296])]
    assert ">0.500</text>" in drawing and ">ours</text>" in drawing


@pytest.mark.parametrize(
    "low, high, expected",
    [
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 11, [0, 5, 10, 15]),
        (2.17, 2.25, [2.16, 2.18, 2.2, 2.22, 2.24, 2.26]),
        (-1, 1, [-1, -0.5, 0, 0.5, 1]),
    ],
)
def test_round_numbers(low, high, expected):
    assert nice(low, high) == pytest.approx(expected)


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
@example(-1e-05, 20001.0)  # what is lost is nothing beside a step
def test_round_numbers_enclose_what_they_were_made_for(low, more):
    ticks = nice(low, low + more)
    lost = 1e-8 * max(1, abs(low), more)
    assert ticks[0] <= low + lost and ticks[-1] >= low + more - lost
    assert 2 <= len(ticks) <= 6 and all(a < b for a, b in pairwise(ticks))


def test_what_a_drawing_is_called():
    drawing = histogram("h", "a < b", "said", ["x"], [1], "number")
    assert drawing.startswith(
        '<svg viewBox="0 0 360 210" role="img" aria-labelledby="h-title" aria-describedby="h-desc">'
    )
    assert '<title id="h-title">a &lt; b</title><desc id="h-desc">said</desc>' in drawing
