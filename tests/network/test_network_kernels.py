"""Each kernel of `network` and of `autorec` against its twin: same draws, both precisions, read-only inputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.autorec import kernels as autorec_kernels
from instahash.autorec import reference as autorec_reference
from instahash.network import kernels, reference
from instahash.testing import rating_matrices

TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}
both_precisions = pytest.mark.parametrize("dtype", [np.float32, np.float64])
seeds = st.integers(0, 10**6)


def close(got, wanted, dtype, factor=1):
    tolerance = factor * TOLERANCE[dtype]
    np.testing.assert_allclose(got, wanted, rtol=tolerance, atol=tolerance)


def read_only(*arrays):
    for array in arrays:
        array.setflags(write=False)


def network(S, seed, dtype, n_hidden=3):
    rng = np.random.default_rng(seed)
    return [
        rng.normal(size=shape).astype(dtype) for shape in ((S.shape[0], n_hidden), (S.shape[1], n_hidden), S.shape[1])
    ]


@both_precisions
@given(drawn=rating_matrices(max_size=10), seed=seeds, scale=st.floats(-2, 2))
def test_add_rows(dtype, drawn, seed, scale):
    S, rng = drawn[0], np.random.default_rng(seed)
    A, start = rng.normal(size=(S.shape[1], 3)).astype(dtype), rng.normal(size=(S.shape[0], 3)).astype(dtype)
    data = S.data.astype(dtype)
    read_only(S.indptr, S.indices, data, A)
    out, expected = start.copy(), start.astype(float)
    kernels.add_rows(S.indptr, S.indices, data, A, dtype(scale), out)
    reference.add_rows(S.indptr, S.indices, data, A, scale, expected)
    close(out, expected, dtype)
    np.testing.assert_allclose(expected, start + scale * (S @ A), rtol=1e-5, atol=1e-5)


@given(seed=seeds, n=st.integers(1, 9), d=st.integers(1, 5), data=st.data())
def test_take(seed, n, d, data):
    rng, first, width = np.random.default_rng(seed), data.draw(st.integers(0, d - 1)), data.draw(st.integers(1, d))
    B, rows = rng.normal(size=(n, d)), rng.integers(0, n, size=rng.integers(0, 9))
    read_only(B, rows)
    out, expected = np.full((len(rows), width), np.nan), np.full((len(rows), width), np.nan)
    kernels.take(B, rows, first, out)
    reference.take(B, rows, first, expected)
    np.testing.assert_array_equal(out, expected)
    assert out.ravel().tolist() == [B[i, (first + q) % d] for i in rows for q in range(width)]


@both_precisions
@pytest.mark.parametrize(
    "name, n_arrays, options", [("momentum", 3, (0.1, 0.9)), ("adam", 4, (0.01, 0.9, 0.999, 1e-8))]
)
@given(seed=seeds, n=st.integers(1, 20))
def test_optimisers(dtype, name, n_arrays, options, seed, n):
    rng = np.random.default_rng(seed)
    start = [np.abs(rng.normal(size=n)) if k == 3 else rng.normal(size=n) for k in range(n_arrays)]
    mine, theirs = [a.astype(dtype) for a in start], [a.astype(dtype).astype(float) for a in start]
    read_only(mine[1])
    getattr(kernels, name)(*mine, *options)
    getattr(reference, name)(*theirs, *options)
    for got, wanted in zip(mine, theirs):
        close(got, wanted, dtype, 20)


@both_precisions
@pytest.mark.parametrize(
    "name, n_arrays, options", [("momentum_rows", 3, (0.1, 0.9)), ("adam_rows", 4, (0.01, 0.9, 0.999, 1e-8))]
)
@given(seed=seeds, n=st.integers(1, 9), first=st.integers(0, 2), width=st.integers(1, 3))
def test_optimisers_of_rows(dtype, name, n_arrays, options, seed, n, first, width):
    """Equal to the twin; what is named moves as by the optimiser of all; what is not stays."""
    rng = np.random.default_rng(seed)
    rows = rng.permutation(n)[: rng.integers(1, n + 1)]
    theta, gradient, *moments = (np.abs(rng.normal(size=(n, 3))).astype(dtype) for _ in range(n_arrays))
    mine, theirs, all_rows = ([a.copy() for a in (theta, *moments)] for _ in range(3))
    at = np.ix_(rows, (first + np.arange(width)) % 3)
    part, others = gradient[at], np.ones((n, 3), bool)
    others[at] = False
    read_only(rows, gradient, part)
    getattr(kernels, name)(mine[0], rows, first, part, *mine[1:], *options)
    getattr(reference, name)(theirs[0], rows, first, part, *theirs[1:], *options)
    flat = [a.reshape(-1) for a in (all_rows[0], gradient, *all_rows[1:])]
    getattr(kernels, name.removesuffix("_rows"))(*flat, *options)
    for got, wanted, whole, start in zip(mine, theirs, all_rows, (theta, *moments)):
        close(got, wanted, dtype, 20)
        close(got[at], whole[at], dtype, 20)
        np.testing.assert_array_equal(got[others], start[others])


@both_precisions
@pytest.mark.parametrize("span, weight", [(None, 0.0), (None, 0.3), (None, 1.0), ((-1.0, 2.0), 0.0)])
@given(drawn=rating_matrices(), seed=seeds)
def test_correct(dtype, span, weight, drawn, seed):
    S = drawn[0]
    H, U, b = network(S, seed, dtype)
    data, limits = S.data.astype(dtype), np.array(span or (), dtype)
    start = np.random.default_rng(seed).normal(size=H.shape)
    read_only(S.indptr, S.indices, data, H, U, b, limits)
    K, DU, K_expected, DU_expected = np.zeros(S.nnz, dtype), start.astype(dtype), np.zeros(S.nnz), start.copy()
    square = autorec_kernels.correct(S.indptr, S.indices, data, H, U, b, weight, limits, K, DU)
    expected = autorec_reference.correct(S.indptr, S.indices, data, H, U, b, weight, span, K_expected, DU_expected)
    close(square, expected, dtype, 100)
    close(K, K_expected, dtype, 10)
    close(DU, DU_expected, dtype, 10)


@both_precisions
@given(drawn=rating_matrices(), other=rating_matrices(n_words=4), seed=seeds)
def test_add_gram(dtype, drawn, other, seed):
    n_posts = min(drawn[0].shape[0], other[0].shape[0])
    X, S = drawn[0][:n_posts], other[0][:n_posts]
    X_T = X.T.tocsr()
    x, s = X_T.data.astype(dtype), S.data.astype(dtype)
    read_only(X_T.indptr, X_T.indices, x, S.indptr, S.indices, s)
    out, expected = np.zeros((10, 4), dtype), np.zeros((10, 4))
    autorec_kernels.add_gram(X_T.indptr, X_T.indices, x, S.indptr, S.indices, s, out)
    autorec_reference.add_gram(X_T.indptr, X_T.indices, x, S.indptr, S.indices, s, expected)
    close(out, expected, dtype)
    np.testing.assert_allclose(expected, X.toarray().T @ S.toarray(), rtol=1e-5, atol=1e-5)
