"""The decoder of one unit and one word, for three pulls: lines through the posts."""

import numpy as np


def draw(figure, answer):
    axes = figure.subplots()
    rng = np.random.default_rng(0)
    H = np.linspace(-0.4, 0.5, 15)[:, None]
    S = 1 + 2 * H + 0.3 * rng.normal(size=H.shape)
    axes.plot(H[:, 0], S[:, 0], "o", color="#59636e", label="posts")
    ends = np.array([-0.45, 0.55])
    for reg, colour in ((0, "#0969da"), (0.1, "#1a7f37"), (10, "#bc4c00")):
        U, b = answer.ridge(H, S, reg)
        axes.plot(ends, U[0, 0] * ends + b[0], color=colour, label=f"reg = {reg:g}: U = {U[0, 0]:.2f}, b = {b[0]:.2f}")
    axes.plot(H.mean(), S.mean(), "k+", markersize=14, label="the means, on every line")
    axes.set(title="The best decoder: a line that a pull makes flat", xlabel="code h", ylabel="target s")
    axes.legend(frameon=False, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
