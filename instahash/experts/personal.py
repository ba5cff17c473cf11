"""What the user used more than people with the same features."""

from __future__ import annotations

import numpy as np

from instahash.experts.common import CommonExpert, general
from instahash.experts.domain import Domain
from instahash.recommend import Queries


class PersonalExpert(CommonExpert):
    """Preferences under all keys, less those under the keys that no single user has."""

    name = "personal"
    of_users = True

    def score(self, queries: Queries, domain: Domain) -> np.ndarray:
        keys, log_frequency = self.keys(queries), domain.log_frequency
        shift = self.preferences.shift_matrix
        return shift(keys, log_frequency) - shift(general(keys), log_frequency)
