"""Posts of two words, and the nearest outputs that one unit can give."""

import numpy as np


def draw(figure, answer):
    axes = figure.subplots()
    rng = np.random.default_rng(3)
    X = 1 + rng.normal(size=(14, 2)) * [1.1, 0.3] @ np.array([[0.8, 0.6], [-0.6, 0.8]])
    O = answer.best_outputs(X, 1)
    for x, o in zip(X, O):
        axes.plot(*zip(x, o), color="#afb8c1", linewidth=1)
    ends = O[[O[:, 0].argmin(), O[:, 0].argmax()]]
    axes.plot(*ends.T, color="#0969da", linewidth=1)
    axes.plot(*X.T, "o", color="#59636e", label="posts X")
    axes.plot(*O.T, "o", color="#0969da", markersize=4, label="outputs O of one unit")
    axes.plot(*X.mean(0), "k+", markersize=14, label="mean")
    axes.set(
        title=f"The nearest line: what is left is |O - X|² = {((O - X) ** 2).sum():.2f}",
        xlabel="word 0",
        ylabel="word 1",
    )
    axes.set_aspect("equal")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
