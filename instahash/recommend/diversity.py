"""Lists whose hashtags differ from each other, and hashtags that do not repeat the description.

Scores are log-probabilities, so penalties are in nats: one nat makes a hashtag 2.7 times less likely.
"""

from __future__ import annotations

import numpy as np

from instahash.jit import kernel
from instahash.parameters import fraction
from instahash.sparse import CSR

# Penalties in nats: at diversity 1, for a cosine of 1 with a hashtag before it; at novelty 1, for an echo of 1.
REPEATED, ECHOED = 4.0, 1.0
# A hashtag starts to repeat a word of the description above this cosine; below, it is about the same topic.
NEAR = 0.7
# By how much more than 1 a cosine may be.
ROUNDING = 1e-3


def diversify(
    scores: np.ndarray, candidates: np.ndarray, vectors: np.ndarray, top: int, diversity: float
) -> np.ndarray:
    """Maximal marginal relevance (Carbonell and Goldstein 1998): each next hashtag maximises

        score - diversity * REPEATED * max(0, its largest cosine with those before it)

    and of equals the first is taken. With their lambda, diversity * REPEATED = (1 - lambda) / lambda.

    scores : (m, n_candidates) float, log-probabilities, highest first.
    candidates : (m, n_candidates) int ids beside them, -1 for one without a vector.
    vectors : (n_words, dim) float, of length 1 or zero.  diversity : in [0, 1]; 0 keeps the order of the scores.
    Returns (m, min(top, n_candidates)) int32, the places of those taken, -1 where only scores of -inf are left. Raises
    SettingsError for a diversity out of range.
    """
    fraction(diversity, "diversity")
    penalty = scores.dtype.type(diversity * REPEATED)
    return mmr(scores, candidates, vectors, min(top, scores.shape[1]), penalty)


def reachable(scores: np.ndarray, last: np.ndarray, diversity: float) -> np.ndarray:
    """The scores that :func:`diversify` may take, -inf for others: no score loses more than diversity * REPEATED.

    scores : (m, n) float.  last : (m,) float, the last of as many of the highest scores as are wanted. Raises
    SettingsError for a diversity out of range.
    """
    fraction(diversity, "diversity")
    lost = scores.dtype.type(diversity * REPEATED * (1 + ROUNDING))
    return np.where(scores >= last[:, None] - lost, scores, scores.dtype.type(-np.inf))


@kernel
def mmr(scores, candidates, vectors, top, penalty):
    """The lists of :func:`diversify`.

    Penalties are at least 0, so a score bounds what is left of it. Scores are in order: where the best candidate so far
    has at least the next score, no later one can win, and most cosines are never computed.
    """
    m, n_candidates = scores.shape
    zero = vectors.dtype.type(0)
    taken = np.full((m, top), -1, np.int32)
    largest, seen = np.empty(n_candidates, vectors.dtype), np.empty(n_candidates, np.int64)
    used = np.empty(n_candidates, np.bool_)
    for i in range(m):
        largest[:], seen[:], used[:] = 0, 0, False  # largest[j] is over the first seen[j] hashtags taken
        for k in range(top):
            best, value = -1, -np.inf
            for j in range(n_candidates):
                if best >= 0 and scores[i, j] <= value:
                    break
                if used[j]:
                    continue
                word = candidates[i, j]
                while seen[j] < k:
                    before, cosine = candidates[i, taken[i, seen[j]]], zero
                    if word >= 0 and before >= 0:
                        v, other = vectors[word], vectors[before]
                        for d in range(len(v)):
                            cosine += v[d] * other[d]
                    largest[j] = max(largest[j], cosine)
                    seen[j] += 1
                gain = scores[i, j] - penalty * largest[j]
                if best < 0 or gain > value:
                    best, value = j, gain
            if value == -np.inf:
                break
            taken[i, k] = best
            used[best] = True
    return taken


def plain_mmr(
    scores: np.ndarray, candidates: np.ndarray, vectors: np.ndarray, top: int, penalty: np.floating
) -> np.ndarray:
    """:func:`mmr` from the equation."""
    taken = np.full((len(scores), top), -1, np.int32)
    for i, ids in enumerate(candidates):
        own = np.where(ids[:, None] < 0, 0, vectors[ids])
        rest = [place for place, score in enumerate(scores[i]) if score > -np.inf]
        for k in range(min(top, len(rest))):
            before = own[taken[i, :k]]
            gains = [scores[i, place] - penalty * max([0, *(before @ own[place])]) for place in rest]
            taken[i, k] = rest.pop(int(np.argmax(gains)))
    return taken


def novelty_shift(log_frequency: np.ndarray, echo: np.ndarray, novelty: float) -> np.ndarray:
    """The change of log-probabilities by `novelty` in [0, 1], (m, n_hashtags) float32; exactly 0 at 0.

    At 1 hashtags are ranked by log P(t | post) - log P(t), how much better they fit this post than any post (pointwise
    mutual information, Church and Hanks 1990). One that repeats the description loses ECHOED nats at an echo of 1, none
    up to an echo of NEAR, and linearly between.

    log_frequency : (n_hashtags,) float, log P(t), finite.  echo : (m, n_hashtags) float, see :func:`echoes`.
    Raises SettingsError for a novelty out of range.
    """
    fraction(novelty, "novelty")
    if not novelty:
        return np.zeros(echo.shape, np.float32)
    repeated = np.clip((echo - np.float32(NEAR)) / np.float32(1 - NEAR), 0, 1)
    return np.float32(-novelty) * (log_frequency.astype(np.float32) + np.float32(ECHOED) * repeated)


def echoes(description: CSR, vectors: np.ndarray, hashtags: np.ndarray) -> np.ndarray:
    """How much each hashtag repeats each description, (m, n_hashtags) float32 in [0, 1].

    1 for a word of the description, else the largest cosine with one of its words, or 0 where all are negative.

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
