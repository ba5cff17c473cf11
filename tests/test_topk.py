"""The kernel for short lists against a full sort."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from instahash.topk import largest_in_rows, plain_largest_in_rows, plain_top_k, top_k


@given(seed=st.integers(0, 10**6), n=st.integers(0, 5), columns=st.integers(1, 9), k=st.integers(0, 11))
def test_top_k(seed, n, columns, k):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 4, size=(n, columns)).astype(np.float32)  # small integers: many ties
    scores[rng.random((n, columns)) < 0.2] = -np.inf
    for got, wanted in zip(top_k(scores, k), plain_top_k(scores, k)):
        np.testing.assert_array_equal(got, wanted)


@given(seed=st.integers(0, 10**6), n=st.integers(0, 5), k=st.integers(1, 9))
def test_largest_in_rows(seed, n, k):
    rng = np.random.default_rng(seed)
    indptr = np.concatenate([[0], rng.integers(0, 12, n).cumsum()])
    data, indices = rng.integers(0, 4, indptr[-1]).astype(np.float32), rng.permutation(indptr[-1])  # many ties
    found = largest_in_rows(indptr, indices, data, k)
    np.testing.assert_array_equal(found, plain_largest_in_rows(indptr, indices, data, k))


def test_ties_keep_the_lower_column_first():
    scores = np.array([[1.0, 2.0, 2.0, 1.0]], dtype=np.float32)
    assert top_k(scores, 3)[0].tolist() == plain_top_k(scores, 3)[0].tolist() == [[1, 2, 0]]
