"""One entry moved up and down, and the slopes by all of them."""

import numpy as np

from instahash.learn.drawing import table


def draw(figure, answer):
    X, h = np.arange(1.0, 7.0).reshape(2, 3), 0.1
    move = np.zeros(X.shape)
    move[0, 1] = h
    high, low = ((moved**2).sum() for moved in (X + move, X - move))
    left, middle, right = figure.subplots(1, 3)
    table(left, X + move, "X with X[0, 1] + h")
    table(middle, X - move, "X with X[0, 1] - h")
    table(right, answer.differences(lambda X: (X**2).sum(), X, h), "G, when all had their turn", form="{:.0f}")
    said = f"f(X) is the sum of the squares: ({high:.2f} - {low:.2f}) / 0.2 = {(high - low) / 0.2:.0f} = G[0, 1]"
    figure.suptitle(said, fontsize=10)
    figure.set_size_inches(6.5, 2.4)
