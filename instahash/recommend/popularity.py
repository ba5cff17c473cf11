"""Popularity: every photo gets the most used hashtags."""

from __future__ import annotations

import numpy as np


class Popularity:
    """Scores a hashtag by the number of training posts that use it."""

    def fit(self, description, hashtags):
        """hashtags : CSR (n_posts, n_words). The description is not looked at."""
        return self.from_counts(np.bincount(hashtags.indices, minlength=hashtags.shape[1]))

    @classmethod
    def from_counts(cls, counts):
        """counts : (n_words,), posts that use each word as a hashtag."""
        baseline = cls()
        baseline.counts = np.asarray(counts, np.float32)
        return baseline

    def score(self, description, chosen=None):
        """(n_posts, n_words) float32, every row the counts."""
        return np.broadcast_to(self.counts, (description.shape[0], len(self.counts)))
