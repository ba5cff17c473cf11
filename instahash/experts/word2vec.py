"""The skip-gram model's own log P(t | words), but for a constant: the mean input vector of the words times C.

In the mean a label counts as much as its score, a chosen hashtag 1.
"""

from __future__ import annotations

import numpy as np

from instahash.dense import dots_at, product
from instahash.experts.candidates import Candidates
from instahash.experts.domain import Domain
from instahash.experts.protocol import Expert
from instahash.recommend import Queries
from instahash.sparse import row_sums

LEAST_WEIGHT = 0.5  # of all words together: where all are doubtful, little is known


class Word2VecExpert(Expert):
    """Reads all words of a post alike, those of its description and chosen hashtags."""

    name = "word2vec"
    starts = {"short": 0.3, "description": 0.3, "chosen": 0.2, "both": 0.4}
    foreign = {"short": 0.5, "description": 0.5, "both": 0.5}

    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        words, C = queries.weighted_words(), domain.output_vectors
        sizes = np.maximum(row_sums(words), LEAST_WEIGHT).astype(np.float32)[:, None]
        mean = product(words.indptr, words.indices, words.data, domain.word2vec.W) / sizes
        head = mean @ C[: candidates.n_head].T
        return candidates.joined(head, lambda tail: dots_at(tail.indptr, tail.indices, mean, C))
