"""Ranking measures: ranked hashtags against those that the author used."""

from __future__ import annotations

import numpy as np

from instahash.errors import DataError
from instahash.evaluation.checks import lists_of, sets_of
from instahash.sparse import CSR, is_member

# Below, hit is (n, m) bool, whether each ranked hashtag of a post is in its truth; sizes are (n,) int, the truths' own,
# at least 1; all return (n,) float64.


def precision(hit: np.ndarray, sizes: np.ndarray, k: int) -> np.ndarray:
    """Hits in the first k, divided by k."""
    return hit[:, :k].sum(axis=1) / k


def recall(hit: np.ndarray, sizes: np.ndarray, k: int) -> np.ndarray:
    """Hits in the first k, divided by the size of the truth."""
    return hit[:, :k].sum(axis=1) / sizes


def accuracy(hit: np.ndarray, sizes: np.ndarray, k: int) -> np.ndarray:
    """1 where any of the first k is a hit, else 0."""
    return np.asarray(hit[:, :k].any(axis=1), np.float64)


def ndcg(hit: np.ndarray, sizes: np.ndarray, k: int) -> np.ndarray:
    """Sum of 1 / log2(1 + rank) over the hits in the first k, divided by its value for min(k, size) hits in front."""
    discount = 1 / np.log2(np.arange(2, k + 2))
    return hit[:, :k] @ discount[: hit.shape[1]] / np.cumsum(discount)[np.minimum(sizes, k) - 1]


def average_precision(hit: np.ndarray, sizes: np.ndarray, k: int) -> np.ndarray:
    """Sum over the hits in the first k of the precision at their rank, divided by min(k, size)."""
    first = hit[:, :k]
    ranks = np.arange(1, first.shape[1] + 1)
    return (np.cumsum(first, axis=1) / ranks * first).sum(axis=1) / np.minimum(sizes, k)


MEASURES = {
    "precision@1": (precision, 1),
    "precision@5": (precision, 5),
    "recall@5": (recall, 5),
    "accuracy@5": (accuracy, 5),
    "ndcg@5": (ndcg, 5),
    "recall@10": (recall, 10),
    "accuracy@10": (accuracy, 10),
    "ndcg@10": (ndcg, 10),
    "map@10": (average_precision, 10),
}


def of_first(row: dict[str, float], ten: bool) -> dict[str, float]:
    """Of a system's measures by name those of its first ten hashtags, or else those of five and fewer."""
    return {name: value for name, value in row.items() if name.endswith("10") == ten}


def ranking_values(hit: np.ndarray, sizes: np.ndarray) -> dict[str, np.ndarray]:
    """MEASURES for each post: name -> (n,) float64 in [0, 1]."""
    return {name: measure(hit, sizes, k) for name, (measure, k) in MEASURES.items()}


def ranking_measures(ranked: np.ndarray, truth: CSR) -> dict[str, float]:
    """Means over posts of MEASURES; 0 without posts.

    ranked : (n, m) int ids, best first, each once, -1 for none.  truth : CSR (n, n_words); rows are not empty.

    Raises DataError for ids that are no words, for lists of other posts and for a post without a truth.
    """
    (truth,) = sets_of(truth)
    ranked = lists_of(ranked, *truth.shape)
    if (np.diff(truth.indptr) == 0).any():
        raise DataError("a post has no truth, so that nothing of it can be found; leave such posts out")
    values = ranking_values(is_member(ranked, truth), np.diff(truth.indptr))
    return {name: float(value.mean()) if len(value) else 0.0 for name, value in values.items()}
