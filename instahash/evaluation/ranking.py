"""Ranking measures: ranked hashtags against those that the author used."""

from __future__ import annotations

import numpy as np


def hits(ranked, truth):
    """Whether each ranked id is in the post's truth.

    ranked : (n, m) int ids, best first, -1 for none.  truth : CSR (n, n_words), stored entries are the members.
    Returns (n, m) bool.
    """
    n_posts, n_words = truth.shape
    rows = np.repeat(np.arange(n_posts), np.diff(truth.indptr))
    members = np.sort(rows * n_words + truth.indices)  # a set is a sorted list of numbers post * n_words + word
    asked = np.arange(n_posts)[:, None] * n_words + ranked
    place = np.searchsorted(members, asked)
    found = np.append(members, -1)[place] == asked
    return found & (ranked >= 0)


def precision(hit, k):
    """Hits in the first k, divided by k. (n,) float64."""
    return hit[:, :k].sum(axis=1) / k


def recall(hit, sizes, k):
    """Hits in the first k, divided by the size of the truth, `sizes` (n,), each at least 1."""
    return hit[:, :k].sum(axis=1) / sizes


def accuracy(hit, k):
    """1 where any of the first k hits, else 0."""
    return hit[:, :k].any(axis=1).astype(np.float64)


def ndcg(hit, sizes, k):
    """Sum of 1 / log2(1 + rank) over the hits in the first k, divided by its value for min(k, size) hits in front."""
    discount = 1 / np.log2(np.arange(2, k + 2))
    gained = hit[:, :k] @ discount[: hit.shape[1]]
    return gained / np.cumsum(discount)[np.minimum(sizes, k) - 1]


def average_precision(hit, sizes, k):
    """Sum over the hits in the first k of the precision at their rank, divided by min(k, size)."""
    first = hit[:, :k]
    ranks = np.arange(1, first.shape[1] + 1)
    return (np.cumsum(first, axis=1) / ranks * first).sum(axis=1) / np.minimum(sizes, k)


def ranking_values(ranked, truth):
    """The measures of the evaluation JSON, post by post.

    ranked : (n, m) int ids, best first, each once, -1 for none.  truth : CSR (n, n_words); rows are not empty.
    Returns a dict of measure -> (n,) float64 in [0, 1].
    """
    sizes = np.diff(truth.indptr)
    hit = hits(ranked, truth)
    return {
        "precision@1": precision(hit, 1),
        "recall@5": recall(hit, sizes, 5),
        "accuracy@5": accuracy(hit, 5),
        "recall@10": recall(hit, sizes, 10),
        "accuracy@10": accuracy(hit, 10),
        "ndcg@10": ndcg(hit, sizes, 10),
        "map@10": average_precision(hit, sizes, 10),
    }


def ranking_measures(ranked, truth):
    """Means over posts of :func:`ranking_values`, which has the arguments; 0 without posts."""
    values = ranking_values(ranked, truth)
    return {name: float(value.mean()) if len(value) else 0.0 for name, value in values.items()}
