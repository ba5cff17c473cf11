"""The derivative beside what it is made of, for a post with two of five words."""

import numpy as np

WORDS = "sea sand dog cup fur".split()


def draw(figure, answer):
    o, s = np.array([1.0, 0.2, 0.8, -0.5, -1.0]), np.array([1.0, 1.0, 0.0, 0.0, 0.0])
    do = answer.loss_gradient(o, s)
    left, right = figure.subplots(1, 2)
    places = np.arange(len(o))
    left.bar(places - 0.2, do + s, 0.4, color="#0969da", label="n p, what the model says")
    left.bar(places + 0.2, s, 0.4, color="#59636e", label="s, what the post has")
    left.set_ylim(0, 1.6)
    left.legend(frameon=False, fontsize=8)
    right.bar(places, do, 0.6, color=["#1a7f37" if slope < 0 else "#bc4c00" for slope in do])
    right.axhline(0, color="black", linewidth=0.8)
    for place, slope in zip(places, do):
        right.text(place, slope + (0.04 if slope > 0 else -0.12), f"{slope:.2f}", ha="center", fontsize=8)
    right.set_ylim(-1.05, 0.9)
    right.set_yticks([-1, 0])
    left.set_yticks([0, 1])
    for axes, title in ((left, "More than it has, or less?"), (right, "do: a step against it mends both")):
        axes.set_title(title, fontsize=10)
        axes.set_xticks(places, WORDS)
        axes.spines[["top", "right"]].set_visible(False)
