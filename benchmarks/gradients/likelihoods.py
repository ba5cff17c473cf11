"""Regressions for counts and for times."""

import numpy as np
from scipy import special

from gradients.case import Problem, sigmoid


def rows(r, n, m):
    return r.normal(size=(n, m))


poisson = Problem(
    "Poisson regression with exposures",
    lambda r: (
        {"X": rows(r, 18, 4), "y": r.poisson(2.0, 18) * 1.0, "offset": r.normal(size=18)},
        {"w": 0.5 * r.normal(size=4)},
    ),
    sizes=("y",),
)


@poisson.loss
def _(d, w):
    z = d.X @ w + d.offset
    return (np.exp(z) - d.y * z).mean()


@poisson.right
def _(d, w):
    return d.X.T @ (np.exp(d.X @ w + d.offset) - d.y) / len(d.y)


@poisson.wrong("other", "the exposures are forgotten")
def _(d, w):
    return d.X.T @ (np.exp(d.X @ w) - d.y) / len(d.y)


negative_binomial = Problem(
    "negative binomial regression",
    lambda r: (
        {"X": rows(r, 18, 4), "y": r.poisson(3.0, 18) * 1.0},
        {"w": 0.5 * r.normal(size=4), "log_r": 0.7},
    ),
)


@negative_binomial.loss
def _(d, w, log_r):
    z, r = d.X @ w, np.exp(log_r)
    logs = special.gammaln(d.y + r) - special.gammaln(r) + r * log_r + d.y * z
    return -(logs - (d.y + r) * np.logaddexp(z, log_r)).sum()


def negative_binomial_parts(d, w, log_r):
    """The derivatives by w, and by r."""
    z, r = d.X @ w, np.exp(log_r)
    p = sigmoid(z - log_r)
    dr = special.digamma(d.y + r) - special.digamma(r) + log_r + 1 - np.logaddexp(z, log_r) - (d.y + r) * (1 - p) / r
    return d.X.T @ ((d.y + r) * p - d.y), -dr.sum()


@negative_binomial.right
def _(d, w, log_r):
    dw, dr = negative_binomial_parts(d, w, log_r)
    return dw, np.exp(log_r) * dr


@negative_binomial.wrong({"log_r": "chain rule|factor"}, "the derivative by r, not by its logarithm")
def _(d, w, log_r):
    return negative_binomial_parts(d, w, log_r)


cox = Problem(
    "Cox partial likelihood",
    lambda r: ({"X": rows(r, 12, 3), "died": r.random(12) < 0.7}, {"beta": r.normal(size=3)}),  # by falling time
)


@cox.loss
def _(d, beta):
    z = d.X @ beta
    at_risk = np.log(np.cumsum(np.exp(z)))
    return ((at_risk - z) * d.died).sum()


@cox.right
def _(d, beta):
    e = np.exp(d.X @ beta)
    means = np.cumsum(e[:, None] * d.X, axis=0) / np.cumsum(e)[:, None]
    return (means - d.X)[d.died].sum(axis=0)


@cox.wrong("other", "the risk set is without the one who died")
def _(d, beta):
    e = np.exp(d.X @ beta)
    above, below = np.cumsum(e[:, None] * d.X, axis=0) - e[:, None] * d.X, np.cumsum(e) - e
    means = above / np.maximum(below, 1e-6)[:, None]
    return (means - d.X)[d.died].sum(axis=0)


PROBLEMS = (poisson, negative_binomial, cox)
