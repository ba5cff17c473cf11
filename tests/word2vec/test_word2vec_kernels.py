"""Each kernel against its reference, with the same draws, in both precisions, on read-only input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.testing import check_gradient
from instahash.word2vec import kernels, reference

TOLERANCE = {np.float32: 2e-4, np.float64: 1e-10}


def read_only(*arrays):
    for array in arrays:
        array.setflags(write=False)
    return arrays


@given(x=st.floats(-1e4, 1e4))
def test_sigmoid_and_softplus(x):
    s, softplus = kernels.sigmoid_and_softplus(x)
    assert s == pytest.approx(reference.sigmoid(x), abs=1e-15)
    assert softplus == pytest.approx(np.logaddexp(0, x), rel=1e-12, abs=1e-300)


def stated_error(x):
    """Largest errors of the fast sigmoid and softplus at the float32 numbers x, in units of what is stated."""
    s, softplus = np.empty_like(x), np.empty_like(x)
    kernels.sigmoids(x, s, softplus, len(x), False)
    exact = x.astype(np.float64)
    wrong_s = np.abs(s - reference.sigmoid(exact)) / 2e-7
    wrong_softplus = np.abs(softplus - np.logaddexp(0, exact)) / (3e-7 * (1 + np.abs(exact)))
    return wrong_s.max(), wrong_softplus.max()


def test_the_fast_sigmoid_is_as_near_as_it_says():
    count = 20_001 if hasattr(kernels.sigmoids, "py_func") else 2_001
    x = np.concatenate([np.linspace(-120, 120, count), np.linspace(-2, 2, count), [0.0, -0.0, 1e30, -1e30]])
    assert max(stated_error(x.astype(np.float32))) <= 1


@given(st.floats(-(2.0**99), 2.0**99, width=32))
def test_the_fast_sigmoid_is_as_near_as_it_says_anywhere(x):
    assert max(stated_error(np.array([x], np.float32))) <= 1


def test_no_pair_is_skipped_however_wrong_its_score():
    """A table that ends at |x| = 6 gives no gradient for a pair beyond it; here the worst pairs pull hardest."""
    x = np.array([-200.0, -30.0, -7.0, 7.0, 30.0], np.float32)
    s, softplus = np.empty_like(x), np.empty_like(x)
    kernels.sigmoids(x, s, softplus, 5, False)
    np.testing.assert_allclose(softplus - x, [200, 30, 7.0009, 0.0009, 0], atol=1e-4)
    assert s[0] < 1e-30 and s[1] == pytest.approx(np.exp(-30), rel=1e-5) and s[1] > 0 and s[3] > 0.999


@pytest.mark.parametrize("dtype, exact", [(np.float32, False), (np.float32, True), (np.float64, True)])
@given(seed=st.integers(0, 10**6), n=st.integers(2, 6), shared=st.integers(1, 5), k=st.integers(1, 5))
def test_bag_gradient(dtype, exact, seed, n, shared, k):
    rng = np.random.default_rng(seed)
    m = n + shared
    X, Y = rng.normal(size=(n, 4)).astype(dtype), rng.normal(size=(m, 4)).astype(dtype)
    read_only(X, Y)
    dX, dY = np.full_like(X, 9), np.full_like(Y, 9)
    loss = kernels.bag_gradient(X, Y, n, k, dX, dY, np.empty((3, n * m + 1), dtype), exact)
    expected = reference.bag_gradient(X.astype(float), Y.astype(float), n, k)
    for got, wanted in zip((loss, dX, dY), expected):
        np.testing.assert_allclose(got, wanted, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@given(seed=st.integers(0, 10**6), n=st.integers(2, 4), shared=st.integers(1, 3), k=st.integers(1, 5))
def test_bag_gradient_is_the_derivative_of_its_own_loss(seed, n, shared, k):
    rng = np.random.default_rng(seed)
    m = n + shared
    dX, dY, workspace = np.empty((n, 3)), np.empty((m, 3)), np.empty((3, n * m))

    def loss(X, Y):
        return kernels.bag_gradient(X, Y, n, k, dX, dY, workspace, True)

    def gradient(X, Y):
        loss(X, Y)
        return dX.copy(), dY.copy()

    check_gradient(loss, gradient, rng.normal(size=(n, 3)), rng.normal(size=(m, 3)))


@pytest.mark.parametrize("dtype, exact", [(np.float32, False), (np.float64, True)])
@given(seed=st.integers(0, 10**6), shared=st.integers(1, 4), k=st.integers(1, 5))
def test_train_bags(dtype, exact, seed, shared, k):
    rng = np.random.default_rng(seed)
    n_words, sizes = 9, rng.integers(0, 6, size=7)
    indptr = np.concatenate([[0], np.cumsum(sizes)])
    indices = np.concatenate([rng.permutation(n_words)[:n] for n in sizes] or [[]]).astype(np.int32)
    weights, order = rng.random(7) + 0.5, rng.permutation(7)
    negatives = rng.integers(0, n_words, size=(7, shared)).astype(np.int32)
    start = [rng.normal(size=(n_words, 4)), rng.normal(size=(n_words, 4)), rng.random(n_words), rng.random(n_words)]
    ours = [start[0].astype(dtype), start[1].astype(dtype), start[2].copy(), start[3].copy()]
    theirs = [array.astype(float) for array in ours]
    read_only(indptr, indices, weights, order, negatives)
    loss = kernels.train_bags(*ours, indptr, indices, order, weights, negatives, k, 0.1, exact)
    expected = reference.train_bags(*theirs, indptr, indices, order, weights, negatives, k, 0.1)
    for got, wanted in zip((loss, *ours), (expected, *theirs)):
        np.testing.assert_allclose(got, wanted, rtol=10 * TOLERANCE[dtype], atol=10 * TOLERANCE[dtype])


@pytest.mark.parametrize("dtype, exact", [(np.float32, False), (np.float64, True)])
@given(seed=st.integers(0, 10**6), n_words=st.integers(1, 8), first=st.integers(0, 7))
def test_expected_rows_and_newton_steps(dtype, exact, seed, n_words, first):
    rng = np.random.default_rng(seed)
    first = min(first, n_words - 1)
    N = sparse.csr_array(np.where(rng.random((n_words, n_words)) < 0.4, rng.random((n_words, n_words)), 0), dtype=dtype)
    a, b = (10 * rng.random(n_words)).astype(dtype), rng.random(n_words).astype(dtype)
    scores = (4 * rng.normal(size=(n_words - first, n_words))).astype(dtype)
    read_only(scores, a, b, N.data, N.indices, N.indptr)
    errors, curvature, losses = np.full_like(scores, 9), np.full_like(scores, 9), np.full(len(scores), 9.0)
    kernels.expected_rows(scores, first, N.indptr, N.indices, N.data, a, b, errors, curvature, losses, exact)
    dense = N.toarray()[first:].astype(float)
    expected = reference.expected_rows(scores.astype(float), dense, a[first:].astype(float), b.astype(float))
    for got, wanted in zip((losses, errors, curvature), expected):
        np.testing.assert_allclose(got, wanted, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])

    moves = rng.normal(size=scores.shape).astype(dtype)
    moves[0] = 0
    slopes = (errors * moves).sum(axis=1)
    steps, after = np.full_like(slopes, 9), losses.copy()
    counts = N.indptr, N.indices, N.data, a, b
    kernels.newton_steps(scores, moves, slopes, curvature, first, *counts, after, steps, exact)
    wanted = reference.newton_steps(
        *(array.astype(float) for array in (scores, moves, slopes, curvature, dense, a[first:], b, losses))
    )
    assert steps[0] == 0 and (after <= losses).all()
    if dtype is np.float64:  # in float32 a loss that hardly changes may be halved once more or less
        for got, expected in zip((steps, after), wanted):
            np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12)
