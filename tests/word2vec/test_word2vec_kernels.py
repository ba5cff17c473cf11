"""Each kernel against its reference, with the same draws, in both precisions, on read-only input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.word2vec import kernels, reference

TOLERANCE = {np.float32: 2e-4, np.float64: 1e-10}


def read_only(*arrays):
    for array in arrays:
        array.setflags(write=False)
    return arrays


@given(x=st.floats(-1e4, 1e4))
def test_sigmoid_and_loss(x):
    s, loss = kernels.sigmoid_and_loss(x)
    assert s == pytest.approx(reference.sigmoid(x), abs=1e-15)
    assert loss == pytest.approx(np.logaddexp(0, -x), rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(seed=st.integers(0, 10**6), n=st.integers(2, 6), shared=st.integers(1, 5), k=st.integers(1, 5))
def test_bag_gradient(dtype, seed, n, shared, k):
    rng = np.random.default_rng(seed)
    m = n + shared
    X, Y = rng.normal(size=(n, 4)).astype(dtype), rng.normal(size=(m, 4)).astype(dtype)
    read_only(X, Y)
    dX, dY = np.full_like(X, 9), np.full_like(Y, 9)
    loss = kernels.bag_gradient(X, Y, n, m, k, dX, dY, np.empty(m, dtype))
    expected = reference.bag_gradient(X.astype(float), Y.astype(float), n, k)
    for got, wanted in zip((loss, dX, dY), expected):
        np.testing.assert_allclose(got, wanted, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(seed=st.integers(0, 10**6), shared=st.integers(1, 4), k=st.integers(1, 5))
def test_train_bags(dtype, seed, shared, k):
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
    loss = kernels.train_bags(*ours, indptr, indices, order, weights, negatives, k, 0.1)
    expected = reference.train_bags(*theirs, indptr, indices, order, weights, negatives, k, 0.1)
    for got, wanted in zip((loss, *ours), (expected, *theirs)):
        np.testing.assert_allclose(got, wanted, rtol=10 * TOLERANCE[dtype], atol=10 * TOLERANCE[dtype])


@given(seed=st.integers(0, 10**6), n=st.integers(0, 5), columns=st.integers(1, 9), k=st.integers(1, 9))
def test_top_k(seed, n, columns, k):
    rng = np.random.default_rng(seed)
    k = min(k, columns)
    scores = rng.integers(0, 4, size=(n, columns)).astype(np.float32)  # small integers: many ties
    scores[rng.random((n, columns)) < 0.2] = -np.inf
    for got, wanted in zip(kernels.top_k(scores, k), reference.top_k(scores, k)):
        np.testing.assert_array_equal(got, wanted)
