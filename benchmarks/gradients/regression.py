"""Linear models."""

import numpy as np

from gradients.case import Problem, log_sum_exp, one_hot, sigmoid, softmax


def rows(r, n, m):
    return r.normal(size=(n, m))


ridge = Problem(
    "ridge regression",
    lambda r: ({"X": rows(r, 20, 5), "y": r.normal(size=20), "reg": 0.3}, {"w": r.normal(size=5)}),
)


@ridge.loss
def _(d, w):
    return 0.5 * ((d.X @ w - d.y) ** 2).mean() + 0.5 * d.reg * (w**2).sum()


@ridge.right
def _(d, w):
    return d.X.T @ (d.X @ w - d.y) / len(d.y) + d.reg * w


@ridge.wrong("missing term", "the penalty is forgotten")
def _(d, w):
    return d.X.T @ (d.X @ w - d.y) / len(d.y)


@ridge.wrong("other", "rows come in chunks of 8, and the last, of 4, is forgotten")
def _(d, w):
    g = np.zeros_like(w)
    for start in range(0, len(d.y) // 8 * 8, 8):
        X, y = d.X[start : start + 8], d.y[start : start + 8]
        g += X.T @ (X @ w - y)
    return g / len(d.y) + d.reg * w


@ridge.wrong("in place", "the step is taken in the gradient")
def _(d, w):
    g = d.X.T @ (d.X @ w - d.y) / len(d.y) + d.reg * w
    w -= 0.1 * g
    return g


least_squares = Problem(
    "least squares with a bias",
    lambda r: ({"X": rows(r, 30, 4), "y": r.normal(size=30) + 2}, {"w": r.normal(size=4), "b": 0.4}),
    sizes=("y",),
)


@least_squares.loss
def _(d, w, b):
    return ((d.X @ w + b - d.y) ** 2).mean()


@least_squares.right
def _(d, w, b):
    e = 2 * (d.X @ w + b - d.y) / len(d.y)
    return d.X.T @ e, e.sum()


@least_squares.wrong("factor", "the 2 of the square is forgotten")
def _(d, w, b):
    e = (d.X @ w + b - d.y) / len(d.y)
    return d.X.T @ e, e.sum()


@least_squares.wrong({"b": "shape"}, "the bias's errors are not summed")
def _(d, w, b):
    e = 2 * (d.X @ w + b - d.y) / len(d.y)
    return d.X.T @ e, e


@least_squares.wrong("count", "the gradients are put into one vector")
def _(d, w, b):
    e = 2 * (d.X @ w + b - d.y) / len(d.y)
    return np.append(d.X.T @ e, e.sum())


logistic = Problem(
    "logistic regression",
    lambda r: ({"X": rows(r, 25, 6), "y": r.choice([-1.0, 1.0], 25)}, {"w": r.normal(size=6)}),
    sizes=("y",),
)


@logistic.loss
def _(d, w):
    return np.logaddexp(0, -d.y * (d.X @ w)).mean()


@logistic.right
def _(d, w):
    return -d.X.T @ (d.y * sigmoid(-d.y * (d.X @ w))) / len(d.y)


@logistic.wrong("sign", "the minus is forgotten")
def _(d, w):
    return d.X.T @ (d.y * sigmoid(-d.y * (d.X @ w))) / len(d.y)


@logistic.wrong("factor", "a sum for a mean")
def _(d, w):
    return -d.X.T @ (d.y * sigmoid(-d.y * (d.X @ w)))


@logistic.wrong("other", "labels taken for 0 and 1")
def _(d, w):
    return d.X.T @ (sigmoid(d.X @ w) - d.y) / len(d.y)


classes = Problem(
    "softmax regression",
    lambda r: (
        {"X": rows(r, 15, 4), "y": r.integers(3, size=15), "reg": 0.05},
        {"W": r.normal(size=(4, 3)), "b": r.normal(size=3)},
    ),
    sizes=("y",),
)


@classes.loss
def _(d, W, b):
    z = d.X @ W + b
    log_p = z - log_sum_exp(z)
    return -log_p[np.arange(len(d.y)), d.y].mean() + 0.5 * d.reg * (W**2).sum()


@classes.right
def _(d, W, b):
    E = (softmax(d.X @ W + b) - one_hot(d.y, 3, W)) / len(d.y)
    return d.X.T @ E + d.reg * W, E.sum(axis=0)


@classes.wrong({"W": "transposed"}, "E' X for X' E")
def _(d, W, b):
    E = (softmax(d.X @ W + b) - one_hot(d.y, 3, W)) / len(d.y)
    return E.T @ d.X + d.reg * W.T, E.sum(axis=0)


@classes.wrong({"W": "some rows|other"}, "the true class's 1 is subtracted in the first class of each row")
def _(d, W, b):
    P = softmax(d.X @ W + b) / len(d.y)
    E = P - one_hot(d.y, 3, W) / len(d.y)
    dW = d.X.T @ E + d.reg * W
    dW[:, 0] = d.X.T @ P[:, 0] + d.reg * W[:, 0]
    return dW, E.sum(axis=0)


huber = Problem(
    "Huber loss",
    lambda r: ({"X": rows(r, 16, 5), "y": 3 * r.normal(size=16), "delta": 0.7}, {"w": r.normal(size=5)}),
)


@huber.loss
def _(d, w):
    e = d.X @ w - d.y
    a = np.abs(e)
    return np.where(a < d.delta, 0.5 * e**2, d.delta * (a - 0.5 * d.delta)).sum()


@huber.right
def _(d, w):
    return d.X.T @ np.clip(d.X @ w - d.y, -d.delta, d.delta)


@huber.wrong("other", "far errors count sign(e), without delta")
def _(d, w):
    e = d.X @ w - d.y
    return d.X.T @ np.where(np.abs(e) < d.delta, e, np.sign(e))


hinge = Problem(
    "squared hinge",
    lambda r: ({"X": rows(r, 16, 5), "y": r.choice([-1.0, 1.0], 16)}, {"w": r.normal(size=5)}),
    sizes=("y",),
)


@hinge.loss
def _(d, w):
    return (np.maximum(1 - d.y * (d.X @ w), 0) ** 2).mean()


@hinge.right
def _(d, w):
    return -2 * d.X.T @ (d.y * np.maximum(1 - d.y * (d.X @ w), 0)) / len(d.y)


@hinge.wrong("other", "rows beyond the margin are not left out")
def _(d, w):
    return -2 * d.X.T @ (d.y * (1 - d.y * (d.X @ w))) / len(d.y)


@hinge.wrong("factor", "divided by the rows twice")
def _(d, w):
    e = d.y * np.maximum(1 - d.y * (d.X @ w), 0) / len(d.y)
    return -2 * (d.X.T @ e) / len(d.y)


elastic = Problem(
    "elastic net away from 0",
    lambda r: (
        {"X": rows(r, 20, 6), "y": r.normal(size=20), "l1": 0.25, "l2": 0.1},
        {"w": r.choice([-1, 1], 6) * r.uniform(0.3, 1.5, 6)},
    ),
)


@elastic.loss
def _(d, w):
    return 0.5 * ((d.X @ w - d.y) ** 2).mean() + d.l1 * np.abs(w).sum() + 0.5 * d.l2 * (w**2).sum()


@elastic.right
def _(d, w):
    return d.X.T @ (d.X @ w - d.y) / len(d.y) + d.l1 * np.sign(w) + d.l2 * w


@elastic.wrong("missing term", "the derivative of |w| is forgotten")
def _(d, w):
    return d.X.T @ (d.X @ w - d.y) / len(d.y) + d.l2 * w


@elastic.wrong("missing term", "l2 w for l2 w / 2 twice: the penalty counts double")
def _(d, w):
    return d.X.T @ (d.X @ w - d.y) / len(d.y) + d.l1 * np.sign(w) + 2 * d.l2 * w


PROBLEMS = (ridge, least_squares, logistic, classes, huber, hinge, elastic)
