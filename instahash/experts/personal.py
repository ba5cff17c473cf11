"""What the user used more than people with the same features."""

from __future__ import annotations

import numpy as np

from instahash.experts.candidates import PROPOSED, Candidates
from instahash.experts.common import CommonExpert, general, keys_of, shift
from instahash.experts.domain import Domain
from instahash.experts.people import USER, Keys
from instahash.experts.protocol import Expert
from instahash.recommend import Queries
from instahash.sparse import CSR


class PersonalExpert(Expert):
    """The preferences under all keys, less those under the keys that no single user has."""

    name = "personal"
    starts = CommonExpert.starts
    reads_keys = True

    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        keys = keys_of(queries, domain)
        if not any(self.knows(key, domain) for own in keys for key in own):
            return candidates.of_one(0)
        return shift(keys, domain, candidates) - shift(general(keys), domain, candidates)

    def proposes(self, queries: Queries, domain: Domain) -> CSR:
        own = particular(keys_of(queries, domain))
        return domain.preferences.most_used(own, len(domain.hashtags), domain.n_head, PROPOSED)

    def knows(self, key: str, domain: Domain) -> bool:
        return key.startswith(USER) and domain.preferences.knows(key)

    def told(self, keys: Keys, domain: Domain) -> np.ndarray:
        return domain.preferences.told(particular(keys))


def particular(keys: Keys) -> Keys:
    """The keys of each post that a single user has."""
    return [tuple(key for key in own if key.startswith(USER)) for own in keys]
