"""Streams of posts in which something is planted: users with tastes, and hashtags that come into fashion.

A post shows one of TOPICS topics, its id's first part. Topic i has hashtags t{i}_0, t{i}_1, ... and description words
d{i}_0, d{i}_1, ..., most used first. Whether a post uses a hashtag is an independent draw, whose probability is known:
the best that any system can do is to rank by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone

import numpy as np

from instahash.data import Label, Post
from instahash.errors import DataError

TOPICS, PER_TOPIC, COUNTRIES = 20, 15, 5
HASHTAGS = [f"t{topic}_{k}" for topic in range(TOPICS) for k in range(PER_TOPIC)]
WORDS = [f"d{topic}_{k}" for topic in range(TOPICS) for k in range(PER_TOPIC)]
# A hashtag or a word is in a post of any topic with this probability, in one of its own with that of its rank.
HASHTAG_ANYWHERE, WORD_ANYWHERE = 0.002, 0.004
HASHTAG_OF_RANK = 0.55 * np.arange(1, PER_TOPIC + 1) ** -0.6
WORD_OF_RANK = 0.9 * np.arange(1, PER_TOPIC + 1) ** -0.4
# What a user likes, and what is liked in a country: hashtags of any topic, and how often each is in a post.
LIKED, TASTE = 3, 0.5
LIKED_IN_COUNTRY, CUSTOM = 2, 0.25
# The hashtags that rise, their topic, the rare one's probability before and that of both when they have risen.
NEW, RARE, TREND_TOPIC = "brandnew", "oncerare", 0
SELDOM, COMMON, RISE_DAYS = 0.02, 0.6, 2.0
START = datetime(2024, 1, 1, tzinfo=timezone.utc)


class Tastes:
    """Who likes what in :func:`planted_users`; the same for the same arguments.

    users : list of str.
    features : list of tuples of str beside them, ("country:0",).
    likes : (n_users, LIKED) int, numbers of HASHTAGS.  customs : (COUNTRIES, LIKED_IN_COUNTRY) likewise.
    """

    def __init__(self, n_users: int, seed: int = 0) -> None:
        if n_users < 1:
            raise DataError(f"n_users is {n_users}; somebody must write the posts")
        rng = np.random.default_rng([seed, n_users])
        self.users = [f"u{i}" for i in range(n_users)]
        country = rng.integers(COUNTRIES, size=n_users)
        self.features = [(f"country:{c}",) for c in country]
        self.likes = np.array([rng.choice(len(HASHTAGS), LIKED, replace=False) for _ in range(n_users)])
        self.customs = rng.choice(len(HASHTAGS), (COUNTRIES, LIKED_IN_COUNTRY), replace=False)
        self._country = country

    def probabilities(self, topic: int, user: int) -> np.ndarray:
        """Of each of HASHTAGS, that a post of this topic by this user has it; (len(HASHTAGS),) float64."""
        no = 1 - _in_topic(topic, HASHTAG_OF_RANK, HASHTAG_ANYWHERE)
        no[self.likes[user]] *= 1 - TASTE
        no[self.customs[self._country[user]]] *= 1 - CUSTOM
        return 1 - no


def planted_users(n_posts: int, n_users: int = 200, seed: int = 0) -> Iterator[Post]:
    """Posts, one every ten minutes, of users who each have a taste of their own and one of their country.

    Some users post much, most little. :class:`Tastes` of `n_users` and `seed` is the truth. Raises DataError where
    there are no users.
    """
    tastes = Tastes(n_users, seed)
    rng = np.random.default_rng([seed, n_users, n_posts])
    activity = np.arange(1, n_users + 1) ** -0.5
    authors = rng.choice(n_users, n_posts, p=activity / activity.sum()).tolist()
    for number, user in enumerate(authors):
        topic = int(rng.integers(TOPICS))
        hashtags = _drawn(rng, HASHTAGS, tastes.probabilities(topic, user))
        yield _post(rng, topic, number, hashtags, number / 144, tastes.users[user], tastes.features[user])


def with_authors(posts: Iterable[Post], seed: int = 0) -> Iterator[Post]:
    """The posts, each by somebody made up who writes of one hashtag alone: one of the post's own, drawn by chance.

    So real posts, whose hashtags stay as they are, get users who tell much of them.
    """
    rng = np.random.default_rng(seed)
    for post in posts:
        yield post._replace(user=f"who writes of {rng.choice(post.hashtags)}") if post.hashtags else post


def planted_trend(n_posts: int, seed: int = 0, days: float = 60, rise_day: float = 45) -> Iterator[Post]:
    """Posts spread over `days`, in the order of time. From `rise_day` on NEW and RARE rise in one topic.

    See :func:`risen` for how much. Raises DataError where `rise_day` does not lie within `days`.
    """
    if not 0 <= rise_day <= days:
        raise DataError(f"rise_day is {rise_day}; it must lie in [0, {days}], the days of the stream")
    rng = np.random.default_rng([seed, n_posts])
    for number in range(n_posts):
        topic, day = int(rng.integers(TOPICS)), days * number / n_posts
        hashtags = _drawn(rng, HASHTAGS, _in_topic(topic, HASHTAG_OF_RANK, HASHTAG_ANYWHERE))
        if topic == TREND_TOPIC:
            hashtags += _drawn(rng, (NEW, RARE), np.array(risen(day, rise_day)))
        yield _post(rng, topic, number, hashtags, day)


def risen(day: float, rise_day: float = 45) -> tuple[float, float]:
    """The probabilities of NEW and of RARE in a post of TREND_TOPIC: they rise to COMMON within RISE_DAYS."""
    progress = min(max((day - rise_day) / RISE_DAYS, 0), 1)
    return progress * COMMON, SELDOM + progress * (COMMON - SELDOM)


def _post(
    rng: np.random.Generator,
    topic: int,
    number: int,
    hashtags: list[str],
    day: float,
    user: str | None = None,
    features: tuple[str, ...] = (),
) -> Post:
    words = _drawn(rng, WORDS, _in_topic(topic, WORD_OF_RANK, WORD_ANYWHERE))
    scores = (0.5 + 0.5 * rng.random(len(words))).round(4).tolist()
    time = (START + timedelta(days=day)).isoformat(timespec="seconds")
    return Post(f"{topic}/{number}", tuple(hashtags), tuple(map(Label, words, scores)), user, time, features)


def _in_topic(topic: int, of_rank: np.ndarray, anywhere: float) -> np.ndarray:
    probability = np.full(TOPICS * PER_TOPIC, anywhere)
    probability[topic * PER_TOPIC : (topic + 1) * PER_TOPIC] = of_rank
    return probability


def _drawn(rng: np.random.Generator, items: Sequence[str], probability: np.ndarray) -> list[str]:
    return [items[i] for i in np.flatnonzero(rng.random(len(items)) < probability).tolist()]
