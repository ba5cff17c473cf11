"""Whose the posts of all shards are, how many words their labels have and how sure these are: what a training says."""

from __future__ import annotations

from functools import reduce

import numpy as np

from instahash.experts.people import users_of
from instahash.pipeline.doubts import Labelled
from instahash.pipeline.outcome import told
from instahash.shards.reading import Encoding, matrices_of, numbered
from instahash.shards.shard import Shard
from instahash.shards.shards import Shards
from instahash.texts import draw

Company = tuple[np.ndarray, np.ndarray, bool, Labelled]


def company(shards: Shards, encoding: Encoding, n_posts: int) -> tuple[tuple[str, str], str]:
    """What :func:`instahash.pipeline.outcome.about` gives of a dataset, and what is to be said of doubted labels."""
    people, words, made_up, labelled = zip(*shards.map(company_of, encoding, what="Counting people"))
    n_people, n_words = (len(np.unique(np.concatenate(own))) for own in (people, words))
    doubt = reduce(Labelled.plus, labelled).doubted(encoding.min_score)
    return told(n_posts, n_people, n_words, all(made_up)), doubt


def company_of(shard: Shard, encoding: Encoding) -> Company:
    """A number for each user, the ids of words of labels, whether the posts are made up, and how sure labels are."""
    dataset = encoding.dataset(shard)
    users, words = [*map(draw, users_of(dataset.keys))], np.unique(dataset.description.indices)
    labelled = Labelled.of(*matrices_of(numbered(shard)), encoding.min_score)
    return np.array(users), words, dataset.echoes.made_up, labelled
