"""What the user used more than people with the same features."""

from __future__ import annotations

import numpy as np

from instahash.experts.common import CommonExpert, Keys, general, with_everybody
from instahash.experts.domain import Domain
from instahash.recommend import Queries


class PersonalExpert(CommonExpert):
    """Preferences under all keys, less those under the keys that no single user has."""

    name = "personal"

    def score(self, queries: Queries, domain: Domain) -> np.ndarray:
        keys = with_everybody(queries.keys or [()] * queries.description.shape[0], self.half_life)
        shift, log_frequency = self.preferences.shift_matrix, domain.log_frequency
        return shift(keys, log_frequency) - shift(general(keys), log_frequency)

    def _own(self, keys: Keys) -> Keys:
        return keys

    def _restrict(self) -> None:
        pass
