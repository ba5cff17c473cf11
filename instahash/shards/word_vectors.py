"""Word2vec from shards: exactly from sums of pairs, or by averaged local epochs, whichever is the cheaper one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from scipy import sparse

from instahash.shards.rounds import MatricesOf, train
from instahash.shards.shard import Arrays, Shard
from instahash.shards.shards import Shards
from instahash.sparse import CSR, keep
from instahash.training import History
from instahash.word2vec import Word2Vec, Word2VecSettings, exact, sampling
from instahash.word2vec.learnt import Learnt
from instahash.word2vec.plan import Plan, plan_of

# In what follows `bags` gives the bags of a shard alone, CSR (n_posts, n_words), as :func:`frequent` leaves them.


def plan(shards: Shards, bags: MatricesOf, settings: Word2VecSettings, n_words: int) -> Plan:
    """Which trainer is the cheaper one for the posts of all shards, and why."""
    sizes = shards.sum(sizes_of, bags, what="Counting words of posts")
    words, posts = (np.array([*own], np.float64) for own in (sizes.keys(), sizes.values()))
    return plan_of(settings, words, posts, n_words, 1)


def word2vec_from(arrays: Arrays, model: Word2Vec, n_words: int) -> Word2Vec:
    """A model with the settings of another, from its arrays and its history. ValueError where they do not fit."""
    losses = arrays["history"].tolist()
    found = Word2Vec.from_arrays(arrays, model.settings, losses, model.seed)
    if not losses or found.W.shape != (n_words, model.settings.dim):
        raise ValueError(f"vectors {found.W.shape} with {len(losses)} losses")
    return found


def fit_exact(shards: Shards, model: Word2Vec, bags: MatricesOf, counts: np.ndarray) -> None:
    """Train the exact trainer on all posts, of which `counts` (n_words,) have each word."""
    N = shards.sum(weighted_pairs, bags, model.settings, what="Weighing pairs").astype(np.float32)
    N.sort_indices()
    model.fit_counts(N, counts)


def fit_rounds(
    shards: Shards,
    model: Word2Vec,
    bags: MatricesOf,
    counts: np.ndarray,
    *,
    state: Arrays | None = None,
    **options: Any,
) -> None:
    """Train the sampling trainer by averaged local epochs.

    state : what the model's `state` gave after some round; training goes on from there.
    options : of :func:`.rounds.train`.
    """
    settings, n_words = replace(model.settings, trainer="sampling"), len(counts)
    nothing, rng = sparse.csr_array((0, n_words), dtype=np.int8), np.random.default_rng([model.seed, 0])
    model.learnt = sampling.grown(Learnt.nothing(settings.dim), nothing, counts, settings, rng)
    model.history = History()
    if state is not None:
        model.restore(state)
        model.history.go_on(state)
    vectors, lessons = model.settings, partial(several, bags=bags)
    model.settings = settings
    n_posts = [*shards.map(n_posts_of, lessons, what="Measuring posts")]
    train(shards, model, lessons, n_posts, settings.epochs, counts=counts, **options)
    model.settings = vectors


def sizes_of(shard: Shard, bags: MatricesOf) -> Counter[int]:
    """How many posts of a shard have so many words."""
    return Counter(np.diff(bags(shard)[0].indptr).tolist())


def n_posts_of(shard: Shard, lessons: MatricesOf) -> int:
    """How many posts of a shard are learnt from."""
    return lessons(shard)[0].shape[0]


def several(shard: Shard, bags: MatricesOf) -> tuple[CSR]:
    """The bags of two words and more: nothing goes with a word that is alone."""
    (own,) = bags(shard)
    return (own[np.flatnonzero(np.diff(own.indptr) > 1)],)


def frequent(bags: CSR, counts: np.ndarray, min_count: int) -> CSR:
    """The bags without words of fewer than `min_count` posts."""
    return keep(bags, counts[bags.indices] >= min_count) if min_count > 1 else bags


def weighted_pairs(shard: Shard, bags: MatricesOf, settings: Word2VecSettings) -> CSR:
    """The upper half of N of a shard, see :func:`instahash.word2vec.exact.cooccurrence`, in float64."""
    (own,) = bags(shard)
    weights = sampling.permutation_weights(np.diff(own.indptr), settings.permutation)
    return sparse.triu(exact.cooccurrence(own, weights), format="csr").astype(np.float64)
