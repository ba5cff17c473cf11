"""The fraction of posts with a word that use the hashtag, the mean over the words."""

from __future__ import annotations

import numpy as np

from instahash.experts.domain import Domain
from instahash.experts.protocol import Expert
from instahash.recommend import Queries

LEAST_FRACTION = 1e-3  # whose logarithm is taken


class CooccurrenceExpert(Expert):
    """Counts of what goes with what. Where posts decay it says nothing, since its counts do not decay."""

    name = "cooccurrence"
    starts = {"short": 0.6, "description": 0.6}
    foreign = {"short": 0.0, "description": 0.0}
    beside_photo = 0.5

    def score(self, queries: Queries, domain: Domain) -> np.ndarray:
        if domain.settings.stream.half_life:
            shape = queries.description.shape[0], len(domain.hashtags)
            return np.full(shape, np.log(LEAST_FRACTION), np.float32)
        fractions = domain.cooccurrence.score(queries.description)[:, domain.hashtags]
        return np.log(np.maximum(fractions, LEAST_FRACTION))
