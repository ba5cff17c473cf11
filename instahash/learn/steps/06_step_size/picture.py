"""The error of a central difference over its step, for numbers of 64 and of 32 bits."""

import numpy as np

from instahash.learn.drawing import BLUE, INK, ORANGE, plain


def draw(figure, answer):
    axes = figure.subplots()
    x = np.linspace(-1, 1, 301)
    exact = -2 * x / (1 + x**2) ** 2  # the slope of 1 / (1 + x^2)
    steps = 10.0 ** np.arange(-12, 0.1, 0.5)
    for dtype, colour in ((np.float64, BLUE), (np.float32, ORANGE)):
        errors = [error(x.astype(dtype), dtype(h), exact) for h in steps]
        shown = np.array([e if 0 < e < 3 else np.nan for e in errors])
        axes.loglog(steps, shown, ".-", color=colour, label=np.dtype(dtype).name)
        best, tolerance = answer.step_size(np.ones((), dtype))
        axes.loglog(best, tolerance, "o", color=INK)
        axes.annotate(f"h = {best:.1e}", (float(best), float(tolerance)), (8, -10), textcoords="offset points")
    axes.legend(frameon=False, loc="lower left")
    plain(axes, xlabel="step h", ylabel="error", title="Too small a step is as bad as too large", ylim=(1e-12, 10))
    axes.set_xticks(10.0 ** np.arange(-12, 1, 3))
    axes.set_yticks(10.0 ** np.arange(-12, 1, 3))
    axes.minorticks_off()


def error(x, h, exact):
    high, low = x + h, x - h
    with np.errstate(all="ignore"):
        slopes = (1 / (1 + high * high) - 1 / (1 + low * low)) / (2 * h)
    return float(np.sqrt(np.mean((slopes - exact) ** 2)))
