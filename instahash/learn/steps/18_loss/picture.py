"""The loss of the example as one weight moves, for three pulls."""

import numpy as np

V, mu, b = np.array([[1.0, -1.0, 2.0]]), np.array([np.log(3)]), np.array([2.0, 3.0, 0.0])
X = np.array([2.0, 2.0, 0.0])


def draw(figure, answer):
    axes = figure.subplots()
    weights = np.linspace(-9, 3, 49)  # which has -4, the best without a pull
    for reg, colour in ((0, "#0969da"), (0.02, "#1a7f37"), (0.1, "#bc4c00")):
        U = [np.array([[-4.0], [u], [2.0]]) for u in weights]
        J = np.array([answer.loss(V, mu, of_weight, b, X, reg) for of_weight in U])
        axes.plot(weights, J, color=colour, label=f"reg = {reg:g}")
        axes.plot(weights[J.argmin()], J.min(), "o", color=colour)
    axes.set(
        title="A pull moves the best weight towards zero", xlabel="U[1], one weight of the example", ylabel="loss J"
    )
    axes.set_ylim(0)
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
