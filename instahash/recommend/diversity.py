"""Lists that are not all of one kind, and hashtags that not everybody would have thought of.

Scores are log-probabilities: what is taken off them is in nats, and means the same whatever their range. One nat makes
a hashtag 2.7 times less likely.
"""

from __future__ import annotations

import numpy as np

from instahash.errors import SettingsError
from instahash.jit import kernel

# Nats that a hashtag loses against one with which it has cosine 1, at diversity 1; and for repeating the description,
# at novelty 1.
REPEATED, ECHOED = 4.0, 1.0
# Cosine with a word of the description from which on a hashtag begins to repeat it. Below it is merely about the same.
NEAR = 0.7


def diversify(scores, candidates, vectors, top, diversity):
    """Maximal marginal relevance (Carbonell and Goldstein 1998): each next hashtag has the most of

        score - diversity * REPEATED * max(0, its largest cosine with those taken before)

    and of equals the one that came first. With their lambda, diversity * REPEATED = (1 - lambda) / lambda.

    scores : (m, n_candidates) float, log-probabilities, highest first.
    candidates : (m, n_candidates) int ids beside them, -1 for none, its score -inf.
    vectors : (n_words, dim) float, of length 1 or zero.  diversity : in [0, 1]; 0 keeps the order of the scores.
    Returns (m, min(top, n_candidates)) int32 ids, -1 for none. Raises SettingsError for a diversity out of range.
    """
    penalty = scores.dtype.type(_share("diversity", diversity) * REPEATED)
    return mmr(scores, candidates, vectors, min(top, scores.shape[1]), penalty)


@kernel
def mmr(scores, candidates, vectors, top, penalty):
    """The lists of :func:`diversify`.

    A penalty only grows, so that a score bounds what becomes of it: where the best so far has as much as the next
    score, and these are in order, the rest cannot win, and most cosines are never needed.
    """
    m, n_candidates = scores.shape
    zero = vectors.dtype.type(0)
    taken = np.full((m, top), -1, np.int32)
    largest, seen = np.empty(n_candidates, vectors.dtype), np.empty(n_candidates, np.int64)
    used = np.empty(n_candidates, np.bool_)
    for i in range(m):
        largest[:], seen[:], used[:] = 0, 0, False  # largest cosine with the first seen[j] taken
        for k in range(top):
            best, value = -1, -np.inf
            for j in range(n_candidates):
                if best >= 0 and scores[i, j] <= value:
                    break
                if used[j]:
                    continue
                v = vectors[candidates[i, j]]
                while seen[j] < k:
                    other, cosine = vectors[taken[i, seen[j]]], zero
                    for d in range(len(v)):
                        cosine += v[d] * other[d]
                    largest[j] = max(largest[j], cosine)
                    seen[j] += 1
                gain = scores[i, j] - penalty * largest[j]
                if best < 0 or gain > value:
                    best, value = j, gain
            taken[i, k] = candidates[i, best]
            used[best] = True
    return taken


def plain_mmr(scores, candidates, vectors, top, penalty):
    """:func:`mmr` from the equation."""
    taken = np.full((len(scores), top), -1, np.int32)
    for i, ids in enumerate(candidates):
        rest = [(score, word) for score, word in zip(scores[i], ids) if word >= 0]
        for k in range(min(top, len(rest))):
            before = vectors[taken[i, :k]]
            gains = [score - penalty * max([0, *(before @ vectors[word])]) for score, word in rest]
            taken[i, k] = rest.pop(int(np.argmax(gains)))[1]
    return taken


def novelty_shift(log_share, echo, novelty):
    """What `novelty` in [0, 1] adds to log-probabilities, (m, n_hashtags) float32; at 0 nothing at all.

    At 1 hashtags are ranked by log P(t | post) / P(t), how much more they fit this post than any (pointwise mutual
    information, Church and Hanks 1990), and one that repeats the description loses ECHOED nats: all of them at an echo
    of 1, none up to NEAR.

    log_share : (n_hashtags,) float, log P(t), finite.  echo : (m, n_hashtags) float, as :func:`echoes` gives it.
    Raises SettingsError for a novelty out of range.
    """
    if not _share("novelty", novelty):
        return np.zeros(echo.shape, np.float32)
    repeated = np.clip((echo - np.float32(NEAR)) / np.float32(1 - NEAR), 0, 1)
    return np.float32(-novelty) * (log_share.astype(np.float32) + np.float32(ECHOED) * repeated)


def echoes(description, vectors, hashtags):
    """How much each hashtag repeats each description, (m, n_hashtags) float32 in [0, 1].

    1 where it is a word of the description, else the largest cosine with one, or 0 where all are negative.

    description : CSR (m, n_words), stored entries are the words.
    vectors : (n_words, dim) float32, of length 1 or zero.  hashtags : (n_hashtags,) int, their ids among the words.
    """
    words, place = np.unique(description.indices, return_inverse=True)
    cosine = vectors[words] @ vectors[hashtags].T
    cosine[words[:, None] == hashtags] = 1  # also where a word has no vector
    echo = np.zeros((description.shape[0], len(hashtags)), np.float32)
    for post, (start, end) in enumerate(zip(description.indptr, description.indptr[1:])):
        cosine[place[start:end]].max(axis=0, initial=0, out=echo[post])
    return echo


def _share(name, value):
    if not 0 <= value <= 1:
        raise SettingsError(f"{name} is {value}; it must lie in [0, 1]")
    return value
