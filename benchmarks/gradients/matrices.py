"""Linear algebra: determinants, factors, solutions, norms."""

import numpy as np

from gradients.case import Problem


def definite(r, n):
    A = r.normal(size=(n, n))
    return A @ A.T / n + np.eye(n)


def kernel(d, theta):
    """Squared exponential kernel, and its part without noise; theta: logarithms of length, variance, noise."""
    squares = (d.x[:, None] - d.x) ** 2
    smooth = np.exp(theta[1] - 0.5 * squares * np.exp(-2 * theta[0]))
    return smooth + np.exp(theta[2]) * np.eye(len(d.x), dtype=d.x.dtype), smooth, squares


log_det = Problem("log-determinant", lambda r: ({}, {"A": definite(r, 4) + 0.3 * r.normal(size=(4, 4))}))


@log_det.loss
def _(d, A):
    return np.linalg.slogdet(A)[1]


@log_det.right
def _(d, A):
    return np.linalg.inv(A).T


@log_det.wrong("transposed", "inverse without transposing")
def _(d, A):
    return np.linalg.inv(A)


@log_det.wrong("sign", "minus the inverse's transpose")
def _(d, A):
    return -np.linalg.inv(A).T


normal = Problem(
    "Gaussian likelihood by a Cholesky factor",
    lambda r: ({"X": r.normal(size=(9, 3))}, {"mu": r.normal(size=3), "L": np.linalg.cholesky(definite(r, 3))}),
)


@normal.loss
def _(d, mu, L):
    Z = np.linalg.solve(np.tril(L), (d.X - mu).T)
    return 0.5 * (Z**2).sum() + len(d.X) * np.log(np.diag(L)).sum()


def normal_gradient(d, mu, L, lower=np.tril, n=None):
    Z = np.linalg.solve(L, (d.X - mu).T)
    S = np.linalg.solve(L.T, Z)
    return -S.sum(axis=1), lower(-S @ Z.T) + (n or len(d.X)) * np.diag(1 / np.diag(L))


normal.right(normal_gradient)


@normal.wrong({"L": "other|some rows"}, "the part above the diagonal is not 0")
def _(d, mu, L):
    return normal_gradient(d, mu, L, lower=lambda A: A)


@normal.wrong({"mu": "sign"}, "the mean's sign")
def _(d, mu, L):
    dmu, dL = normal_gradient(d, mu, L)
    return -dmu, dL


triangular = Problem(
    "triangular solve",
    lambda r: ({"b": r.normal(size=4), "t": r.normal(size=4)}, {"L": np.tril(r.normal(size=(4, 4))) + 2 * np.eye(4)}),
)


@triangular.loss
def _(d, L):
    return 0.5 * ((np.linalg.solve(np.tril(L), d.b) - d.t) ** 2).sum()


@triangular.right
def _(d, L):
    x = np.linalg.solve(L, d.b)
    return -np.tril(np.outer(np.linalg.solve(L.T, x - d.t), x))


@triangular.wrong("sign", "the minus of an inverse's derivative")
def _(d, L):
    x = np.linalg.solve(L, d.b)
    return np.tril(np.outer(np.linalg.solve(L.T, x - d.t), x))


@triangular.wrong("chain rule|other", "L for L' on the way back")
def _(d, L):
    x = np.linalg.solve(L, d.b)
    return -np.tril(np.outer(np.linalg.solve(L, x - d.t), x))


process = Problem(
    "marginal likelihood of a Gaussian process",
    lambda r: ({"x": np.sort(r.uniform(0, 4, 7)), "y": r.normal(size=7)}, {"theta": np.array([-0.2, 0.3, -1.0])}),
)


@process.loss
def _(d, theta):
    K = kernel(d, theta)[0]
    return 0.5 * d.y @ np.linalg.solve(K, d.y) + 0.5 * np.linalg.slogdet(K)[1]


def process_gradient(d, theta, trace=1.0):
    K, smooth, squares = kernel(d, theta)
    a = np.linalg.solve(K, d.y)
    M = 0.5 * (trace * np.linalg.inv(K) - np.outer(a, a))
    parts = smooth * squares * np.exp(-2 * theta[0]), smooth, np.exp(theta[2]) * np.eye(len(a), dtype=a.dtype)
    return np.array([(M * part).sum() for part in parts])


process.right(process_gradient)


@process.wrong("other", "the determinant's trace is forgotten")
def _(d, theta):
    return process_gradient(d, theta, trace=0.0)


@process.wrong("factor", "the half is forgotten")
def _(d, theta):
    return 2 * process_gradient(d, theta)


@process.wrong("some rows|chain rule|factor|other", "the noise itself, not its logarithm")
def _(d, theta):
    g = process_gradient(d, theta)
    g[2] /= np.exp(theta[2])
    return g


spectral = Problem("spectral norm", lambda r: ({}, {"A": r.normal(size=(4, 4))}))


@spectral.loss
def _(d, A):
    return np.linalg.svd(A, compute_uv=False)[0]


@spectral.right
def _(d, A):
    U, _, V = np.linalg.svd(A)
    return np.outer(U[:, 0], V[0])


@spectral.wrong("transposed", "v u' for u v'")
def _(d, A):
    U, _, V = np.linalg.svd(A)
    return np.outer(V[0], U[:, 0])


metric = Problem(
    "learnt distance of pairs",
    lambda r: ({"D": r.normal(size=(12, 4)), "t": r.uniform(1, 5, 12)}, {"M": r.normal(size=(3, 4))}),
    sizes=("t",),
)


@metric.loss
def _(d, M):
    return 0.5 * ((((d.D @ M.T) ** 2).sum(axis=1) - d.t) ** 2).mean()


def metric_gradient(d, M):
    e = ((d.D @ M.T) ** 2).sum(axis=1) - d.t
    return 2 * (d.D @ M.T * e[:, None]).T @ d.D / len(d.t)


metric.right(metric_gradient)


@metric.wrong("factor", "the 2 of the distance's square is forgotten")
def _(d, M):
    return metric_gradient(d, M) / 2


@metric.wrong("other", "one entry has a typing error of a thousandth")
def _(d, M):
    g = metric_gradient(d, M)
    g.flat[np.abs(g).argmax()] *= 1.001
    return g


PROBLEMS = (log_det, normal, triangular, process, spectral, metric)
