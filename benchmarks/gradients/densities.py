"""Probability: mixtures, divergences, likelihoods, transport."""

import numpy as np
from scipy import special

from gradients.case import Problem, log_sum_exp, softmax

mixture = Problem(
    "mixture of Gaussians",
    lambda r: ({"x": np.concatenate([r.normal(-1, 0.5, 8), r.normal(2, 1, 7)])},
               {"a": r.normal(size=3), "mu": np.array([-0.8, 0.5, 1.7]), "s": np.array([-0.3, 0.4, 0.2])}),
    sizes=("x",),
)  # fmt: skip


@mixture.loss
def _(d, a, mu, s):
    z = (d.x[:, None] - mu) * np.exp(-s)
    return -log_sum_exp(a - log_sum_exp(a) - s - 0.5 * z**2).sum()


def mixture_gradient(d, a, mu, s, weights=True, ones=1.0):
    z = (d.x[:, None] - mu) * np.exp(-s)
    R = softmax(a - s - 0.5 * z**2)
    da = -R.sum(axis=0) + (len(d.x) * softmax(a) if weights else 0)
    return da, -(R * z).sum(axis=0) * np.exp(-s), -(R * (z**2 - ones)).sum(axis=0)


mixture.right(mixture_gradient)


@mixture.wrong({"mu": "chain rule"}, "the inner derivative exp(-s) is forgotten")
def _(d, a, mu, s):
    da, dmu, ds = mixture_gradient(d, a, mu, s)
    return da, dmu * np.exp(s), ds


@mixture.wrong({"a": "missing term|other"}, "weights do not add up to 1 in the gradient")
def _(d, a, mu, s):
    return mixture_gradient(d, a, mu, s, weights=False)


@mixture.wrong({"s": "missing term|other"}, "the normaliser's derivative is forgotten")
def _(d, a, mu, s):
    return mixture_gradient(d, a, mu, s, ones=0.0)


@mixture.wrong({"mu": "swapped", "s": "swapped"}, "means and deviations in the wrong order")
def _(d, a, mu, s):
    da, dmu, ds = mixture_gradient(d, a, mu, s)
    return da, ds, dmu


gaussians = Problem(
    "divergence of diagonal Gaussians",
    lambda r: ({}, {"mu": r.normal(size=(4, 3)), "log_var": 0.8 * r.normal(size=(4, 3))}),
    sizes=(),
)


@gaussians.loss
def _(d, mu, log_var):
    return 0.5 * (mu**2 + np.exp(log_var) - 1 - log_var).sum(axis=1).mean()


@gaussians.right
def _(d, mu, log_var):
    return mu / len(mu), 0.5 * (np.exp(log_var) - 1) / len(mu)


@gaussians.wrong({"log_var": "missing term"}, "the derivative of the logarithm is forgotten")
def _(d, mu, log_var):
    return mu / len(mu), 0.5 * np.exp(log_var) / len(mu)


@gaussians.wrong({"mu": "factor", "log_var": "factor"}, "a sum for a mean over the rows")
def _(d, mu, log_var):
    return mu, 0.5 * (np.exp(log_var) - 1)


@gaussians.wrong({"log_var": "in place"}, "the exponential is taken in place")
def _(d, mu, log_var):
    np.exp(log_var, out=log_var)
    return mu / len(mu), 0.5 * (log_var - 1) / len(mu)


divergence = Problem(
    "divergence of a softmax from given shares",
    lambda r: ({"q": r.dirichlet(np.ones(6))}, {"z": r.normal(size=6)}),
)


@divergence.loss
def _(d, z):
    return (softmax(z) * (z - log_sum_exp(z) - np.log(d.q))).sum()


@divergence.right
def _(d, z):
    p = softmax(z)
    off = np.log(p / d.q)
    return p * (off - p @ off)


@divergence.wrong("other", "the softmax's sum is taken as constant")
def _(d, z):
    p = softmax(z)
    return p * np.log(p / d.q)


dirichlet = Problem(
    "Dirichlet likelihood",
    lambda r: ({"P": r.dirichlet([2.0, 1.0, 3.0, 1.5], 7)}, {"log_a": 0.5 * r.normal(size=4)}),
    sizes=("P",),
)


@dirichlet.loss
def _(d, log_a):
    a = np.exp(log_a)
    return len(d.P) * (special.gammaln(a).sum() - special.gammaln(a.sum())) - ((a - 1) * np.log(d.P)).sum()


def dirichlet_by_a(d, a):
    return len(d.P) * (special.digamma(a) - special.digamma(a.sum())) - np.log(d.P).sum(axis=0)


@dirichlet.right
def _(d, log_a):
    a = np.exp(log_a)
    return a * dirichlet_by_a(d, a)


@dirichlet.wrong("chain rule", "by a, not by its logarithm")
def _(d, log_a):
    return dirichlet_by_a(d, np.exp(log_a))


auto_encoder = Problem(
    "variational bound with fixed noise",
    lambda r: ({"X": r.normal(size=(6, 3)), "noise": r.normal(size=(6, 2))},
               {"mu": r.normal(size=(6, 2)), "s": 0.5 * r.normal(size=(6, 2)), "D": r.normal(size=(2, 3))}),
    sizes=("X",),
)  # fmt: skip


@auto_encoder.loss
def _(d, mu, s, D):
    z = mu + np.exp(s) * d.noise
    return (0.5 * ((z @ D - d.X) ** 2).sum() + (0.5 * (mu**2 + np.exp(2 * s)) - s).sum()) / len(d.X)


def auto_encoder_gradient(d, mu, s, D, noise=None, prior=1.0):
    z = mu + np.exp(s) * d.noise
    E = (z @ D - d.X) / len(d.X)
    dz, n = E @ D.T, len(d.X)
    noise = np.exp(s) * d.noise if noise is None else noise
    return dz + prior * mu / n, dz * noise + prior * (np.exp(2 * s) - 1) / n, z.T @ E


auto_encoder.right(auto_encoder_gradient)


@auto_encoder.wrong({"mu": "missing term", "s": "missing term|other"}, "the divergence from the prior is forgotten")
def _(d, mu, s, D):
    return auto_encoder_gradient(d, mu, s, D, prior=0.0)


@auto_encoder.wrong({"s": "other"}, "the deviation's own derivative is forgotten")
def _(d, mu, s, D):
    return auto_encoder_gradient(d, mu, s, D, noise=d.noise)


@auto_encoder.wrong("state", "new noise at each call")
def _(d, mu, s, D):
    rng = d.__dict__.setdefault("rng", np.random.default_rng(1))
    return auto_encoder_gradient(d, mu, s, D, noise=np.exp(s) * rng.normal(size=s.shape).astype(s.dtype))


transport = Problem(
    "three steps of Sinkhorn",
    lambda r: ({"eps": 0.5, "p": np.full(4, 0.25), "q": r.dirichlet(np.ones(3) * 3)}, {"C": r.uniform(0, 2, (4, 3))}),
)


@transport.loss
def _(d, C):
    K, v = np.exp(-C / d.eps), 1 + 0 * d.q
    for _ in range(3):
        u = d.p / (K @ v)
        v = d.q / (u @ K)
    return (u[:, None] * K * v * C).sum()


def transport_gradient(d, C, unrolled=True):
    K, vs, us = np.exp(-C / d.eps), [np.ones_like(d.q)], []
    for _ in range(3):
        us.append(d.p / (K @ vs[-1]))
        vs.append(d.q / (us[-1] @ K))
    P = us[-1][:, None] * K * vs[-1]
    if not unrolled:
        return P
    dK = us[-1][:, None] * vs[-1] * C
    du, dv = (K * vs[-1] * C).sum(axis=1), (us[-1][:, None] * K * C).sum(axis=0)
    for s in reversed(range(3)):
        e = -dv * vs[s + 1] ** 2 / d.q
        dK += np.outer(us[s], e)
        du = (du if s == 2 else 0) + K @ e
        e = -du * us[s] ** 2 / d.p
        dK += np.outer(e, vs[s])
        dv = e @ K
    return P - dK * K / d.eps


transport.right(transport_gradient)


@transport.wrong("other", "the plan alone, as if it were the best one")
def _(d, C):
    return transport_gradient(d, C, unrolled=False)


PROBLEMS = (mixture, gaussians, divergence, dirichlet, auto_encoder, transport)
