"""Hypothesis strategies for the data that word2vec and AutoRec see. Arrays are drawn from a drawn seed."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from scipy import sparse


def bags(n_words=10, min_size=0, max_size=7):
    """A bag: a list of different word ids below `n_words`, in any order."""
    return st.lists(st.integers(0, n_words - 1), min_size=min_size, max_size=min(max_size, n_words), unique=True)


def bag_matrices(n_words=10, min_posts=0, max_posts=6, min_size=0, max_size=7):
    """Bags as a CSR matrix (n_posts, n_words) int8 of ones with sorted indices."""
    return st.lists(bags(n_words, min_size, max_size), min_size=min_posts, max_size=max_posts).map(
        lambda posts: _csr(posts, [np.ones(len(post), np.int8) for post in posts], n_words, np.int8)
    )


@st.composite
def rating_matrices(draw, n_words=10, min_posts=1, max_posts=6, max_size=7):
    """(ratings, background): CSR (n_posts, n_words) float64 in [-1, 1], and the rating of all other entries."""
    posts = draw(st.lists(bags(n_words, 0, max_size), min_size=min_posts, max_size=max_posts))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = [rng.uniform(-1, 1, len(post)) for post in posts]
    return _csr(posts, values, n_words, np.float64), draw(st.sampled_from([-1.0, 0.0]))


def _csr(posts, values, n_words, dtype):
    indptr = np.cumsum([0] + [len(post) for post in posts])
    indices = np.array([word for post in posts for word in post], np.int32)
    data = np.concatenate([*values, np.empty(0)]).astype(dtype)
    matrix = sparse.csr_array((data, indices, indptr), shape=(len(posts), n_words))
    matrix.sort_indices()
    return matrix
