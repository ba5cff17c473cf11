"""Each word of a bag points to every other."""

import numpy as np

from instahash.learn.drawing import BLUE, INK, plain


def draw(figure, answer):
    axes = figure.subplots()
    bag = [5, 2, 7]
    places = {word: np.array(place) for word, place in zip(bag, ((0.0, 0.0), (2.0, 0.0), (1.0, 1.3)))}
    for centre, context in answer.bag_pairs(bag):
        style = {"arrowstyle": "->", "color": BLUE, "connectionstyle": "arc3,rad=0.15", "shrinkA": 16, "shrinkB": 16}
        axes.annotate("", places[context], places[centre], arrowprops=style | {"linewidth": 1.5})
    for word, place in places.items():
        axes.text(*place, f"{word}", ha="center", va="center", color=INK, fontsize=14)
    axes.set_aspect("equal")
    plain(axes, title="3 words, 6 pairs: an arrow from each centre to each context", xlim=(-0.4, 2.4), ylim=(-0.4, 1.6))
    axes.set_axis_off()
