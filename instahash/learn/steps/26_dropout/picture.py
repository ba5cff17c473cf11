"""Which of six units stay in nine steps, and the mean of what is kept over many."""

import numpy as np

P, N_UNITS = 0.3, 6


def draw(figure, answer):
    rng = np.random.default_rng(2)
    h = np.array([0.4, -0.3, 0.2, 0.1, -0.1, 0.35])
    ones = np.ones(N_UNITS)
    left, right = figure.subplots(1, 2)
    for step in range(9):
        k = answer.dropout(ones, ones, rng.random(N_UNITS), P)[0]
        stays = np.flatnonzero(k)
        left.plot(np.full(len(stays), step), stays, "o", color="#0969da", markersize=7)
        gone = np.flatnonzero(k == 0)
        left.plot(np.full(len(gone), step), gone, "o", color="#d1d9e0", markersize=4)
    left.set(title=f"p = {P}: who stays, k = {1 / (1 - P):.2f}", xlabel="training step", ylabel="unit")
    left.set_xticks([])
    mean = np.mean([answer.dropout(h, h, rng.random(N_UNITS), P)[0] for _ in range(3000)], axis=0)
    right.bar(range(N_UNITS), h, 0.8, color="#d1d9e0", label="h")
    right.plot(range(N_UNITS), mean, "o", color="#bc4c00", label="mean of kept")
    right.axhline(0, color="black", linewidth=0.8)
    right.set(title="3,000 draws: the mean is h", xlabel="unit", ylim=(-0.55, 0.75))
    right.set_yticks([-0.4, 0, 0.4])
    right.legend(frameon=False, loc="upper center", ncols=2)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
