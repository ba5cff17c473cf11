"""The table of the errors, and the gradients that follow from it."""

from functools import partial

import numpy as np

from instahash.learn.drawing import table


def draw(figure, answer):
    w, C = np.full(2, np.log(3)), np.array([[1.0, 0.0], [0.0, -1.0], [1.0, -1.0]])
    dw, dC = answer.expected_gradient(w, C, 0, np.array([1 / 2, 1 / 4, 1 / 4]), 2)
    errors = np.stack([(3 / 4, 1 / 8, 1 / 4), (-1 / 4, 0, 0), dC[:, 0] / w[0]], axis=1)
    left, middle, right = figure.subplots(1, 3, width_ratios=[3, 2, 2])
    words, draw_table = ["word 0", "word 1", "word 2"], partial(table, form="{:.4g}", largest=1)
    draw_table(left, errors, "the errors, in two parts", words, ["negatives", "pair", "together"])
    draw_table(middle, dC, "dC", words)
    draw_table(right, dw, "dw")
    figure.suptitle("One error a word: it moves that word and the centre", fontsize=10)
    figure.set_size_inches(7.5, 2.8)
