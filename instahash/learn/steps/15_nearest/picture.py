"""The vectors of the example: direction matters, length does not."""

import numpy as np

from instahash.learn.drawing import BLUE, GREY, ORANGE, arrow, plain

RANKS = "1st", "2nd"


def draw(figure, answer):
    axes = figure.subplots()
    vectors = np.array([[4.0, 3.0], [-3.0, 4.0], [0.4, 0.3], [3.0, 4.0], [7.0, 0.0]])
    nearest = answer.nearest(vectors, 0, 2).tolist()
    cosines = vectors @ vectors[0] / (5 * np.linalg.norm(vectors, axis=1))
    names = ["sea", "dog", "ocean", "sand", "love"]
    for i, (name, vector) in enumerate(zip(names, vectors)):
        place = f"{name}, {RANKS[nearest.index(i)]}, cosine {cosines[i]:.2g}" if i in nearest else name
        colour = ORANGE if i == 0 else BLUE if i in nearest else GREY
        if name != "ocean":
            arrow(axes, (0, 0), vector, colour, place)
        else:
            axes.annotate(place, vector, (-4, -22), textcoords="offset points", color=colour)
    arrow(axes, (0, 0), vectors[2], BLUE)
    axes.set_aspect("equal")
    title = "Nearest to sea is ocean, of the same direction"
    plain(axes, xlim=(-3.6, 8.2), ylim=(-0.9, 4.8), title=title, xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
