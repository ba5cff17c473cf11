"""The log of each hashtag's part of all uses."""

from __future__ import annotations

import numpy as np

from instahash.experts.candidates import Candidates
from instahash.experts.domain import Domain
from instahash.experts.protocol import Expert
from instahash.recommend import Queries


class PopularityExpert(Expert):
    """Every other expert has its part of what is popular, so the weight of this one may be negative."""

    name = "popularity"
    starts = {"neither": 1.0, "short": -0.2, "description": -0.2, "both": -0.4}
    foreign = {"short": -0.2, "description": -0.2, "both": -0.2}
    signed = True

    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        return candidates.of_all(domain.log_frequency)
