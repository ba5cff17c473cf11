"""The fraction of posts with a word that use the hashtag, the mean over the words."""

from __future__ import annotations

import numpy as np

from instahash.baselines import Cooccurrence
from instahash.experts.domain import Domain, Examples
from instahash.experts.protocol import Expert
from instahash.experts.settings import BestSettings
from instahash.recommend import Queries
from instahash.trainer import Trainer

# The least fraction whose logarithm is taken.
FLOOR = 1e-3


class CooccurrenceExpert(Expert):
    """Counts of what goes with what. Where posts decay it says nothing, since its counts do not decay.

    model : Cooccurrence.  silent : bool, posts decay.
    """

    name = "cooccurrence"
    starts = {"short": 0.3, "description": 0.3}
    counts = True

    def __init__(self, settings: BestSettings):
        self.model, self.silent = Cooccurrence(), bool(settings.stream.half_life)

    def fit(self, examples: Examples, trainer: Trainer) -> None:
        self.model.fit(examples.dataset.description, examples.dataset.hashtags)

    def partial_fit(self, examples: Examples) -> None:
        self.model.add(examples.dataset.description, examples.dataset.hashtags)

    def score(self, queries: Queries, domain: Domain) -> np.ndarray:
        if self.silent:
            return np.full((queries.description.shape[0], len(domain.hashtags)), np.log(FLOOR), np.float32)
        return np.log(np.maximum(self.model.score(queries.description)[:, domain.hashtags], FLOOR))

    def to_arrays(self) -> dict[str, np.ndarray]:
        return self.model.to_arrays()

    def load(self, arrays: dict[str, np.ndarray], losses: list[float], domain: Domain) -> None:
        self.model = Cooccurrence.from_arrays(arrays, len(domain.vocabulary))
