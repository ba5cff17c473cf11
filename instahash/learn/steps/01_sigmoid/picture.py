"""The curve of the sigmoid, with the numbers of the text."""

import numpy as np


def draw(figure, answer):
    axes = figure.subplots()
    x = np.linspace(-6, 6, 61)
    axes.plot(x, answer.sigmoid(x), linewidth=2)
    for point in (-2.0, 0.0, 2.0):
        value = float(answer.sigmoid(np.array(point)))
        axes.plot(point, value, "o", color="black")
        axes.annotate(f"s({point:g}) = {value:.4g}", (point, value), (8, -12), textcoords="offset points")
    axes.set(xlabel="score x", ylabel="probability s(x)", title="The sigmoid", ylim=(-0.05, 1.05))
    axes.grid(alpha=0.3)
