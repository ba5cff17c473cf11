"""The curve of the sigmoid, with the points of the text."""

import numpy as np

from instahash.learn.drawing import BLUE, GREY, INK, plain


def draw(figure, answer):
    axes = figure.subplots()
    x = np.linspace(-6, 6, 61)
    axes.plot(x, answer.sigmoid(x), color=BLUE, linewidth=2)
    axes.axhline(1, color=GREY, linewidth=0.8)
    axes.axhline(0, color=GREY, linewidth=0.8)
    for point, text in ((-np.log(3), "s(-log 3) = 1/4"), (0.0, "s(0) = 1/2"), (np.log(3), "s(log 3) = 3/4")):
        value = float(answer.sigmoid(np.array(point)))
        axes.plot(point, value, "o", color=INK)
        axes.annotate(text, (point, value), (10, -5), textcoords="offset points")
    plain(axes, xlabel="score x", ylabel="s(x)", title="A probability from a score", yticks=[0, 0.5, 1])
