"""What people with the features of the user, and lately everybody, use more than is normal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from scipy import sparse

from instahash.experts.candidates import PROPOSED, Candidates
from instahash.experts.domain import Domain
from instahash.experts.examples import Examples, Source
from instahash.experts.protocol import Expert
from instahash.recommend import EVERYBODY, Preferences, Queries
from instahash.sparse import CSR
from instahash.texts import draw
from instahash.trainer import Trainer

# Posts, at most about so many, by which the strengths of preferences are chosen.
ENOUGH = 1_000_000

Keys = Sequence[tuple[str, ...]]


class CommonExpert(Expert):
    """Preferences under the keys that no single user has.

    of_users : bool, those of users are kept as well.
    """

    name = "common"
    starts = {"neither": 1.0, "short": 1.0, "description": 1.0, "chosen": 1.0, "both": 0.7}
    counts, of_users = True, False

    def fit(self, examples: Source, trainer: Trainer) -> None:
        self.preferences = examples.sum(preferences_of, self.of_users, what="Counting preferences")
        part = min(1.0, ENOUGH / max(examples.n_posts, 1))
        self.preferences.strengths = strengths(examples.map(of_people, part, what="Asking people"), examples.domain)

    def partial_fit(self, examples: Examples) -> None:
        keys = with_trend(examples.dataset.keys, self.preferences.half_life)
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
        return with_trend(queries.keys or [()] * queries.description.shape[0], self.preferences.half_life)


def general(keys: Keys) -> Keys:
    """The keys of each post that no single user has."""
    return [tuple(key for key in own if not key.startswith("user:")) for own in keys]


def with_trend(keys: Keys, half_life: float | None) -> Keys:
    """With everybody's key in front where posts decay: what everybody uses is then the trend."""
    return [(EVERYBODY, *own) for own in keys] if half_life else keys


def preferences_of(examples: Examples, of_users: bool) -> Preferences:
    """The counts of posts; of_users : those of single users too."""
    preferences = Preferences(examples.domain.settings.stream.half_life or None)
    keys = with_trend(examples.dataset.keys, preferences.half_life)
    preferences.add(keys if of_users else general(keys), examples.hashtags, examples.dataset.times)
    return preferences


def of_people(examples: Examples, part: float) -> tuple[Keys, CSR, np.ndarray]:
    """Keys, hashtags and times of the posts of about this part of all people, the same people wherever they post.

    Of the posts of nobody who is known they are those of about as many.
    """
    keys, times = examples.dataset.keys, examples.dataset.times
    whose = (key[-1] if key and key[-1].startswith("user:") else str(post) for post, key in enumerate(keys))
    chosen = [post for post, who in enumerate(whose) if part >= 1 or draw(who) < part]
    times = np.full(len(keys), np.nan) if times is None else times
    return [keys[i] for i in chosen], examples.hashtags[chosen], times[chosen]


def strengths(of_people: list[tuple[Keys, CSR, np.ndarray]], domain: Domain) -> dict[str, float]:
    """The strength of each kind of key by what :func:`of_people` gave of all parts."""
    keys, hashtags, times = zip(*of_people)
    preferences = Preferences(domain.settings.stream.half_life or None)
    every = with_trend([*chain.from_iterable(keys)], preferences.half_life)
    matrix = sparse.vstack(hashtags, format="csr")
    return preferences.fit(every, matrix, domain.log_frequency, np.concatenate(times)).strengths
