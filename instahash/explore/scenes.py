"""What is learnt from on the page that moves: a pair of words, ten, forty; and 300 posts for an autoencoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from instahash.data.small import TOPICS, small_posts
from instahash.word2vec.reference import cooccurrence

PAIR, PAIR_TOPICS = "sea sand / dog / dog / dog", "sea sand / dog"
TEN = """sea sand wave / ocean sand wave / sea sand / ocean wave / sea wave love / dog puppy grass / dog grass
/ dog puppy love / puppy grass / coffee cup / coffee cup / coffee cup love"""
TEN_TOPICS, EVERYWHERE = "sea sand wave ocean / dog puppy grass / coffee cup / love", "love"
# The first hashtags of some topics of the small sample, and how many of its posts they are counted in.
FORTY_TOPICS, OF_A_TOPIC, FORTY_POSTS = ("beach", "dogs", "coffee", "flowers", "football"), 8, 1000
# Each post of the autoencoder has so many words of one topic.
UNIT_TOPICS = "sea sand wave ocean beach / dog puppy grass fur leash / coffee cup milk latte cafe"
UNIT_POSTS, OF_A_POST = 300, 3


class Scene(NamedTuple):
    """Words that are learnt, and what their posts say of them.

    words : n_words texts.
    topics : (n_words,) which words belong together, for their colours alone; -1 for a word that goes with all.
    N : (n_words, n_words) float64, in how many posts two words meet.  counts : (n_words,) float64, posts of each word.
    """

    words: list[str]
    topics: list[int]
    N: np.ndarray
    counts: np.ndarray


def scene_of(posts: Sequence[Sequence[str]], topics: Sequence[Sequence[str]]) -> Scene:
    """The words of all topics, no word in two, and the posts in which they are."""
    words = [word for topic in topics for word in topic]
    number = {word: i for i, word in enumerate(words)}
    bags = [[number[word] for word in dict.fromkeys(post) if word in number] for post in posts]
    N = cooccurrence(bags, [1.0] * len(bags), len(words))
    counts = np.bincount([i for bag in bags for i in bag], minlength=len(words)).astype(np.float64)
    return Scene(words, _places(topics), N, counts)


def _places(topics: Sequence[Sequence[str]]) -> list[int]:
    return [-1 if word == EVERYWHERE else place for place, topic in enumerate(topics) for word in topic]


def _parts(text: str) -> list[list[str]]:
    return [part.split() for part in text.split("/")]


def _forty() -> Scene:
    chosen: list[list[str]] = []
    for name in FORTY_TOPICS:
        taken = {word for topic in chosen for word in topic}
        chosen.append([word for word in TOPICS[name][1] if word not in taken][:OF_A_TOPIC])
    return scene_of([post.hashtags for post in small_posts(FORTY_POSTS)], chosen)


SCENES: dict[str, Callable[[], Scene]] = {
    "pair": lambda: scene_of(_parts(PAIR), _parts(PAIR_TOPICS)),
    "ten": lambda: scene_of(_parts(TEN), _parts(TEN_TOPICS)),
    "forty": _forty,
}


@cache
def scene(name: str) -> Scene:
    """The scene of this name in SCENES."""
    return SCENES[name]()


@cache
def posts_of_units() -> tuple[list[str], list[int], np.ndarray]:
    """15 words, the topic of each, and ratings above the background, (300, 15): 2 for a word of the post, 0 for others.

    The posts are the same each time, and of each topic there are as many.
    """
    topics, rng = _parts(UNIT_TOPICS), np.random.default_rng(0)
    X = np.zeros((UNIT_POSTS, sum(map(len, topics))))
    firsts = np.cumsum([0, *map(len, topics)])
    for post, x in enumerate(X):
        topic = post % len(topics)
        x[firsts[topic] + rng.permutation(len(topics[topic]))[:OF_A_POST]] = 2
    return [word for topic in topics for word in topic], _places(topics), X
