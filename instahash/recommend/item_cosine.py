"""Item cosine: the hashtags used in the same posts as the words that are given, whatever their number."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from instahash.recommend.cooccurrence import mean_score, without_diagonal
from instahash.sparse import ones


class ItemCosine:
    """Scores a hashtag t by the mean cosine of t with the words that are given: description and chosen hashtags.

    A word is the vector of the posts it is in, so that the cosine of i and j is n(i, j) / sqrt(n(i) n(j)) (Sarwar,
    Karypis, Konstan and Riedl 2001, section 3.1.1). A hashtag says nothing about itself.

    from_words, from_hashtags : CSR (n_words, n_words) float32 in [0, 1], the cosines of words of descriptions and of
    hashtags (rows) with hashtags (columns).
    """

    def fit(self, description, hashtags):
        """description, hashtags : CSR (n_posts, n_words), stored entries are the words."""
        D, H = (ones(matrix) for matrix in (description, hashtags))
        self.from_words, self.from_hashtags = _cosines(D, H), without_diagonal(_cosines(H, H))
        return self

    def score(self, description, chosen=None):
        """(n_posts, n_words) float32 in [0, 1]; zero where no given word was seen in training.

        chosen : CSR (n_posts, n_words), hashtags that are given too.
        """
        given = [(ones(description), self.from_words)]
        return mean_score(given if chosen is None else [*given, (ones(chosen), self.from_hashtags)])


def _cosines(A, B):
    """Of the columns of A with those of B, which are zeros and ones; CSR float32."""
    pairs = (A.T @ B).tocoo()
    n, m = (np.bincount(matrix.indices, minlength=matrix.shape[1]).astype(np.float64) for matrix in (A, B))
    # The root of the product, which never rounds to less than the smaller count: no cosine is above 1.
    cosines = (pairs.data / np.sqrt(n[pairs.row] * m[pairs.col])).astype(np.float32)
    return sparse.csr_array((cosines, (pairs.row, pairs.col)), shape=pairs.shape)
