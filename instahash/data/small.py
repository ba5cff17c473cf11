"""The small embedded sample: posts of a few topics, small enough to look at, for lessons and quick trials.

A post shows one topic, sometimes two. Its labels are what a detector would say of such a photo, with its false
guesses at low scores; its hashtags are those of the topic, some that people put under anything, and some at random.
A topic's labels and hashtags are drawn independently of each other. What belongs together is known, so models and
lessons can be checked against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from instahash.data.posts import Label, Post

# "name: labels" and below it hashtags, a topic; both from most to least common.
_TABLE = (files(__package__) / "small.txt").read_text(encoding="utf-8")
TOPICS = {
    name: (labels.split(", "), hashtags.split())
    for name, labels, hashtags in re.findall(r"(\w+): (.+)\n +(.+)\n", _TABLE)
}
GENERAL = (
    "love instagood photooftheday beautiful happy picoftheday instadaily photography followme nofilter like4like tbt "
    "life fun"
).split()
NOISE = (
    "monday tuesday thursday weekend mood random iphone throwback goals blessed late home work selfie friends music"
).split()
GUESSES = "font,leisure,art,brown,darkness,recreation,circle,rectangle,monochrome,gesture,pattern,still life".split(",")


def small_posts(n_posts: int = 3000, seed: int = 0) -> Iterator[Post]:
    """The small sample's posts; the same for the same arguments on every machine."""
    rng = np.random.default_rng([seed, 12])
    names = list(TOPICS)
    for number in range(n_posts):
        topics = rng.choice(len(names), size=2 if rng.random() < 0.15 else 1, replace=False, p=zipf(len(names), 0.4))
        labels: dict[str, float] = {}
        hashtags: list[str] = []
        for topic in topics:
            seen, used = TOPICS[names[topic]]
            for description in _draw(rng, seen, 4 + rng.integers(6) // len(topics), 0.5):
                labels[description] = 0.97 - 0.5 * rng.random() ** 1.5
            hashtags += _draw(rng, used, 1 + rng.poisson(2.5 / len(topics)), 0.7)
        for description in _draw(rng, GUESSES, rng.poisson(2.0), 0.5):
            labels.setdefault(description, 0.75 - 0.45 * rng.random())
        hashtags += _draw(rng, GENERAL, rng.poisson(1.3), 1.0)
        hashtags += _draw(rng, NOISE, rng.poisson(0.4), 0.0)
        ranked = sorted(labels.items(), key=lambda item: -item[1])
        yield Post(
            f"sample/{names[topics[0]]}/{number:05d}.jpg",
            tuple(dict.fromkeys(hashtags)),
            tuple(Label(description, round(score, 4)) for description, score in ranked),
        )


@cache
def zipf(n: int, exponent: float) -> np.ndarray:
    """(n,) probabilities; the k-th is in proportion to k ** -exponent."""
    weight = np.arange(1, n + 1) ** -exponent
    return np.asarray(weight / weight.sum())


def _draw(rng: np.random.Generator, items: Sequence[str], n: Any, exponent: float) -> list[str]:
    """At most n different items, the k-th drawn in proportion to k ** -exponent."""
    chosen = rng.choice(len(items), size=min(int(n), len(items)), replace=False, p=zipf(len(items), exponent))
    return [items[i] for i in chosen]
