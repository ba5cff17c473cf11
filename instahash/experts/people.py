"""Preferences of people: counted once, for the expert of what many use and for that of what the user does."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from scipy import sparse

from instahash.experts.domain import Domain
from instahash.experts.examples import Examples, Source
from instahash.recommend import EVERYBODY, Preferences
from instahash.sparse import CSR
from instahash.texts import draw

# Posts, at most about so many, by which the strengths of preferences are chosen.
ENOUGH = 1_000_000

# How the key of a single user begins.
USER = "user:"

Keys = Sequence[tuple[str, ...]]


def users_of(keys: Keys) -> set[str]:
    """The keys of single users among those of posts."""
    return {key for own in keys for key in own if key.startswith(USER)}


def preferences_of(examples: Source) -> Preferences:
    """Those of these posts alone."""
    preferences = examples.sum(count_preferences, what="Counting preferences")
    part = min(1.0, ENOUGH / max(examples.n_posts, 1))
    preferences.strengths = strengths(examples.map(of_people, part, what="Asking people"), examples.domain)
    return preferences


def count_preferences(examples: Examples) -> Preferences:
    """The counts of posts."""
    preferences = examples.domain.preferences.empty()
    add_posts(preferences, examples)
    return preferences


def add_posts(preferences: Preferences, examples: Examples) -> None:
    """Count these posts too."""
    keys = with_trend(examples.dataset.keys, preferences.half_life)
    preferences.add(keys, examples.hashtags, examples.dataset.times)


def with_trend(keys: Keys, half_life: float | None) -> Keys:
    """With everybody's key in front where posts decay: what everybody uses is then the trend."""
    return [(EVERYBODY, *own) for own in keys] if half_life else keys


def of_people(examples: Examples, part: float) -> tuple[Keys, CSR, np.ndarray]:
    """Keys, hashtags and times of the posts of about this part of all people, the same people wherever they post.

    Of the posts of nobody who is known they are those of about as many.
    """
    keys, times = examples.dataset.keys, examples.dataset.times
    whose = (key[-1] if key and key[-1].startswith(USER) else str(post) for post, key in enumerate(keys))
    chosen = [post for post, who in enumerate(whose) if part >= 1 or draw(who) < part]
    times = np.full(len(keys), np.nan) if times is None else times
    return [keys[i] for i in chosen], examples.hashtags[chosen], times[chosen]


def strengths(of_people: list[tuple[Keys, CSR, np.ndarray]], domain: Domain) -> dict[int, float]:
    """The strength of each kind of key, by its hash, from what :func:`of_people` gave of all parts."""
    keys, hashtags, times = zip(*of_people)
    preferences = domain.preferences.empty()
    every = with_trend([*chain.from_iterable(keys)], preferences.half_life)
    matrix = sparse.vstack(hashtags, format="csr")
    return preferences.fit(every, matrix, domain.log_frequency, np.concatenate(times)).strengths
