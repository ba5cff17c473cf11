"""Planted mistakes are given their own names, in every problem, and other mistakes none of these."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.autorec import reference as autorec
from instahash.testing import GradientError, check_directional, check_gradient
from instahash.word2vec import reference as word2vec

seeds = st.integers(0, 10**6)


def logistic(rng):
    """w (4, 4) is flattened for 30 rows of 16 features; a bias of four parts that all count."""
    X, y = rng.normal(size=(30, 16)), rng.random(30)

    def both(w, b):
        z = X @ w.reshape(-1) + b @ np.array([1.0, 0.5, -2.0, 3.0])
        error = (word2vec.sigmoid(z) - y) / 30
        loss = (np.logaddexp(0, z) - y * z).mean() + 0.1 * (w**2).sum()
        return loss, (X.T @ error).reshape(4, 4) + 0.2 * w, error.sum() * np.array([1.0, 0.5, -2.0, 3.0])

    return both, [rng.normal(size=(4, 4)), rng.normal(size=4)]


def tanh_network(rng):
    x, B = rng.normal(size=4), rng.normal(size=(4, 4))

    def both(A, b):
        t = np.tanh(A @ x + b)
        dz = (B @ B.T @ t) * (1 - t**2)
        return 0.5 * ((B.T @ t) ** 2).sum() + np.exp(A).sum(), np.outer(dz, x) + np.exp(A), dz

    return both, [rng.normal(size=(4, 4)), rng.normal(size=4)]


def skip_gram(rng):
    P = rng.random(4) + 0.1
    P, pairs = P / P.sum(), [(0, 1), (1, 2), (3, 1), (2, 0)]
    return (lambda W, C: word2vec.expected_loss(W, C, pairs, P, 3)), [rng.normal(size=(4, 4)) for _ in "WC"]


def autoencoder(rng):
    X, S = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))

    def both(V, mu, U, b):
        return autorec.loss_and_gradients(V, mu, U, b, X, S, reg=0.3, hidden="tanh")

    return both, [rng.normal(size=shape) for shape in ((4, 4), 4, (4, 4), 4)]


PROBLEMS = {f.__name__: f for f in (logistic, tanh_network, skip_gram, autoencoder)}


def rows_wrong(g, rng):
    g[[1, 2]] += rng.normal(size=(2, *g.shape[1:]))
    return g


def one_wrong(g, rng):
    g[1, 2] *= rng.uniform(3, 4)
    return g


# What the planted code returns in place of the first parameter's gradient g, at the parameter W.
MISTAKES = {
    ("sign", "all"): lambda g, W, rng: -g,
    ("sign", "one row"): lambda g, W, rng: g * np.array([[1], [1], [-1], [1]]),
    ("factor", "twice"): lambda g, W, rng: 2 * g,
    ("factor", "half"): lambda g, W, rng: g / 2,
    ("factor", "rows"): lambda g, W, rng: 4 * g,
    ("factor", "mean"): lambda g, W, rng: g / 30,
    ("factor", "any"): lambda g, W, rng: 0.7311 * g,
    ("factor", "near one"): lambda g, W, rng: 1.0003 * g,
    ("zero", "all"): lambda g, W, rng: 0 * g,
    ("transposed", "all"): lambda g, W, rng: g.T,
    ("reduction", "sum"): lambda g, W, rng: np.full_like(g, g.sum()),
    ("reduction", "sum over rows"): lambda g, W, rng: np.broadcast_to(g.sum(0), g.shape),
    ("reduction", "mean over columns"): lambda g, W, rng: np.broadcast_to(g.mean(1, keepdims=True), g.shape),
    ("reduction", "one row"): lambda g, W, rng: np.broadcast_to(g[3], g.shape),
    ("reduction", "other entries"): lambda g, W, rng: g.sum() * np.diff(np.r_[0, rng.random(15), 1]).reshape(4, 4),
    ("shifted", "rows"): lambda g, W, rng: np.roll(g, 1, axis=0),
    ("shifted", "columns, cut off"): lambda g, W, rng: np.c_[g[:, 1:], rng.normal(size=4)],
    ("shifted", "any order"): lambda g, W, rng: g.reshape(-1)[[5, *range(5), *range(6, 16)]].reshape(4, 4)[::-1],
    ("missing term", "penalty"): lambda g, W, rng: g - 0.3 * W,
    ("missing term", "small penalty"): lambda g, W, rng: g - 0.002 * W,
    ("missing term", "penalty twice"): lambda g, W, rng: g + 0.3 * W,
    ("missing term", "sign"): lambda g, W, rng: g - 0.3 * np.sign(W),
    ("missing term", "constant"): lambda g, W, rng: g - 0.5,
    ("missing term", "row"): lambda g, W, rng: g - np.array([0.3, -1, 0.2, 0.1]),
    ("missing term", "column"): lambda g, W, rng: g - np.array([0.3, -1, 0.2, 0.1])[:, None],
    ("chain rule", "rows"): lambda g, W, rng: g * np.array([[0.3], [0.5], [2], [1]]),
    ("chain rule", "columns"): lambda g, W, rng: g * np.array([0.3, 0.5, 2, 1]),
    ("chain rule", "exp"): lambda g, W, rng: g / np.exp(W),
    ("chain rule", "exp twice"): lambda g, W, rng: g * np.exp(W),
    ("chain rule", "tanh"): lambda g, W, rng: g / (1 - np.tanh(W) ** 2),
    ("chain rule", "sigmoid"): lambda g, W, rng: g * word2vec.sigmoid(W) * word2vec.sigmoid(-W),
    ("chain rule", "inner factor"): lambda g, W, rng: g / W,
    ("some rows", "zero"): lambda g, W, rng: g * np.array([[1], [0], [1], [0]]),
    ("some rows", "wrong"): lambda g, W, rng: rows_wrong(g.copy(), rng),
    (None, "one entry"): lambda g, W, rng: one_wrong(g.copy(), rng),
    (None, "noise"): lambda g, W, rng: g + rng.normal(size=g.shape),
    (None, "other numbers"): lambda g, W, rng: rng.normal(size=g.shape),
    (None, "square"): lambda g, W, rng: g + 0.1 * W**2,
    (None, "sign and penalty"): lambda g, W, rng: -g + 0.1 * W,
}


def planted(problem, mistake, seed, dtype=np.float64):
    rng = np.random.default_rng(seed)
    both, params = PROBLEMS[problem](rng)
    names = ["W", "b", "U", "c"][: len(params)]
    draw = int(rng.integers(10**6))

    def gradient(W, *others):
        _, g, *rest = both(W, *others)
        return [np.array(mistake(g, W, np.random.default_rng(draw)), dtype), *rest]

    return lambda *p: both(*p)[0], gradient, params, names


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize(("kind", "mistake"), MISTAKES)
@given(seed=seeds)
def test_each_kind_is_named_as_this_kind_alone(problem, kind, mistake, seed):
    loss, gradient, params, names = planted(problem, MISTAKES[kind, mistake], seed)
    with pytest.raises(GradientError) as caught:
        check_gradient(loss, gradient, *params, names=names, sizes={"the batch size": 30})
    assert caught.value.kinds == {"W": kind}, str(caught.value)
