"""The equations on dense arrays: a number worked by hand, gradients against central differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.autorec import reference
from instahash.testing import check_directional, check_gradient


def parameters(seed, n_words=5, n_hidden=3):
    rng = np.random.default_rng(seed)
    shapes = (n_hidden, n_words), n_hidden, (n_words, n_hidden), n_words
    return [rng.normal(size=shape) for shape in shapes]


def test_one_post_by_hand():
    # z = 1 - 1 + 0 = 0, h = 1/2, o = (2, -1) + (0, 1) = (2, 0), e = (1, 1): J = (1 + 1) / 2.
    V, mu, U, b = np.array([[1.0, 1.0]]), np.zeros(1), np.array([[4.0], [-2.0]]), np.array([0.0, 1.0])
    R = np.array([[1.0, -1.0]])
    loss, dV, dmu, dU, db = reference.loss_and_gradients(V, mu, U, b, R, reg=0.0)
    assert loss == pytest.approx(1.0)
    np.testing.assert_allclose(db, [1, 1])  # e
    np.testing.assert_allclose(dU, [[0.5], [0.5]])  # e h'
    np.testing.assert_allclose(dmu, [0.5])  # (U'e) h (1 - h) = (4 - 2) / 4
    np.testing.assert_allclose(dV, [[0.5, -0.5]])  # that times r
    assert reference.rmse(V, mu, U, b, R) == pytest.approx(1.0)
    assert reference.loss_and_gradients(V, mu, U, b, R, reg=0.1)[0] == pytest.approx(1 + 0.05 * (2 + 20))


@given(seed=st.integers(0, 10**6), posts=st.integers(1, 4), reg=st.sampled_from([0.0, 0.3]))
def test_gradient(seed, posts, reg):
    R = np.random.default_rng(seed).uniform(-1, 1, size=(posts, 5))

    def loss(*params):
        return reference.loss_and_gradients(*params, R, reg)[0]

    def gradient(*params):
        return reference.loss_and_gradients(*params, R, reg)[1:]

    check_gradient(loss, gradient, *parameters(seed))
    check_directional(loss, gradient, *parameters(seed), seed=seed)


@given(seed=st.integers(0, 10**6), c=st.floats(-2, 2))
def test_the_constant_reaches_no_unit_of_a_centred_encoder(seed, c):
    V, mu, U, b = parameters(seed)
    V, R = reference.centred(V), np.random.default_rng(seed).uniform(-1, 1, size=(3, 5))
    np.testing.assert_allclose(reference.forward(V, mu, U, b, R)[1], reference.forward(V, mu, U, b, R + c)[1])


@given(seed=st.integers(0, 10**6))
def test_the_loss_of_a_union_is_the_mean_of_the_losses(seed):
    params, R = parameters(seed), np.random.default_rng(seed).uniform(-1, 1, size=(6, 5))
    parts = [reference.loss_and_gradients(*params, part, 0.0) for part in (R[:2], R[2:])]
    for whole, two, four in zip(reference.loss_and_gradients(*params, R, 0.0), *parts):
        np.testing.assert_allclose(whole, (2 * two + 4 * four) / 6)
