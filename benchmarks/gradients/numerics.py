"""Where numbers are hard: round points, cancellation, offsets, tiny and huge scales."""

import numpy as np

from gradients.case import Problem, log_sum_exp, softmax

chirp = Problem("cos(v^2) at round numbers", lambda r: ({}, {"v": np.array([200.0, 100.0, -30.0, 2.0])}))


@chirp.loss
def _(d, v):
    return np.cos(v**2).sum()


@chirp.right
def _(d, v):
    return -2 * v * np.sin(v**2)


@chirp.wrong("chain rule|other", "the inner derivative 2 v is forgotten")
def _(d, v):
    return -np.sin(v**2)


waves = Problem("sin(100 v) at 1, 2 and 100", lambda r: ({}, {"v": np.array([1.0, 2.0, 100.0])}))


@waves.loss
def _(d, v):
    return np.sin(100 * v).sum()


@waves.right
def _(d, v):
    return 100 * np.cos(100 * v)


@waves.wrong("factor", "the inner derivative 100 is forgotten")
def _(d, v):
    return np.cos(100 * v)


near_zero = Problem("pseudo-Huber and 1 - cos near 0", lambda r: ({}, {"x": np.array([1e-9, -1e-5, 3e-4, 0.0])}))


@near_zero.loss
def _(d, x):
    return (np.sqrt(1 + x**2) - 1).sum() + (1 - np.cos(x)).sum()


@near_zero.right
def _(d, x):
    return x / np.sqrt(1 + x**2) + np.sin(x)


@near_zero.wrong("other", "cos for sin in the second part")
def _(d, x):
    return x / np.sqrt(1 + x**2) + np.cos(x)


solved = Problem(
    "a loss of exactly 0 at its minimum",
    lambda r: ({"A": r.integers(-3, 4, (6, 4)) * 1.0, "x": np.array([1.0, -2.0, 0.5, 3.0])},
               {"w": np.array([1.0, -2.0, 0.5, 3.0])}),
)  # fmt: skip


@solved.loss
def _(d, w):
    return ((d.A @ (w - d.x)) ** 2).sum()


@solved.right
def _(d, w):
    return 2 * d.A.T @ (d.A @ (w - d.x))


@solved.wrong("missing term", "a penalty that the loss does not have")
def _(d, w):
    return 2 * d.A.T @ (d.A @ (w - d.x)) + 0.1 * w


offset = Problem(
    "a constant of 10,000 in the loss",
    lambda r: ({"c": 1e4, "t": r.normal(size=5)}, {"w": 20 * r.choice([-1, 1], 5) * r.uniform(0.5, 2, 5)}),
)


@offset.loss
def _(d, w):
    return d.c + ((w - d.t) ** 2).sum()


@offset.right
def _(d, w):
    return 2 * (w - d.t)


@offset.wrong("sign", "t - w for w - t")
def _(d, w):
    return 2 * (d.t - w)


@offset.wrong("factor", "the 2 is forgotten")
def _(d, w):
    return w - d.t


big_scores = Problem(
    "log-sum-exp of scores near 1,000",
    lambda r: ({"y": np.array([1, 0, 2])}, {"z": 1000 + 2 * r.normal(size=(3, 4))}),
)


@big_scores.loss
def _(d, z):
    return (log_sum_exp(z)[:, 0] - z[np.arange(3), d.y]).sum()


@big_scores.right
def _(d, z):
    g = softmax(z)
    g[np.arange(3), d.y] -= 1
    return g


@big_scores.wrong("not finite", "the softmax overflows")
def _(d, z):
    with np.errstate(all="ignore"):
        g = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    g[np.arange(3), d.y] -= 1
    return g


wave_sinc = Problem("sin(x) / x, at 0 too", lambda r: ({}, {"x": np.array([0.0, 0.5, -2.0, 7.0])}))


@wave_sinc.loss
def _(d, x):
    return (np.sinc(x / np.pi) * np.array([1, 2, 3, 4], x.dtype)).sum()


@wave_sinc.right
def _(d, x):
    safe = np.where(x == 0, 1, x)
    return np.where(x == 0, 0, (np.cos(x) - np.sinc(x / np.pi)) / safe) * np.array([1, 2, 3, 4], x.dtype)


@wave_sinc.wrong("not finite", "0 / 0 at 0")
def _(d, x):
    with np.errstate(all="ignore"):
        return (np.cos(x) - np.sin(x) / x) / x * np.array([1, 2, 3, 4], x.dtype)


tiny = Problem(
    "a loss of 1e-12", lambda r: ({"t": r.normal(size=6), "scale": 1e-12}, {"x": r.normal(size=6)})
)  # fmt: skip


@tiny.loss
def _(d, x):
    return d.scale * ((x - d.t) ** 4).sum()


@tiny.right
def _(d, x):
    return 4 * d.scale * (x - d.t) ** 3


@tiny.wrong("sign", "t - x for x - t")
def _(d, x):
    return 4 * d.scale * (d.t - x) ** 3


fine = Problem(
    "parameters of 1e-5 in a loss of that scale",
    lambda r: ({"t": 1e-5 * r.normal(size=4), "unit": 1e-5}, {"x": 1e-5 * r.normal(size=4)}),
)


@fine.loss
def _(d, x):
    return np.logaddexp(0, ((x - d.t) / d.unit) ** 2).sum()


@fine.right
def _(d, x):
    e = (x - d.t) / d.unit
    return 2 * e / (1 + np.exp(-(e**2))) / d.unit


@fine.wrong("factor", "the unit is forgotten")
def _(d, x):
    e = (x - d.t) / d.unit
    return 2 * e / (1 + np.exp(-(e**2)))


@fine.wrong("sign", "t - x for x - t")
def _(d, x):
    return -fine.gradient(d, x)


huge = Problem(
    "parameters of a million",
    lambda r: ({"t": 1e6 * r.uniform(1, 3, 5)}, {"x": 1e6 * r.uniform(1, 3, 5)}),
)


@huge.loss
def _(d, x):
    return 1e6 * (np.log(x / d.t) ** 2).sum()


@huge.right
def _(d, x):
    return 2e6 * np.log(x / d.t) / x


@huge.wrong("chain rule|other", "the 1 / x of the logarithm is forgotten")
def _(d, x):
    return 2e6 * np.log(x / d.t)


PROBLEMS = (chirp, waves, near_zero, solved, offset, big_scores, wave_sinc, tiny, fine, huge)
