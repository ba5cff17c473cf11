"""Both vectors, and a step of each against its gradient."""

import numpy as np

from instahash.learn.drawing import BLUE, GREEN, GREY, ORANGE, arrow, plain


def draw(figure, answer):
    axes = figure.subplots()
    w, c = np.array([np.log(3), 1.0]), np.array([1.0, 0.0])
    dw, dc = answer.pair_gradient(w, c)
    arrow(axes, (0, 0), w, BLUE, "w")
    arrow(axes, (0, 0), c, ORANGE)
    axes.text(0.62, -0.12, "c", color=ORANGE)
    arrow(axes, w, w - dw, GREEN, f"-dw = ({-dw[0]:.2f}, 0)")
    arrow(axes, c, c - dc, GREEN, f"-dc = ({-dc[0]:.4f}, {-dc[1]:.2f})")
    axes.plot(0, 0, "o", color=GREY)
    axes.set_aspect("equal")
    title = "Against the gradient, each word moves\nalong the vector of the other"
    plain(axes, xlim=(-0.15, 2.2), ylim=(-0.2, 1.25), title=title, xticks=[0, 1, 2], yticks=[0, 1])
