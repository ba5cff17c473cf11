"""Where recommendations fail: clusters of vectors, near misses, hashtags that are wrong or missed again and again."""

from __future__ import annotations

import numpy as np

# The sizes of clusters that are looked for, among so many of the most used hashtags.
LARGEST, LEAST, AMONG = 8, 3, 4000
# The mean cosine from which on a cluster is dense.
DENSE = 0.5
# Two hashtags are near from this cosine on.
NEAR = 0.7
# Rows of an array of cosines that are held at once.
BLOCK = 1024


def clusters(unit, least_cosine=DENSE):
    """Sets of hashtags that are each other's nearest neighbours: of every member, all others are nearer than the rest.

    unit : (n, dim) float, vectors of length 1 or 0; those of length 0 are in no cluster.
    least_cosine : of a cluster, the mean over its pairs.
    Returns a list of (members, cosine), the tightest first: sorted tuples of LEAST to LARGEST row numbers, the largest
    such sets, and the mean cosine of their pairs.
    """
    kept = np.flatnonzero((unit**2).sum(axis=1) > 0.5)
    vectors, n = unit[kept], len(kept)
    if n < LEAST:
        return []
    nearest = np.empty((n, min(LARGEST, n)), np.int64)
    for start in range(0, n, BLOCK):
        cosines = vectors[start : start + BLOCK] @ vectors.T
        rows = np.arange(len(cosines))
        cosines[rows, start + rows] = np.inf  # itself, in front of all others
        first = np.argpartition(-cosines, nearest.shape[1] - 1, axis=1)[:, : nearest.shape[1]]
        order = np.argsort(-np.take_along_axis(cosines, first, axis=1), axis=1, kind="stable")
        nearest[start : start + BLOCK] = np.take_along_axis(first, order, axis=1)
    found, taken = [], np.zeros(n, bool)
    for size in range(min(LARGEST, n - 1), LEAST - 1, -1):
        sets, times = np.unique(np.sort(nearest[:, :size], axis=1), axis=0, return_counts=True)
        for members in sets[times == size]:
            cosine = float(((vectors[members].sum(axis=0) ** 2).sum() - size) / (size * (size - 1)))
            if cosine >= least_cosine and not taken[members].any():
                taken[members] = True
                found.append((tuple(kept[members].tolist()), cosine))
    return sorted(found, key=lambda cluster: (-cluster[1], cluster[0]))


def stand_ins(members, ranked, hit, truth):
    """How a cluster's hashtags were confused.

    members : ids.  ranked : (n, m) ids, -1 for none.  hit : (n, m) bool.  truth : CSR (n, n_words).
    Returns (used, replaced, most): posts that use one of them; those of these for which others of them were recommended
    and none that is right; the one that is recommended most, None where none ever is.
    """
    rows = np.repeat(np.arange(len(ranked)), np.diff(truth.indptr))
    used = np.zeros(len(ranked), bool)
    used[rows[np.isin(truth.indices, members)]] = True
    theirs = np.isin(ranked, members)
    replaced = used & theirs.any(axis=1) & ~(theirs & hit).any(axis=1)
    ids, times = np.unique(ranked[theirs], return_counts=True)
    return int(used.sum()), int(replaced.sum()), int(ids[np.argmax(times)]) if len(ids) else None


def near_misses(ranked, hit, truth, unit, most=12):
    """Pairs of a recommended and a used hashtag of one post that are not the same but near, and how often they meet.

    ranked : (n, m) ids, -1 for none.  hit : (n, m) bool.  truth : CSR (n, n_words).  unit : (n_words, dim).
    Returns two lists of (recommended, used, posts, cosine), at most `most` each, those of most posts first: pairs of
    which the recommended hashtag was wrong, and pairs of which the used one was missed.
    """
    rows = np.repeat(np.arange(len(ranked)), np.diff(truth.indptr))
    recommended, used = ranked[rows], truth.indices.astype(np.int64)[:, None]
    missed = ~(recommended == used).any(axis=1)[:, None]
    different = (recommended >= 0) & (recommended != used)
    pairs = recommended.astype(np.int64) * truth.shape[1] + used
    return [_frequent(pairs[different & bad], truth.shape[1], unit, most) for bad in (~hit[rows], missed)]


def _frequent(pairs, n_words, unit, most):
    """The most frequent of `pairs` with a cosine of NEAR or more."""
    keys, times = np.unique(pairs, return_counts=True)
    order = np.argsort(-times, kind="stable")
    found = []
    for start in range(0, len(order), BLOCK):
        part = order[start : start + BLOCK]
        a, b = np.divmod(keys[part], n_words)
        cosines = (unit[a] * unit[b]).sum(axis=1)
        for i in np.flatnonzero(cosines >= NEAR)[: most - len(found)]:
            found.append((int(a[i]), int(b[i]), int(times[part[i]]), float(cosines[i])))
        if len(found) == most:
            break
    return found


def wrong_and_missed(ranked, hit, truth):
    """How often each word was (recommended, recommended wrongly, used, missed): four arrays (n_words,) int64."""
    n_words = truth.shape[1]
    recommended, right = (np.bincount(ranked[which], minlength=n_words) for which in (ranked >= 0, hit))
    used = np.bincount(truth.indices, minlength=n_words)
    return recommended, recommended - right, used, used - right


def worst(ndcg, sizes, most=10):
    """The posts with the lowest nDCG@10; of equals those with more hashtags to find come first."""
    return np.lexsort((np.arange(len(ndcg)), -sizes, ndcg))[:most].tolist()
