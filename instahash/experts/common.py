"""What people with the features of the user, and lately everybody, use more than is normal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from instahash.experts.candidates import PROPOSED, Candidates
from instahash.experts.domain import Domain, Examples
from instahash.experts.protocol import Expert
from instahash.recommend import EVERYBODY, Preferences, Queries
from instahash.sparse import CSR
from instahash.trainer import Trainer

Keys = Sequence[tuple[str, ...]]


class CommonExpert(Expert):
    """Preferences under the keys that no single user has.

    of_users : bool, those of users are kept as well.
    """

    name = "common"
    starts = {"neither": 1.0, "short": 1.0, "description": 1.0, "chosen": 1.0, "both": 0.7}
    counts, of_users = True, False

    def fit(self, examples: Examples, trainer: Trainer) -> None:
        self.preferences = Preferences(examples.domain.settings.stream.half_life or None)
        keys, times = self._trend(examples.dataset.keys), examples.dataset.times
        self.preferences.fit(keys, examples.hashtags, examples.domain.log_frequency, times)
        if not self.of_users:
            self.preferences.drop([key for key in self.preferences.rows if key.startswith("user:")])

    def partial_fit(self, examples: Examples) -> None:
        keys = self._trend(examples.dataset.keys)
        self.preferences.grow(len(examples.domain.hashtags))
        self.preferences.add(keys if self.of_users else general(keys), examples.hashtags, examples.dataset.times)

    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        return self._shift(general(self.keys(queries)), domain, candidates)

    def proposes(self, queries: Queries, domain: Domain) -> CSR | None:
        return self.preferences.most_used(general(self.keys(queries)), len(domain.hashtags), domain.n_head, PROPOSED)

    def _shift(self, keys: Keys, domain: Domain, candidates: Candidates) -> np.ndarray:
        preferences, log_frequency = self.preferences, domain.log_frequency
        if not any(map(self.knows, chain.from_iterable(keys))):
            return candidates.of_one(0)
        head = preferences.shift_matrix(keys, log_frequency[: candidates.n_head])
        return candidates.joined(head, lambda tail: preferences.shift_at(keys, log_frequency, tail))

    def to_arrays(self) -> dict[str, np.ndarray]:
        return self.preferences.to_arrays()

    def load(self, arrays: dict[str, np.ndarray], losses: list[float], domain: Domain) -> None:
        self.preferences = Preferences.from_arrays(arrays)

    def knows(self, key: str) -> bool:
        return key in self.preferences.rows

    def keys(self, queries: Queries) -> Keys:
        """The keys of each post."""
        return self._trend(queries.keys or [()] * queries.description.shape[0])

    def _trend(self, keys: Keys) -> Keys:
        """With everybody's key in front where posts decay: what everybody uses is then the trend."""
        return [(EVERYBODY, *own) for own in keys] if self.preferences.half_life else keys


def general(keys: Keys) -> Keys:
    """The keys of each post that no single user has."""
    return [tuple(key for key in own if not key.startswith("user:")) for own in keys]
