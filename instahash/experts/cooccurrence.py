"""The fraction of posts with a word that use the hashtag, the mean over the words."""

from __future__ import annotations

import numpy as np

from instahash.experts.candidates import Candidates
from instahash.experts.domain import Domain
from instahash.experts.protocol import Expert
from instahash.recommend import Queries
from instahash.sparse import CSR

LEAST_FRACTION = 1e-3  # whose logarithm is taken


class CooccurrenceExpert(Expert):
    """Counts of what goes with what. Where posts decay it says nothing, since its counts do not decay."""

    name = "cooccurrence"
    starts = {"short": 0.6, "description": 0.6}
    foreign = {"short": 0.0, "description": 0.0}
    beside_photo = 0.5

    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        if domain.settings.stream.half_life:
            shape = queries.description.shape[0], candidates.n_columns
            return np.full(shape, np.log(LEAST_FRACTION), np.float32)
        fractions = candidates.of_entries(self.proposes(queries, domain))
        return np.log(np.maximum(fractions, np.float32(LEAST_FRACTION)))

    def proposes(self, queries: Queries, domain: Domain) -> CSR:
        return domain.by_output(domain.cooccurrence.fractions(queries.description))
