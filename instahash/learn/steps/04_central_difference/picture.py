"""The line through two points of a curve, beside the tangent and the line of one side only."""

import numpy as np

from instahash.learn.drawing import BLUE, GREY, INK, ORANGE, plain


def draw(figure, answer):
    def f(x):
        return x**3

    axes = figure.subplots()
    x, h = 2.0, 0.8
    axes.plot(np.linspace(0.9, 3.1, 45), f(np.linspace(0.9, 3.1, 45)), color=BLUE, linewidth=2, label="f(x) = x^3")
    ends = np.array([x - h, x + h])
    slope = answer.central_difference(f, x, h)
    axes.plot(ends, f(ends), color=ORANGE, label=f"from x - h to x + h: slope {slope:.4g}")
    axes.plot(ends, f(x) + 12 * (ends - x), "--", color=INK, linewidth=1.2, label="tangent: slope 12")
    one_side = (f(x + h) - f(x)) / h
    axes.plot([x, x + h], [f(x), f(x + h)], ":", color=GREY, label=f"one side only: slope {one_side:.4g}")
    axes.plot([x - h, x, x + h], [f(x - h), f(x), f(x + h)], "o", color=INK)
    axes.legend(frameon=False)
    plain(axes, title="The slope between two points, x = 2, h = 0.8", xticks=ends.tolist() + [x])
    axes.set_xticks([x - h, x, x + h], ["x - h", "x", "x + h"])
