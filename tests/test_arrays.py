"""The helpers for sparse and dense arrays, against what they are on small arrays written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.dense import log_probabilities, product, softmax, unit_rows
from instahash.merge import maximum, plain_maximum
from instahash.sparse import (
    column_counts,
    column_sums,
    csr_from_arrays,
    csr_to_arrays,
    empty,
    is_member,
    keep,
    moved,
    ones,
    renumber,
    row_of_entries,
    row_sizes,
    row_sums,
    rows_at,
    unchecked_csr,
    union,
    widen,
    with_data,
    without_diagonal,
)

DENSE = np.array([[0, 2.0, 0, 1], [0, 0, 0, 0], [3, 0, 4, 0]])
seeds = st.integers(0, 2**32 - 1)


def drawn(seed, n=5, m=6):
    rng = np.random.default_rng(seed)
    return sparse.csr_array(rng.integers(1, 5, (n, m)) * (rng.random((n, m)) < 0.4))


def test_on_a_matrix_that_can_be_read():
    A = sparse.csr_array(DENSE)
    assert row_of_entries(A).tolist() == [0, 0, 2, 2] and row_sizes(A).tolist() == [2, 0, 2]
    assert row_sums(A).tolist() == [3, 0, 7]
    assert column_sums(A).tolist() == [3, 2, 4, 1] and column_sums(A, A.data**2).tolist() == [9, 4, 16, 1]
    assert column_counts(A).tolist() == [1, 1, 1, 1]
    assert (ones(A).toarray() == (DENSE > 0)).all() and ones(A).dtype == np.float32
    assert (with_data(A, -A.data).toarray() == -DENSE).all()
    assert (keep(A, A.data > 1).toarray() == DENSE * (DENSE > 1)).all()
    assert widen(A, 6).toarray().tolist() == np.pad(DENSE, ((0, 0), (0, 2))).tolist()
    assert rows_at(A, np.array([2, 0, 1, 2])).toarray().tolist() == DENSE[[2, 0, 1, 2]].tolist()
    assert rows_at(A, np.array([], np.int64)).shape == (0, 4)
    assert renumber(A, [3, -1, 0]).toarray().tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 3]]
    assert moved(A, np.array([2, -1, -1, 0]), 4).toarray().tolist() == [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 3, 0]]
    assert moved(A, np.array([2, -1, -1, 0]), 4).indices.tolist() == [0, 2]
    assert maximum(A, empty(A.shape, np.float32)) is A


def test_an_unchecked_matrix_is_as_scipy_makes_it():
    A = sparse.csr_array(DENSE)
    made = unchecked_csr(A.data, A.indices.astype(np.int64), A.indptr, A.shape)
    expected = sparse.csr_array((A.data, A.indices, A.indptr), shape=A.shape)
    assert vars(made).keys() == vars(expected).keys() and made.indices.dtype == A.indptr.dtype
    for matrix in (made, empty((3, 4), np.int8)):
        matrix.check_format(full_check=True)
        assert matrix.format == "csr" and (matrix + A).shape == (matrix @ A.T).shape[:1] + (4,)
    assert made.has_canonical_format and (made[1:] != A[1:]).nnz == 0 and empty((3, 4), np.int8).toarray().max() == 0
    made.indices[:2] = made.indices[1::-1].copy()
    assert not unchecked_csr(made.data, made.indices, made.indptr, made.shape).has_sorted_indices


@given(seeds)
def test_renumbering_leaves_the_matrix_as_it_was(seed):
    A = drawn(seed)
    before = A.toarray()
    order = np.random.default_rng(seed).permutation(6)
    renumbered = renumber(A, order)
    assert (renumbered.toarray() == before[:, order]).all() and renumbered.has_sorted_indices
    assert (A.toarray() == before).all()


@given(seeds, st.integers(0, 12))
def test_a_product_with_a_dense_matrix(seed, n):
    A, B = drawn(seed, 5, 12).astype(np.float32), np.random.default_rng(seed).random((12, n), np.float32)
    np.testing.assert_allclose(product(A.indptr, A.indices, A.data, B), A @ B, rtol=1e-5)


@given(seeds)
def test_union_is_that_of_the_sets(seed):
    A, B = drawn(seed), drawn(seed + 1)
    A.data[:1] = 0  # a stored zero is a member
    expected = (ones(A).toarray() + ones(B).toarray()) > 0
    assert (union(A, B).toarray() == expected).all() and union(A, B).has_sorted_indices


@given(seeds)
def test_the_maximum_is_that_of_all_entries(seed):
    A, B = drawn(seed), drawn(seed + 1).astype(np.int8)
    found = maximum(A, B)
    assert (found.toarray() == plain_maximum(A, B).toarray()).all() and found.dtype == A.dtype
    found.check_format(full_check=True)
    assert found.has_canonical_format and found.nnz == union(A, B).nnz
    A.data[:] = B.data[:] = 0  # what is stored stays stored
    assert maximum(A, B).nnz == union(A, B).nnz


@given(seeds)
def test_without_diagonal(seed):
    A = drawn(seed, 6, 6)
    expected = A.toarray()
    np.fill_diagonal(expected, 0)
    for made in (A, A.tocoo()):
        assert (without_diagonal(made).toarray() == expected).all()


@given(seeds)
def test_csr_through_arrays(seed):
    A = drawn(seed)
    back = csr_from_arrays(csr_to_arrays(A, "a") | {"b": np.ones(1)}, "a")
    assert back.shape == A.shape and (back.toarray() == A.toarray()).all()


@pytest.mark.parametrize(
    "part, value", [("indices", 6), ("indices", -1), ("indptr", 99), ("indptr", 0), ("indptr", 29), ("shape", 1)]
)
def test_indices_outside_of_a_matrix_are_refused(part, value):
    arrays = csr_to_arrays(sparse.csr_array(np.ones((5, 6))), "a")
    arrays[f"a_{part}"][-1] = value
    with pytest.raises(ValueError):
        csr_from_arrays(arrays, "a")


@given(seeds)
def test_softmax(seed):
    rng = np.random.default_rng(seed)
    O = rng.standard_normal((4, 5)) * 300
    excluded = rng.random((4, 5)) < 0.5
    excluded[0], excluded[1] = True, False
    p, log_Z = softmax(O, excluded)
    log_p = log_probabilities(O, excluded)
    np.testing.assert_allclose(log_p, O - log_Z, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(p.sum(axis=1), (~excluded).any(axis=1), rtol=1e-6)
    assert (p[excluded] == 0).all() and (p >= 0).all()
    np.testing.assert_allclose(np.exp(log_p[~excluded]), p[~excluded], rtol=1e-6)
    np.testing.assert_allclose(np.diff(log_p, axis=1), np.diff(O, axis=1), rtol=1e-6, atol=1e-9)


def test_unit_rows():
    np.testing.assert_allclose(unit_rows(np.array([[3.0, 4], [0, 0]])), [[0.6, 0.8], [0, 0]])
    np.testing.assert_allclose(unit_rows(np.array([0.0, 2])), [0, 1])


@given(seeds)
def test_members_by_brute_force(seed):
    A, rng = drawn(seed), np.random.default_rng(seed)
    ids = rng.integers(-1, 6, (5, 7))
    expected = [[i >= 0 and A.toarray()[row, i] != 0 for i in few] for row, few in enumerate(ids)]
    assert is_member(ids, A).tolist() == expected
