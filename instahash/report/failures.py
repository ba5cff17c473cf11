"""Where recommendations fail: clusters of vectors, near misses, hashtags that are wrong or missed again and again.

In all functions: ranked (n, m) int, ids of recommended hashtags, best first, -1 for none; hit (n, m) bool, those that
are right; truth CSR (n, n_words), the hashtags that authors used; unit (n_words, dim), vectors of length 1 or 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from instahash.names import OURS
from instahash.report.examples import card
from instahash.report.wording import percent, word, words
from instahash.sparse import CSR, column_counts, row_of_entries

# Rows of the tables, and posts, at most.
MOST_CLUSTERS, MOST_ROWS, WORST_POSTS = 12, 15, 10
# The sizes of clusters that are looked for, among so many of the most used hashtags.
LARGEST, SMALLEST, AMONG = 8, 3, 4000
# The mean cosine from which on a cluster is dense.
DENSE_COSINE = 0.5
# Two hashtags are near from this cosine on.
NEAR_COSINE = 0.7
# Rows of an array of cosines that are held at once.
ROWS_AT_ONCE = 1024
Pair = tuple[int, int, int, float]


def failures(result: Any) -> dict[str, Any]:
    """What the template of the failures needs of an Evaluation; all of it is about the first ten hashtags."""
    details = result.details
    ranked, hit, truth = details.ranked[:, :10], details.hit[:, :10], details.truth
    tag = [word(text, "#") for text in details.vocabulary.words]
    recommended, wrong, used, missed = wrong_and_missed(ranked, hit, truth)
    nearly_right, nearly_found = near_misses(ranked, hit, truth, details.unit)
    ndcg = details.ranking[OURS]["ndcg@10"]
    lowest = worst(ndcg, np.diff(truth.indptr), WORST_POSTS)
    return {
        "clusters": _clusters(details, ranked, hit),
        "nearly_right": [[tag[a], tag[b], posts, f"{cosine:.2f}"] for a, b, posts, cosine in nearly_right],
        "nearly_found": [[tag[b], tag[a], posts, f"{cosine:.2f}"] for a, b, posts, cosine in nearly_found],
        "wrong": _most(tag, wrong, recommended),
        "missed": _most(tag, missed, used),
        "without_hit": int((ndcg == 0).sum()),
        "worst": [card(f"worst-{i}", row, result) for i, row in enumerate(lowest)],
    }


def _clusters(details: Any, ranked: np.ndarray, hit: np.ndarray) -> list[list[Any]]:
    ids, text, rows = details.vocabulary.hashtag_ids[:AMONG], details.vocabulary.words_array, []
    for places, cosine in clusters(details.unit[ids])[:MOST_CLUSTERS]:
        members = ids[list(places)]  # the most used first
        used, replaced, most = stand_ins(members, ranked, hit, details.truth)
        said = "–" if most is None else word(text[most], "#")
        rows.append([words(text[members].tolist(), sign="#"), f"{cosine:.2f}", used, replaced, said])
    return rows


def _most(tag: Sequence[str], bad: np.ndarray, all_of: np.ndarray) -> list[list[Any]]:
    """The hashtags that are bad most often, of how many uses, and which fraction of them."""
    ids = [i for i in np.argsort(-bad, kind="stable")[:MOST_ROWS] if bad[i]]
    return [[tag[i], int(bad[i]), int(all_of[i]), percent(bad[i] / all_of[i])] for i in ids]


def clusters(unit: np.ndarray, least_cosine: float = DENSE_COSINE) -> list[tuple[tuple[int, ...], float]]:
    """Sets of hashtags that are each other's nearest neighbours: of every member, all others are nearer than the rest.

    least_cosine : of a cluster, the mean over its pairs.  Hashtags whose vector has length 0 are in no cluster.
    Returns (members, cosine) of each, the tightest first: sorted tuples of SMALLEST to LARGEST row numbers, the largest
    such sets, and the mean cosine of their pairs.
    """
    kept = np.flatnonzero((unit**2).sum(axis=1) > 0.5)
    vectors, n = unit[kept], len(kept)
    if n < SMALLEST:
        return []
    nearest = np.concatenate([_nearest(vectors, start) for start in range(0, n, ROWS_AT_ONCE)])
    found, in_one = [], np.zeros(n, bool)
    for size in range(min(LARGEST, n - 1), SMALLEST - 1, -1):
        sets, times = np.unique(np.sort(nearest[:, :size], axis=1), axis=0, return_counts=True)
        for members in sets[times == size]:
            cosine = float(((vectors[members].sum(axis=0) ** 2).sum() - size) / (size * (size - 1)))
            if cosine >= least_cosine and not in_one[members].any():
                in_one[members] = True
                found.append((tuple(kept[members].tolist()), cosine))
    return sorted(found, key=lambda cluster: (-cluster[1], cluster[0]))


def _nearest(vectors: np.ndarray, start: int) -> np.ndarray:
    """The LARGEST nearest rows to each of ROWS_AT_ONCE rows from `start`, itself first."""
    cosines = vectors[start : start + ROWS_AT_ONCE] @ vectors.T
    rows, most = np.arange(len(cosines)), min(LARGEST, len(vectors))
    cosines[rows, start + rows] = np.inf
    first = np.argpartition(-cosines, most - 1, axis=1)[:, :most]
    order = np.argsort(-np.take_along_axis(cosines, first, axis=1), axis=1, kind="stable")
    return np.take_along_axis(first, order, axis=1)


def stand_ins(members: np.ndarray, ranked: np.ndarray, hit: np.ndarray, truth: CSR) -> tuple[int, int, int | None]:
    """How a cluster's hashtags, ids `members`, were confused.

    Returns (used, replaced, most): posts that use one of them; those of these for which others of them were recommended
    and none that is right; the one that is recommended most, None where none ever is.
    """
    used = np.zeros(len(ranked), bool)
    used[row_of_entries(truth)[np.isin(truth.indices, members)]] = True
    theirs = np.isin(ranked, members)
    replaced = used & theirs.any(axis=1) & ~(theirs & hit).any(axis=1)
    ids, times = np.unique(ranked[theirs], return_counts=True)
    return int(used.sum()), int(replaced.sum()), int(ids[np.argmax(times)]) if len(ids) else None


def near_misses(ranked: np.ndarray, hit: np.ndarray, truth: CSR, unit: np.ndarray, most: int = 12) -> list[list[Pair]]:
    """Pairs of a recommended and a used hashtag of one post that are not the same but near, and how often they meet.

    Returns two lists of (recommended, used, posts, cosine), at most `most` each, those of most posts first: pairs of
    which the recommended hashtag was wrong, and pairs of which the used one was missed.
    """
    rows = row_of_entries(truth)
    recommended, used = ranked[rows].astype(np.int64), truth.indices.astype(np.int64)[:, None]
    missed = ~(recommended == used).any(axis=1)[:, None]
    different = (recommended >= 0) & (recommended != used)
    pairs = recommended * truth.shape[1] + used
    return [_frequent(pairs[different & bad], truth.shape[1], unit, most) for bad in (~hit[rows], missed)]


def _frequent(pairs: np.ndarray, n_words: int, unit: np.ndarray, most: int) -> list[Pair]:
    """The most frequent of `pairs`, numbers recommended * n_words + used, with a cosine of NEAR_COSINE or more."""
    keys, times = np.unique(pairs, return_counts=True)
    order = np.argsort(-times, kind="stable")
    found: list[Pair] = []
    for start in range(0, len(order), ROWS_AT_ONCE):
        part = order[start : start + ROWS_AT_ONCE]
        a, b = np.divmod(keys[part], n_words)
        cosines = (unit[a] * unit[b]).sum(axis=1)
        for i in np.flatnonzero(cosines >= NEAR_COSINE)[: most - len(found)]:
            found.append((int(a[i]), int(b[i]), int(times[part[i]]), float(cosines[i])))
        if len(found) == most:
            break
    return found


def wrong_and_missed(ranked: np.ndarray, hit: np.ndarray, truth: CSR) -> tuple[np.ndarray, ...]:
    """How often each word was (recommended, recommended wrongly, used, missed): four arrays (n_words,) int64."""
    recommended, right = (np.bincount(ranked[which], minlength=truth.shape[1]) for which in (ranked >= 0, hit))
    used = column_counts(truth)
    return recommended, recommended - right, used, used - right


def worst(ndcg: np.ndarray, sizes: np.ndarray, most: int = 10) -> list[int]:
    """The posts with the lowest nDCG@10; of equals those with more hashtags to find come first."""
    return list(map(int, np.lexsort((np.arange(len(ndcg)), -sizes, ndcg))[:most]))
