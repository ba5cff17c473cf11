"""Posts in shards, and a cluster of two processes."""

import random

import numpy as np
import pytest

from instahash.checkpoint import Checkpoint
from instahash.data import Label, Post
from instahash.formats import write_posts

SAVE = Checkpoint.save
WORDS = "sea sky boat sand sun dog cat tree snow hill Café T-shirt".split()


def made_posts(n, seed=0):
    """Posts of made-up people; some have no hashtag, some no label, and people write hashtags in several ways."""
    rng, posts = random.Random(seed), []
    for i in range(n):
        topic = rng.randrange(4)
        near = [*WORDS[3 * topic : 3 * topic + 3], *rng.sample(WORDS, 2)]
        hashtags = [rng.choice([str.upper, str.lower, str.title])(word) for word in near if rng.random() < 0.6]
        labels = [Label(word, round(rng.random(), 3)) for word in near if rng.random() < 0.7]
        posts.append(Post(f"anna/{seed}-{i}", tuple(hashtags), tuple(labels), "anna", "2024-05-01T10:00:00Z"))
    return posts


def assert_same_vocabulary(found, expected):
    assert found.words == expected.words and found.spellings == expected.spellings
    np.testing.assert_array_equal(found.counts, expected.counts)
    np.testing.assert_array_equal(found.hashtag_counts, expected.hashtag_counts)


def always(self, states):
    """In place of `Checkpoint.save`, which waits until some time has passed."""
    self._next_save = 0.0
    SAVE(self, states)


@pytest.fixture
def in_shards(tmp_path):
    """A function that writes posts into so many files; returns the pattern of their names."""

    def write(posts, n, name="shards"):
        folder = tmp_path / name
        folder.mkdir()
        for i in range(n):
            write_posts(folder / f"{i}.jsonl.gz", posts[i::n])
        return str(folder / "*.jsonl.gz")

    return write
