"""What each drawn word adds to dC, and what comes of it."""

from functools import partial

import numpy as np

from instahash.learn.drawing import INK, table


def draw(figure, answer):
    w, C, drawn = np.full(2, np.log(3)), np.array([[1.0, 0.0], [0.0, -1.0], [1.0, -1.0]]), np.array([1, 2, 2])
    left, right = figure.subplots(1, 2)
    parts = np.outer([1 / 4, 1 / 2, 1 / 2], w)
    _, dC = answer.negatives_gradient(w, C, drawn)
    draw_table = partial(table, form="{:.4f}", largest=dC.max())
    draw_table(left, parts, "each drawn word adds its error times w", ["1/4 w", "1/2 w", "1/2 w"])
    draw_table(right, dC, "dC: a row a word", ["word 0", "word 1", "word 2"])
    for start, word in enumerate(drawn):
        ends = (-0.7, word + 0.5), (2.1, start + 0.5)
        right.annotate("", *ends, right.transData, left.transData, arrowprops={"arrowstyle": "->", "color": INK})
    figure.set_size_inches(6.5, 2.6)
