"""The loss of a pair that was seen, over its score."""

import numpy as np

from instahash.learn.drawing import BLUE, GREY, INK, plain


def draw(figure, answer):
    axes = figure.subplots()
    x = np.linspace(-5, 5, 51)
    c = np.ones(1)
    axes.plot(x, [answer.pair_loss(np.array([value]), c) for value in x], color=BLUE, linewidth=2)
    axes.plot([-5, 0], [5, 0], "--", color=GREY, linewidth=1)
    axes.text(-2.3, 1.5, "-x", color=GREY)
    here = np.log(3)
    value = answer.pair_loss(np.array([here]), c)
    axes.plot(here, value, "o", color=INK)
    axes.annotate(f"x = log 3, loss {value:.4f}", (here, value), (8, 8), textcoords="offset points")
    axes.text(-4.8, 0.2, "surprised: the loss is large,\nbut never infinite", va="bottom")
    axes.text(4.9, 1.2, "sure: the loss is near 0", ha="right")
    plain(axes, xlabel="score x = w . c", ylabel="loss -log s(x)", title="How surprised the model is that the two met")
