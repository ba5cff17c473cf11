"""What simple methods learn from: counts of words that share a post, and Gram sums."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from instahash.baselines import EASE, Cooccurrence, Popularity, Ridge
from instahash.baselines.ridge import Columns, Grams
from instahash.shards.reading import Encoding
from instahash.shards.shard import Shard
from instahash.shards.shards import Shards
from instahash.sparse import CSR, column_counts, ones


class Counts(NamedTuple):
    """n(w, t) of words of descriptions and of hashtags, CSR (n_words, n_words); n(w) of both, (n_words,). All int64."""

    words: CSR
    hashtags: CSR
    word_posts: np.ndarray
    hashtag_posts: np.ndarray


def count_pairs(shard: Shard, encoding: Encoding) -> Counts:
    """The Counts of a shard."""
    posts = encoding.posts(shard)
    return pairs_of(posts.description, posts.hashtags)


def pairs_of(description: CSR, hashtags: CSR) -> Counts:
    """The Counts of some posts."""
    D, H = (ones(matrix, np.int64) for matrix in (description, hashtags))
    return Counts((D.T @ H).tocsr(), (H.T @ H).tocsr(), column_counts(D), column_counts(H))


def count_descriptions(shard: Shard, encoding: Encoding) -> CSR:
    """How many posts of a shard have both words in their description, CSR (n_words, n_words) int64."""
    D = ones(encoding.posts(shard).description, np.int64)
    return (D.T @ D).tocsr()


def ridge_columns(counts: Counts) -> Columns:
    """The columns of a ridge regression on all posts. Raises DataError where its dense matrices would be too large."""
    inputs, outputs = np.flatnonzero(counts.word_posts), np.unique(counts.words.indices)
    return Ridge.columns(inputs, outputs, counts.hashtag_posts)


def grams(shard: Shard, encoding: Encoding, columns: Columns) -> Grams:
    """What a ridge regression is made of, of a shard."""
    posts = encoding.posts(shard)
    return Ridge.grams(posts.description, posts.hashtags, columns)


def fit_cooccurrence(shards: Shards, encoding: Encoding) -> Cooccurrence:
    """The baseline of all posts."""
    return Cooccurrence().fit_counts(*shards.sum(count_pairs, encoding, what="Counting pairs"))


def fit_baselines(shards: Shards, encoding: Encoding) -> dict[str, Any]:
    """Those that sums over posts are enough for, by name, fitted on all posts as one machine would.

    Raises DataError where dense matrices of so many words would be too large.
    """
    counts = shards.sum(count_pairs, encoding, what="Counting pairs")
    columns, n_words = ridge_columns(counts), len(encoding.vocabulary)
    described = shards.sum(count_descriptions, encoding, what="Counting descriptions")
    return {
        "popularity": Popularity.from_counts(counts.hashtag_posts),
        "cooccurrence": Cooccurrence().fit_counts(*counts),
        "ease": EASE().fit_counts(described, counts.words, counts.hashtags),
        "ridge": Ridge().fit_grams(shards.sum(grams, encoding, columns, what="Gram sums"), columns, n_words),
    }
