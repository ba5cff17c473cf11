"""Item cosine: the hashtags used in the same posts as the given words, relative to how often both are used."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from instahash.baselines.checks import check_posts, check_query
from instahash.baselines.cooccurrence import mean_score
from instahash.sparse import CSR, column_counts, ones, without_diagonal


class ItemCosine:
    """Scores a hashtag t by the mean cosine of t with the given words: description and chosen hashtags.

    A word is the vector of the posts it is in, so that the cosine of i and j is n(i, j) / sqrt(n(i) n(j)) (Sarwar,
    Karypis, Konstan and Riedl 2001, section 3.1.1). A hashtag's cosine with itself is taken as 0.

    from_words, from_hashtags : CSR (n_words, n_words) float32 in [0, 1], the cosines of words of descriptions and of
    hashtags (rows) with hashtags (columns).
    """

    def fit(self, description: CSR, hashtags: CSR) -> ItemCosine:
        check_posts(description, hashtags)
        D, H = ones(description), ones(hashtags)
        self.from_words, self.from_hashtags = _cosines(D, H), without_diagonal(_cosines(H, H))
        return self

    def score(self, description: CSR, chosen: CSR | None = None) -> np.ndarray:
        """(n_posts, n_words) float32 in [0, 1]; zero where no given word was seen in training."""
        check_query(description, chosen)
        given = [(ones(description), self.from_words)]
        return mean_score(given if chosen is None else [*given, (ones(chosen), self.from_hashtags)])


def _cosines(A: CSR, B: CSR) -> Any:
    """Of the columns of A with those of B, which are zeros and ones; CSR float32."""
    pairs = (A.T @ B).tocoo()
    n, m = (column_counts(matrix).astype(np.float64) for matrix in (A, B))
    # The root of the product never rounds to less than the smaller count, so no cosine is above 1.
    cosines = (pairs.data / np.sqrt(n[pairs.row] * m[pairs.col])).astype(np.float32)
    return sparse.csr_array((cosines, (pairs.row, pairs.col)), shape=pairs.shape)
