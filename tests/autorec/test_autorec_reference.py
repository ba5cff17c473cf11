"""The equations on dense arrays: numbers by hand, gradients by central differences, closed forms at their optima."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.autorec import reference
from instahash.testing import check_directional, check_gradient

hidden_names = st.sampled_from(["sigmoid", "tanh", "relu", "identity"])
spans = st.sampled_from([None, (-0.5, 2.0)])
seeds = st.integers(0, 10**6)


def parameters(seed, n_words=5, n_hidden=3):
    rng = np.random.default_rng(seed)
    shapes = (n_hidden, n_words), n_hidden, (n_words, n_hidden), n_words
    return [rng.normal(size=shape) for shape in shapes]


def posts(seed, n_posts=4, n_words=5):
    """Inputs, targets, and the weight of each entry."""
    rng = np.random.default_rng([seed, 1])
    return rng.uniform(-1, 2, (n_posts, n_words)), rng.uniform(0, 2, (n_posts, n_words)), rng.random((n_posts, n_words))


def test_one_post_by_hand():
    # z = 1 - 1 + log 3, h = 3/4 - 1/2 = 1/4, o = (4, -2)/4 + (0, 1) = (1, 1/2), e = o - s = (1, 2).
    V, mu, U, b = np.array([[1.0, 1.0]]), np.array([np.log(3)]), np.array([[4.0], [-2.0]]), np.array([0.0, 1.0])
    X, S = np.array([[1.0, -1.0]]), np.array([[0.0, -1.5]])
    loss, dV, dmu, dU, db = reference.loss_and_gradients(V, mu, U, b, X, S)
    assert loss == pytest.approx(2.5)
    np.testing.assert_allclose(db, [1, 2])  # e
    np.testing.assert_allclose(dU, [[0.25], [0.5]])  # e h'
    np.testing.assert_allclose(dmu, [0], atol=1e-12)  # (U'e) 3/4 1/4 = (4 - 4) 3/16
    S = np.array([[0.0, -0.5]])  # e = (1, 1): (U'e) 3/16 = 3/8
    _, dV, dmu, _, _ = reference.loss_and_gradients(V, mu, U, b, X, S)
    np.testing.assert_allclose(dmu, [0.375])
    np.testing.assert_allclose(dV, [[0.375, -0.375]])  # that times x
    assert reference.mean_square(V, mu, U, b, X, S) == pytest.approx(1.0)
    # Shifted by 1, e = (2, 2); with another target of the second word, e = (1, 2).
    assert reference.mean_square(V, mu, U, b, X, S, shift=1.0) == pytest.approx(4.0)
    assert reference.mean_square(V, mu, U, b, X, S - [[0, 1]], np.array([[1.0, 3.0]])) == pytest.approx(13 / 4)
    weighted = reference.loss_and_gradients(V, mu, U, b, X, S, np.array([[1.0, 3.0]]), reg=0.1)[0]
    assert weighted == pytest.approx(2 + 0.05 * (2 + 20))


def test_sigmoid_outputs_by_hand():
    np.testing.assert_allclose(reference.output_units(np.array([np.log(3), 0.0]), (-1.0, 3.0))[0], [2, 1])


@given(seed=seeds, hidden=hidden_names, span=spans, reg=st.sampled_from([0.0, 0.3]))
def test_gradient(seed, hidden, span, reg):
    X, S, weights = posts(seed)

    def loss(*params):
        return reference.loss_and_gradients(*params, X, S, weights, reg, hidden, span)[0]

    def gradient(*params):
        return reference.loss_and_gradients(*params, X, S, weights, reg, hidden, span)[1:]

    params = parameters(seed)
    if hidden == "relu":  # central differences must not cross the corner
        slack = np.abs(X @ params[0].T + params[1]).min()
        if slack < 0.05:
            return
    check_gradient(loss, gradient, *params)
    check_directional(loss, gradient, *params, seed=seed)


@given(seed=seeds, hidden=hidden_names, span=spans)
def test_the_loss_of_a_union_is_the_mean_of_the_losses(seed, hidden, span):
    params, (X, S, w) = parameters(seed), posts(seed, 6)
    two, four = slice(0, 2), slice(2, 6)
    parts = [reference.loss_and_gradients(*params, X[p], S[p], w[p], 0.0, hidden, span) for p in (two, four)]
    for whole, a, c in zip(reference.loss_and_gradients(*params, X, S, w, 0.0, hidden, span), *parts):
        np.testing.assert_allclose(whole, (2 * a + 4 * c) / 6)


@given(seed=seeds, reg=st.sampled_from([0.0, 0.2]))
def test_at_the_ridge_decoder_the_gradient_is_zero(seed, reg):
    X, S, _ = posts(seed, 9)
    V, mu, _, _ = parameters(seed)
    U, b = reference.ridge_decoder(reference.forward(V, mu, np.zeros((5, 3)), np.zeros(5), X)[0], S, reg)
    _, _, _, dU, db = reference.loss_and_gradients(V, mu, U, b, X, S, 1.0, reg)
    np.testing.assert_allclose(dU, 0, atol=1e-8 * (1 + np.abs(U).max()))
    np.testing.assert_allclose(db, 0, atol=1e-8 * (1 + np.abs(U).max()))


@given(seed=seeds, p=st.sampled_from([0.0, 0.4]), rank=st.integers(1, 5))
def test_no_linear_map_of_the_rank_beats_the_best_one(seed, p, rank):
    """Expected loss by enumeration: all 32 ways to drop some of five words, weighted by their probability."""
    X, S, _ = posts(seed, 12)
    rng, B = np.random.default_rng(seed), reference.best_linear_map(X, S, rank, p)
    assert np.linalg.matrix_rank(B, tol=1e-8) <= rank
    kept = (np.arange(32)[:, None] >> np.arange(5)) & 1
    chance = (1 - p) ** kept.sum(axis=1) * p ** (5 - kept.sum(axis=1))

    def expected_loss(B):
        means = X.mean(axis=0), S.mean(axis=0)
        return sum(
            share * np.mean(np.square(S - means[1] - (X * mask / (1 - p) - means[0]) @ B).sum(axis=1))
            for share, mask in zip(chance, kept)
        )

    best = expected_loss(B)
    for step in (1e-3, 0.1):
        # Any map of the rank: B with its factors moved.
        left, values, right = np.linalg.svd(B)
        A, P = left[:, :rank] * values[:rank], right[:rank]
        other = (A + step * rng.normal(size=A.shape)) @ (P + step * rng.normal(size=P.shape))
        assert expected_loss(other) >= best - 1e-9


@given(seed=seeds)
def test_principal_components_are_the_best_linear_autoencoder(seed):
    X = posts(seed, 12)[0]
    A = X - X.mean(axis=0)
    P = np.linalg.svd(A)[2][:2]
    np.testing.assert_allclose(A @ reference.best_linear_map(X, X, 2), A @ P.T @ P, atol=1e-8)
