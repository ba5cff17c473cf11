"""The skip-gram model's own log P(t | words), but for a constant: the mean input vector of the words times C.

In the mean a label counts as much as its score, a chosen hashtag 1.
"""

from __future__ import annotations

import numpy as np

from instahash.experts.domain import Domain
from instahash.experts.protocol import Expert
from instahash.recommend import Queries

LEAST_WEIGHT = 0.5  # of all words together: where all are doubtful, little is known


class Word2VecExpert(Expert):
    """Reads all words of a post alike, those of its description and chosen hashtags."""

    name = "word2vec"
    starts = {"short": 0.3, "description": 0.3, "chosen": 0.2, "both": 0.4}
    foreign = {"short": 0.5, "description": 0.5, "both": 0.5}

    def score(self, queries: Queries, domain: Domain) -> np.ndarray:
        words, model = queries.weighted_words(), domain.word2vec
        sizes = np.maximum(words.sum(axis=1), LEAST_WEIGHT).astype(np.float32)[:, None]
        return (words @ model.W / sizes) @ model.C[domain.hashtags].T
