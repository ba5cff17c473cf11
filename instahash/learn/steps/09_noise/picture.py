"""Parts of all words and parts of all draws, for three words."""

import numpy as np

from instahash.learn.drawing import BLUE, GREY, plain


def draw(figure, answer):
    axes = figure.subplots()
    counts = np.array([1, 16, 81])
    places = np.arange(3)
    for shift, parts, colour, label in (
        (-0.2, counts / counts.sum(), GREY, "of all words, count / 98"),
        (0.2, answer.noise(counts), BLUE, "of all draws, P"),
    ):
        bars = axes.bar(places + shift, parts, 0.38, color=colour, label=label)
        axes.bar_label(bars, [f"{part:.3f}" for part in parts])
    axes.set_xticks(places, ["banjo, 1 time", "dog, 16 times", "love, 81 times"])
    axes.legend(frameon=False)
    plain(axes, title="Rare words are drawn a little more often than their count says", yticks=[0, 0.5, 1], ylim=(0, 1))
