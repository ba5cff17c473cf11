"""The log of each hashtag's part of all uses."""

from __future__ import annotations

import numpy as np

from instahash.experts.domain import Domain, Examples
from instahash.experts.settings import BestSettings
from instahash.recommend import Queries
from instahash.trainer import Trainer


class PopularityExpert:
    """Every other expert has its part of what is popular, so the weight of this one may be negative."""

    name = "popularity"
    starts = {"neither": 1.0, "short": -0.2, "description": -0.2, "both": -0.4}
    signed, counts = True, True
    history = None

    def __init__(self, settings: BestSettings):
        pass

    def fit(self, examples: Examples, trainer: Trainer) -> None:
        """The domain has all that it needs."""

    def partial_fit(self, examples: Examples) -> None:
        """The domain has all that it needs."""

    def score(self, queries: Queries, domain: Domain) -> np.ndarray:
        return np.broadcast_to(domain.log_frequency, (queries.description.shape[0], len(domain.hashtags)))

    def to_arrays(self) -> dict[str, np.ndarray]:
        return {}

    def load(self, arrays: dict[str, np.ndarray], losses: list[float], domain: Domain) -> None:
        """The domain has all that it needs."""
