"""What people with the features of the user, and lately everybody, use more than is normal."""

from __future__ import annotations

from itertools import chain

import numpy as np

from instahash.experts.candidates import PROPOSED, Candidates
from instahash.experts.domain import Domain
from instahash.experts.people import USER, Keys, with_trend
from instahash.experts.protocol import Expert
from instahash.recommend import Queries
from instahash.sparse import CSR


class CommonExpert(Expert):
    """The preferences under the keys that no single user has, everybody's among them, which each post has."""

    name = "common"
    starts = {"neither": 1.0, "short": 1.0, "description": 1.0, "chosen": 1.0, "both": 0.7}
    reads_keys = True

    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        return shift(general(keys_of(queries, domain)), domain, candidates)

    def proposes(self, queries: Queries, domain: Domain) -> CSR | None:
        keys = general(keys_of(queries, domain))
        return domain.preferences.most_used(keys, len(domain.hashtags), domain.n_head, PROPOSED)

    def knows(self, key: str, domain: Domain) -> bool:
        return not key.startswith(USER) and domain.preferences.knows(key)

    def told(self, keys: Keys, domain: Domain) -> np.ndarray:
        return domain.preferences.told(general(keys))


def shift(keys: Keys, domain: Domain, candidates: Candidates) -> np.ndarray:
    """What is used more under each post's keys than is normal, (m, candidates.n_columns) float32."""
    preferences, log_frequency = domain.preferences, domain.log_frequency
    if not any(map(preferences.knows, chain.from_iterable(keys))):
        return candidates.of_one(0)
    head = preferences.shift_matrix(keys, log_frequency[: candidates.n_head])
    return candidates.joined(head, lambda tail: preferences.shift_at(keys, log_frequency, tail))


def keys_of(queries: Queries, domain: Domain) -> Keys:
    """The keys of each post."""
    return with_trend(queries.keys or [()] * queries.description.shape[0], domain.preferences.half_life)


def general(keys: Keys) -> Keys:
    """The keys of each post that no single user has."""
    return [tuple(key for key in own if not key.startswith(USER)) for own in keys]
