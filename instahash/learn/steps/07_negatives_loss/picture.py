"""Rows that were drawn, their scores and their losses."""

import numpy as np

from instahash.learn.drawing import table


def draw(figure, answer):
    w, C, drawn = np.full(2, np.log(3)), np.array([[1.0, 0.0], [0.0, -1.0], [1.0, -1.0]]), np.array([1, 2, 2])
    parts = figure.subplots(1, 4, width_ratios=[2, 2, 1, 1])
    words = ["word 1", "word 2", "word 2"]
    table(parts[0], C, "C", ["word 0", "word 1", "word 2"])
    table(parts[1], C[drawn], "C[drawn]", words)
    table(parts[2], (C[drawn] @ w)[:, None], "scores", form="{:.2f}")
    losses = [[answer.negatives_loss(w, C, np.array([word]))] for word in drawn]
    table(parts[3], losses, "losses", form="{:.2f}")
    total = answer.negatives_loss(w, C, drawn)
    figure.suptitle(f"The drawn words 1, 2, 2 have the loss {total:.4f} together", fontsize=10)
    figure.set_size_inches(6.5, 2.8)
