"""The matrix products of the way back as boxes: the axis of the posts vanishes."""

import numpy as np

M, N_HIDDEN, N_WORDS = 6, 2, 4
POSTS = "#bc4c00"


def draw(figure, answer):
    rng = np.random.default_rng(0)
    shapes = (N_HIDDEN, N_WORDS), N_HIDDEN, (N_WORDS, N_HIDDEN), N_WORDS, (M, N_WORDS), (M, N_WORDS)
    dV, dmu, dU, db = answer.batch_gradients(*[rng.normal(size=shape) for shape in shapes])
    axes = figure.subplots()
    row(axes, 7, [("E'", (N_WORDS, M), 1), ("H", (M, N_HIDDEN), 0)], "dU", dU.shape)
    row(axes, 0, [("dZ'", (N_HIDDEN, M), 1), ("X", (M, N_WORDS), 0)], "dV", dV.shape)
    axes.text(21, 10, f"db  {db.shape}: the sum\nof E over the posts", va="center")
    axes.text(21, 3, f"dmu  {dmu.shape}: the sum\nof dZ over the posts", va="center")
    axes.plot([0, 1.5], [14.3, 14.3], color=POSTS, linewidth=4)
    axes.text(2, 14.3, f"the axis of the posts, m = {M}: summed over, and then divided by m", va="center")
    axes.set(xlim=(0, 32), ylim=(-0.5, 15))
    axes.set_aspect("equal")
    axes.axis("off")


def row(axes, y, factors, result, shape):
    """Boxes side by side, in the middle of a height of 6."""
    x = 0.5
    for name, (rows, columns), posts_across in factors:
        box(axes, x, y, name, rows, columns)
        bottom, top = y + 3 - rows / 2, y + 3 + rows / 2
        ends = ([x, x + columns], [top, top]) if posts_across else ([x, x], [bottom, top])
        axes.plot(*ends, color=POSTS, linewidth=4, solid_capstyle="butt")
        x += columns + 1.5
    axes.text(x - 0.6, y + 3, "=", va="center", ha="center")
    box(axes, x + 0.5, y, result, *shape)


def box(axes, x, y, name, rows, columns):
    low = y + 3 - rows / 2
    thin = {"color": "#84a9ff", "linewidth": 0.6}
    axes.vlines(x + np.arange(columns + 1), low, low + rows, **thin)
    axes.hlines(low + np.arange(rows + 1), x, x + columns, **thin)
    axes.text(x + columns / 2, low + rows / 2, name, ha="center", va="center", weight="bold")
