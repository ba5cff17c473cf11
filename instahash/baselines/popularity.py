"""Popularity: every photo gets the most used hashtags."""

from __future__ import annotations

import numpy as np

from instahash.baselines.checks import check_posts, check_query
from instahash.sparse import CSR, column_counts


class Popularity:
    """Scores a hashtag by the number of training posts that use it. Description and chosen hashtags are ignored.

    counts : (n_words,) float32, the posts that use each word as a hashtag.
    """

    def fit(self, description: CSR, hashtags: CSR) -> Popularity:
        check_posts(description, hashtags)
        self.counts = column_counts(hashtags).astype(np.float32)
        return self

    @classmethod
    def from_counts(cls, counts: np.ndarray) -> Popularity:
        """The fitted baseline.  counts : (n_words,), posts that use each word as a hashtag."""
        baseline = cls()
        baseline.counts = np.asarray(counts, np.float32)
        return baseline

    def score(self, description: CSR, chosen: CSR | None = None) -> np.ndarray:
        """(n_posts, n_words) float32, every row the counts."""
        check_query(description, chosen)
        return np.broadcast_to(self.counts, (description.shape[0], len(self.counts)))
