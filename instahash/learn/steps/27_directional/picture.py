"""The loss of the text along its direction: what the gradient says, and what the two losses see."""

import numpy as np

A, B, D = np.array(2.0), np.array(1.0), [np.array(1.0), np.array(-1.0)]


def draw(figure, answer):
    axes = figure.subplots()

    def loss(a, b):
        return a**3 * b

    def at(step):
        return loss(A + step * D[0], B + step * D[1])

    t = 0.6
    said, seen = answer.along(loss, [A, B], [3 * A**2 * B, A**3], D, t)
    steps, ends = np.linspace(-0.9, 0.9, 41), np.array([-0.9, 0.9])
    axes.plot(steps, at(steps), color="#59636e", label="the loss along d")
    axes.plot(ends, at(0) + said * ends, "--", color="#0969da", label=f"said: slope {said:.2f}")
    axes.plot([-t, t], [at(-t), at(t)], "o-", color="#bc4c00", label=f"seen with t = {t}: slope {seen:.2f}")
    for small in (0.1, 0.01):
        slope = answer.along(loss, [A, B], [3 * A**2 * B, A**3], D, small)[1]
        axes.plot([], [], " ", label=f"seen with t = {small}: {slope:.4f}")
    axes.plot(0, at(0), "o", color="#0969da")
    axes.set(title="All parameters move at once, one number comes out", xlabel="how far along d", ylabel="loss a³ b")
    axes.legend(frameon=False, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
