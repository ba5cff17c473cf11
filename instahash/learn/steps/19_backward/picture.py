"""Forward and back through the example, each derivative below what it belongs to."""

import numpy as np

V, mu, U, b = (
    np.array([[1.0, -1.0, 2.0]]),
    np.array([np.log(3)]),
    np.array([[-4.0], [-2.0], [2.0]]),
    np.array([2.0, 3, 0]),
)
X = np.array([2.0, 2.0, 0.0])
BLUE, ORANGE = "#0969da", "#bc4c00"


def draw(figure, answer):
    axes = figure.subplots()
    dV, dmu, dU, db = answer.backward(V, mu, U, b, X, 0.0)
    above = ("x", numbers(X)), ("z", "log 3"), ("h", "1/4"), ("o", "(1, 5/2, 1/2)"), ("J", "3/4")
    below = None, ("dz", numbers(dmu)), ("dh", numbers(U.T @ db)), ("do", numbers(db)), ("", "1")
    places = (0, 1.6, 3.0, 4.8, 6.3)
    for x, forwards, back in zip(places, above, below):
        box(axes, x, 2, forwards, BLUE)
        if back:
            box(axes, x, 1, back, ORANGE)
    for left, right in zip(places, places[1:]):
        start, end = (left + 0.75 if left > 4 else left + 0.5), (right - 0.75 if left == 3 else right - 0.4)
        arrow(axes, start, end, 2, BLUE)
        if left:
            arrow(axes, end, start, 1, ORANGE)
    for x, text in ((0.8, "V, mu"), (3.75, "U, b")):
        axes.text(x, 2.35, text, ha="center", color=BLUE)
    axes.text(1.6, 0.15, f"dmu = {numbers(dmu)}\ndV = {numbers(dV[0])}", ha="center", va="center", color=ORANGE)
    axes.text(4.6, 0.15, f"db = {numbers(db)}\ndU = {numbers(dU[:, 0])}", ha="center", va="center", color=ORANGE)
    axes.set(xlim=(-0.7, 6.9), ylim=(-0.3, 2.8))
    axes.axis("off")


def numbers(a):
    texts = [f"{value:g}" for value in a]
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def box(axes, x, y, both, colour):
    axes.text(x, y, "\n".join(both).strip(), ha="center", va="center", fontsize=9,
              bbox={"boxstyle": "round,pad=0.4", "fc": "white", "ec": colour})  # fmt: skip


def arrow(axes, start, end, y, colour):
    axes.annotate("", (end, y), (start, y), arrowprops={"arrowstyle": "->", "color": colour})
