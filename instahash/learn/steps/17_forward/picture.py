"""The example of the text: three words, one unit, three words, with the weights on the lines."""

import numpy as np

V, mu, U, b = (
    np.array([[1.0, -1.0, 2.0]]),
    np.array([np.log(3)]),
    np.array([[-4.0], [-2.0], [2.0]]),
    np.array([2.0, 3, 0]),
)
X = np.array([2.0, 2.0, 0.0])


def draw(figure, answer):
    axes = figure.subplots()
    h, o = answer.forward(V, mu, U, b, X)
    heights = [2, 1, 0]
    for j, y in enumerate(heights):
        line(axes, (0, y), (2, 1), f"{V[0, j]:g}", 0.35)
        line(axes, (2, 1), (4, y), f"{U[j, 0]:g}", 0.65)
        node(axes, (0, y), f"{X[j]:g}", "#0969da")
        node(axes, (4, y), f"{o[j]:g}", "#bc4c00")
        axes.text(4.4, y, f"{U[j, 0] * h[0]:g} + {b[j]:g}", va="center", color="#59636e")
    node(axes, (2, 1), f"{h[0]:g}", "#1a7f37")
    for x, text in ((0, "x = r + 1"), (2, "h = sigmoid(V x + mu) - 1/2"), (4, "o = U h + b")):
        axes.text(x, 2.55, text, ha="center")
    axes.text(2, 0.45, "sigmoid(log 3) = 3/4", ha="center", color="#59636e")
    axes.set(xlim=(-0.7, 5.3), ylim=(-0.5, 2.9))
    axes.axis("off")


def node(axes, at, text, colour):
    axes.text(
        *at, text, ha="center", va="center", bbox={"boxstyle": "round,pad=0.5", "fc": "white", "ec": colour, "lw": 2}
    )


def line(axes, start, end, weight, share):
    axes.plot(*zip(start, end), color="#afb8c1", linewidth=1, zorder=0)
    x, y = (a + share * (c - a) for a, c in zip(start, end))
    axes.text(x, y, weight, ha="center", va="center", color="#59636e", bbox={"fc": "white", "ec": "none", "pad": 1})
