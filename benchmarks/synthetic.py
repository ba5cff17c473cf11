"""Corpora of any size in the shape of InstaPIC-1.1M, for measuring speed and memory at a real scale.

At 1,100,000 posts InstaPIC has 435,651 hashtags, the commonest in 25,603 posts, more than half of them used once. Here
hashtag k = 0, 1, ... is used by A (1 + k / q) ** -a posts, rounded, at least one: A is the commonest's count, a puts
the end of the counts above 1 before the middle, and q gives the number of hashtags a post. In a smaller corpus the
commonest hashtag is in the same fraction of the posts, and the number of hashtags follows Heaps' law. Every post has a
topic, which decides most of its description and up to half of its hashtags; very common hashtags, like love, go with
any topic.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from instahash.data import Corpus, Label, Post
from instahash.data.sample import zipf
from instahash.errors import DataError
from instahash.sparse import CSR

POSTS, HASHTAGS, COMMONEST = 1_100_000, 435_651, 25_603
HEAPS = 0.75  # distinct hashtags grow as posts ** HEAPS
HASHTAGS_PER_POST = 7.5
DESCRIPTION_WORDS, DESCRIPTION_PER_POST = 3000, 10
TOPICS = 200


def synthetic_corpus(n_posts: int, seed: int = 0) -> Corpus:
    """A corpus of `n_posts` posts; the same for the same arguments and versions.

    Hashtags are named t0, t1, ... from the commonest on, description words d0, d1, ...; a post's topic is its id's
    first part. Raises DataError for fewer than 100 posts, of which the shape says nothing.
    """
    if n_posts < 100:
        raise DataError(f"n_posts is {n_posts}; the shape of a corpus shows from 100 posts on")
    rng = np.random.default_rng([seed, n_posts])
    topic = rng.choice(TOPICS, n_posts, p=zipf(TOPICS, 0.5)).astype(np.int32)
    counts = _hashtag_counts(n_posts)
    n_hashtags, n_words = len(counts), len(counts) + DESCRIPTION_WORDS
    by_topic = np.argsort(topic, kind="stable")
    start = np.searchsorted(topic[by_topic], np.arange(TOPICS + 1))

    # A hashtag's home is a topic. Half of its uses are there, but in no more than a tenth of the topic's posts.
    home = np.arange(n_hashtags) * 7919 % TOPICS
    size = start[home + 1] - start[home]
    n_home = np.minimum(counts // 2, size // 10)
    n_any = _draws(counts - n_home, n_posts)
    n_home = _draws(n_home, size)
    tag_home, tag_any = (np.repeat(np.arange(n_hashtags, dtype=np.int32), n) for n in (n_home, n_any))
    place = start[home[tag_home]] + (rng.random(len(tag_home)) * size[tag_home]).astype(np.int64)
    post = np.concatenate([by_topic[place], rng.integers(0, n_posts, len(tag_any))]).astype(np.int32)
    hashtags = _csr(post, np.concatenate([tag_home, tag_any]), n_posts, n_words)

    # Four fifths of the description words belong to the topic's own forty.
    n = rng.poisson(DESCRIPTION_PER_POST * 1.13, n_posts)  # of which some are drawn twice
    post = np.repeat(np.arange(n_posts, dtype=np.int32), n)
    own = (topic[post] * 15 + rng.geometric(0.06, len(post))) % DESCRIPTION_WORDS
    anything = np.searchsorted(np.cumsum(zipf(DESCRIPTION_WORDS, 0.8)), rng.random(len(post)))
    chosen = np.where(rng.random(len(post), dtype=np.float32) < 0.8, own, anything).clip(max=DESCRIPTION_WORDS - 1)
    labels = _csr(post, (n_hashtags + chosen).astype(np.int32), n_posts, n_words)
    labels.data = (0.5 + 0.5 * rng.random(labels.nnz, dtype=np.float32)).astype(np.float32)
    words = [f"t{k}" for k in range(n_hashtags)] + [f"d{k}" for k in range(DESCRIPTION_WORDS)]
    ids = [f"{t}/{i}" for i, t in enumerate(topic.tolist())]
    return Corpus(ids, [None] * n_posts, words, hashtags, labels, labels)


def synthetic_posts(n_posts: int, seed: int = 0) -> Iterator[Post]:
    """The posts of :func:`synthetic_corpus`, one after the other."""
    corpus = synthetic_corpus(n_posts, seed)
    H, L = corpus.hashtags, corpus.labels
    for i, post_id in enumerate(corpus.ids):
        hashtags = H.indices[H.indptr[i] : H.indptr[i + 1]].tolist()
        entries = slice(L.indptr[i], L.indptr[i + 1])
        labels = zip(L.indices[entries].tolist(), L.data[entries].tolist())
        yield Post(
            post_id,
            tuple(corpus.words[k] for k in hashtags),
            tuple(Label(corpus.words[k], round(score, 4)) for k, score in labels),
        )


def _hashtag_counts(n_posts: int) -> np.ndarray:
    """Posts of each hashtag, falling, int64, all at least 1."""
    part = n_posts / POSTS
    n_hashtags = max(50, round(HASHTAGS * part**HEAPS))
    commonest = max(2, round(COMMONEST * part))
    rank, middle = np.arange(n_hashtags, dtype=np.float64), 0.45 * n_hashtags
    low, high = 0.01, float(n_hashtags)  # a larger q flattens the head, so that there are more uses in all: bisect
    for _ in range(60):
        q = np.sqrt(low * high)
        exponent = np.log(commonest / 1.5) / np.log1p(middle / q)
        counts = np.maximum(1, np.round(commonest * (1 + rank / q) ** -exponent))
        low, high = (q, high) if counts.sum() < HASHTAGS_PER_POST * n_posts else (low, q)
    return np.asarray(counts, np.int64)


def _draws(n_distinct: np.ndarray, n_places: np.ndarray | int) -> np.ndarray:
    """How many uniform draws from `n_places` hit about `n_distinct` different ones."""
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = -n_places * np.log1p(-n_distinct / n_places)
    return np.round(np.where(n_distinct > 0, draws, 0)).astype(np.int64)


def _csr(rows: np.ndarray, columns: np.ndarray, n_rows: int, n_columns: int) -> CSR:
    """Ones at the places given, each once."""
    matrix = sparse.coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(n_rows, n_columns)).tocsr()
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix
