"""Each kernel against its reference, in both precisions; the exact step against the dense gradient."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.autorec import AutoRec, kernels, reference
from instahash.testing import rating_matrices

TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}
both_precisions = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@both_precisions
@given(drawn=rating_matrices(max_size=10), seed=st.integers(0, 10**6), scale=st.floats(-2, 2))
def test_add_product(dtype, drawn, seed, scale):
    S, rng = drawn[0], np.random.default_rng(seed)
    A, start = rng.normal(size=(S.shape[1], 3)).astype(dtype), rng.normal(size=(S.shape[0], 3)).astype(dtype)
    data = S.data.astype(dtype)
    for array in (S.indptr, S.indices, data, A):
        array.setflags(write=False)
    out, expected = start.copy(), start.astype(float)
    kernels.add_product(S.indptr, S.indices, data, A, dtype(scale), out)
    reference.add_product(S.indptr, S.indices, data, A, scale, expected)
    np.testing.assert_allclose(out, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])
    np.testing.assert_allclose(expected, start + scale * (S @ A), rtol=1e-5, atol=1e-5)


@both_precisions
@given(seed=st.integers(0, 10**6), n=st.integers(1, 20))
def test_adam(dtype, seed, n):
    rng = np.random.default_rng(seed)
    start = [rng.normal(size=n), rng.normal(size=n), rng.normal(size=n), rng.random(n)]
    mine, theirs = [a.astype(dtype) for a in start], [a.astype(dtype).astype(float) for a in start]
    kernels.adam(*mine, 0.01, 0.9, 0.999, 1e-8)
    reference.adam(*theirs, 0.01, 0.9, 0.999, 1e-8)
    for got, wanted in zip(mine, theirs):
        np.testing.assert_allclose(got, wanted, rtol=20 * TOLERANCE[dtype], atol=20 * TOLERANCE[dtype])


@pytest.mark.parametrize("decode", ["_decode_dense", "_decode_gram"])
@pytest.mark.parametrize("n_threads", [1, 2])
@given(drawn=rating_matrices(n_words=9), seed=st.integers(0, 10**6), reg=st.sampled_from([0.0, 0.2]))
def test_the_step_has_the_loss_and_gradient_of_the_dense_reference(decode, n_threads, drawn, seed, reg):
    """Both ways through the decoder, in float64. The encoder's gradient is compared in the space V 1 = 0 it acts in."""
    ratings, c = drawn
    rng = np.random.default_rng(seed)
    model = AutoRec(n_hidden=4, reg=reg, n_threads=n_threads)
    S = ratings.copy()
    S.data = ratings.data - c
    model._Vt, model.mu = rng.normal(size=(9, 4)), rng.normal(size=4)
    model._Vt -= model._Vt.mean(axis=0)
    model.U, model.b = rng.normal(size=(9, 4)), rng.normal(size=9)
    model._decode_dense = model._decode_gram = getattr(model, decode)
    rows = rng.permutation(S.shape[0])
    R = np.full(S.shape, c)
    entries = ratings.tocoo()
    R[entries.row, entries.col] = entries.data
    loss, dV, dmu, dU, db = reference.loss_and_gradients(model.V, model.mu, model.U, model.b, R, reg)
    with ThreadPoolExecutor(n_threads) as pool:
        square, gradients = model._step(S[rows], c, pool)
    regularised = 0.5 * reg * ((model.V**2).sum() + (model.U**2).sum())
    assert 0.5 * square / len(R) + regularised == pytest.approx(loss, rel=1e-6)
    expected = {"V": reference.centred(dV).T, "mu": dmu, "U": dU, "b": db}
    gradients["V"] = reference.centred(gradients["V"].T).T
    for name, wanted in expected.items():
        np.testing.assert_allclose(gradients[name], wanted, rtol=1e-6, atol=1e-6, err_msg=name)
