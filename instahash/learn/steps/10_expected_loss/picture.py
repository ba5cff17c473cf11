"""The parts of which the loss of the example is made."""

import numpy as np

from instahash.learn.drawing import BLUE, GREY, plain


def draw(figure, answer):
    axes = figure.subplots()
    w, C = np.full(2, np.log(3)), np.array([[1.0, 0.0], [0.0, -1.0], [1.0, -1.0]])
    P = np.array([1 / 2, 1 / 4, 1 / 4])
    pair = answer.expected_loss(w, C, 0, P, 0)
    parts = [pair] + [answer.expected_loss(w, C, 0, P * (np.arange(3) == l), 2) - pair for l in range(3)]
    ends = np.cumsum(parts)
    names = ["the pair", "word 0 as negative", "word 1 as negative", "word 2 as negative", "loss"]
    bars = axes.barh(names, [*parts, ends[-1]], left=[0, *ends[:-1], 0], color=[BLUE, GREY, GREY, GREY, BLUE])
    axes.bar_label(bars, [f"{part:.4f}" for part in [*parts, ends[-1]]], padding=4)
    axes.invert_yaxis()
    plain(axes, title="The pair counts once, each word k P times as a negative", xlim=(0, 2.6))
    axes.title.set_fontsize(10)
