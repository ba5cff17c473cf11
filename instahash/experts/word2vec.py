"""The skip-gram model's own log P(t | words), but for a constant: the mean input vector of the words times C."""

from __future__ import annotations

import numpy as np

from instahash.experts.domain import Domain
from instahash.experts.protocol import Expert
from instahash.recommend import Queries


class Word2VecExpert(Expert):
    """Reads all words of a post alike, those of its description and chosen hashtags."""

    name = "word2vec"
    starts = {"short": 0.3, "description": 0.3, "chosen": 0.2, "both": 0.4}

    def score(self, queries: Queries, domain: Domain) -> np.ndarray:
        words, model = queries.words(), domain.word2vec
        sizes = np.maximum(np.diff(words.indptr), 1).astype(np.float32)[:, None]
        return (words @ model.W / sizes) @ model.C[domain.hashtags].T
