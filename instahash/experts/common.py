"""What people with the features of the user, and lately everybody, use more than is normal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from instahash.experts.domain import Domain, Examples
from instahash.experts.settings import BestSettings
from instahash.recommend import EVERYBODY, Preferences, Queries
from instahash.trainer import Trainer

Keys = Sequence[tuple[str, ...]]


class CommonExpert:
    """Preferences under the keys that no single user has."""

    name = "common"
    starts = {"neither": 1.0, "short": 1.0, "description": 1.0, "chosen": 1.0, "both": 0.7}
    signed, counts = False, True
    history = None

    def __init__(self, settings: BestSettings):
        self.half_life = settings.stream.half_life
        self.preferences = Preferences(self.half_life or None)

    def fit(self, examples: Examples, trainer: Trainer) -> None:
        dataset, log_frequency = examples.dataset, examples.domain.log_frequency
        keys = with_everybody(dataset.keys, self.half_life)
        self.preferences.fit(keys, examples.hashtags, log_frequency, dataset.times)
        self._restrict()

    def partial_fit(self, examples: Examples) -> None:
        keys = with_everybody(examples.dataset.keys, self.half_life)
        self.preferences.grow(len(examples.domain.hashtags))
        self.preferences.add(self._own(keys), examples.hashtags, examples.dataset.times)

    def score(self, queries: Queries, domain: Domain) -> np.ndarray:
        keys = with_everybody(queries.keys or [()] * queries.description.shape[0], self.half_life)
        return self.preferences.shift_matrix(general(keys), domain.log_frequency)

    def to_arrays(self) -> dict[str, np.ndarray]:
        return self.preferences.to_arrays()

    def load(self, arrays: dict[str, np.ndarray], losses: list[float], domain: Domain) -> None:
        self.preferences = Preferences.from_arrays(arrays)

    def knows(self, key: str) -> bool:
        """Whether earlier posts under this key shift what is recommended."""
        return key in self.preferences.rows

    def _own(self, keys: Keys) -> Keys:
        return general(keys)

    def _restrict(self) -> None:
        self.preferences.drop([key for key in self.preferences.rows if key.startswith("user:")])


def with_everybody(keys: Keys, half_life: float) -> Keys:
    """The keys of each post, and everybody's before them where posts decay: what everybody uses is then the trend."""
    return [(EVERYBODY, *own) for own in keys] if half_life else keys


def general(keys: Keys) -> Keys:
    """The keys of each post that no single user has."""
    return [tuple(key for key in own if not key.startswith("user:")) for own in keys]
