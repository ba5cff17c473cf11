"""What the user used more than people with the same features."""

from __future__ import annotations

import numpy as np

from instahash.experts.candidates import PROPOSED, Candidates
from instahash.experts.common import CommonExpert, general
from instahash.experts.domain import Domain
from instahash.recommend import Queries
from instahash.sparse import CSR


class PersonalExpert(CommonExpert):
    """Preferences under all keys, less those under the keys that no single user has."""

    name = "personal"
    of_users = True

    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        keys = self.keys(queries)
        if (common := general(keys)) == keys:
            return candidates.of_one(0)
        return self._shift(keys, domain, candidates) - self._shift(common, domain, candidates)

    def proposes(self, queries: Queries, domain: Domain) -> CSR:
        own = [tuple(key for key in keys if key.startswith("user:")) for keys in self.keys(queries)]
        return self.preferences.most_used(own, len(domain.hashtags), domain.n_head, PROPOSED)
