"""Popularity: every photo gets the most used hashtags."""

from __future__ import annotations

import numpy as np

from instahash.arrays import as_array
from instahash.baselines.checks import check_fitted, posts_to_learn_from, query_of
from instahash.sparse import CSR, column_counts


class Popularity:
    """Scores a hashtag by the number of training posts that use it. Description and chosen hashtags are ignored.

    counts : (n_words,) float32, the posts that use each word as a hashtag.
    """

    def fit(self, description: CSR, hashtags: CSR) -> Popularity:
        _, hashtags = posts_to_learn_from(description, hashtags)
        self.counts = column_counts(hashtags).astype(np.float32)
        return self

    @classmethod
    def from_counts(cls, counts: np.ndarray) -> Popularity:
        """The fitted baseline.  counts : (n_words,), posts that use each word as a hashtag. DataError for others."""
        baseline = cls()
        baseline.counts = as_array(counts, "popularity: counts", ("n_words",), np.float32)
        return baseline

    def score(self, description: CSR, chosen: CSR | None = None) -> np.ndarray:
        """(n_posts, n_words) float32, every row the counts."""
        check_fitted(self, "counts")
        description, _ = query_of(description, chosen, len(self.counts), len(self.counts))
        return np.broadcast_to(self.counts, (description.shape[0], len(self.counts)))
