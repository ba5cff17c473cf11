"""The log of each hashtag's part of all uses."""

from __future__ import annotations

import numpy as np

from instahash.experts.candidates import Candidates
from instahash.experts.domain import Domain
from instahash.experts.protocol import Expert
from instahash.recommend import Queries
from instahash.sparse import CSR, unchecked_csr


class PopularityExpert(Expert):
    """Every other expert has its part of what is popular, so the weight of this one may be negative."""

    name = "popularity"
    starts = {"neither": 1.0, "short": -0.2, "description": -0.2, "both": -0.4}
    foreign = {"short": -0.2, "description": -0.2, "both": -0.2}
    signed = True

    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        return candidates.of_all(domain.log_frequency)

    def proposes(self, queries: Queries, domain: Domain) -> CSR | None:
        """Hashtags of later posts that are used more than those which are scored for every post."""
        risen, n_posts = domain.risen, queries.description.shape[0]
        if not len(risen):
            return None
        uses = domain.vocabulary.hashtag_counts[domain.hashtags[risen]].astype(np.float32)
        ends, shape = np.arange(n_posts + 1) * len(risen), (n_posts, len(domain.hashtags))
        return unchecked_csr(np.tile(uses, n_posts), np.tile(risen, n_posts), ends, shape)
