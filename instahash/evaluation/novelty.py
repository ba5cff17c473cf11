"""What lists of recommended hashtags are like, right or wrong: measures over sets of ids."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from instahash.arrays import as_array, as_counts
from instahash.errors import DataError
from instahash.evaluation.checks import mask_of, sets_of, vectors_of
from instahash.parameters import whole
from instahash.sparse import CSR, ones


def self_information(counts: ArrayLike, n_posts: int) -> np.ndarray:
    """-log2 of the fraction of posts that use each word as a hashtag, (n_words,) float64 bits.

    A word that none uses counts as used by one: labels are recommended that are no hashtag yet.

    counts : (n_words,) int, posts that use it.  n_posts : all posts. Raises DataError for others.
    """
    counts, n_posts = as_counts(counts, "counts"), whole(n_posts, "n_posts", 1, DataError)
    if counts.max(initial=0) > n_posts:
        raise DataError(f"counts have {counts.max()} of {n_posts} posts; give the posts that they are counts of")
    return np.log2(n_posts / np.maximum(counts, 1.0))


def novelty(lists: CSR, information: np.ndarray) -> np.ndarray:
    """Mean self-information of each list's hashtags, in bits: high where others rarely use them.

    lists : CSR (n, n_words), stored entries are the members.  information : (n_words,) float, see self_information.
    Returns (n,) float64, NaN for an empty list.

    Zhou et al. 2010, Solving the apparent diversity-accuracy dilemma of recommender systems.
    """
    (lists,) = sets_of(lists)
    information, sizes = as_array(information, "information", lists.shape[1:]), np.diff(lists.indptr)
    return np.where(sizes > 0, ones(lists, np.float64) @ information, np.nan) / np.maximum(sizes, 1)


def coverage(times: ArrayLike, is_hashtag: np.ndarray) -> float:
    """The fraction of the hashtag vocabulary that is recommended at all, in [0, 1].

    times : (n_words,) int, lists that each word is in.  is_hashtag : (n_words,) bool, at least one of them true.
    """
    times = as_counts(times, "times")
    is_hashtag = mask_of(is_hashtag, "is_hashtag", times.shape)
    if not is_hashtag.any():
        raise DataError("is_hashtag is true for no word; a coverage needs hashtags")
    return float((times[is_hashtag] > 0).mean())


def intra_list_similarity(lists: CSR, unit: np.ndarray) -> np.ndarray:
    """Mean cosine of all pairs of different hashtags of a list: high where a list is of one topic.

    lists : CSR (n, n_words), stored entries are the members.  unit : (n_words, dim), word vectors of length 1, or 0 for
    a word without a vector, whose cosine with any other is 0.  Returns (n,) float64 in [-1, 1], NaN for fewer than two.

    Ziegler et al. 2005, Improving recommendation lists through topic diversification, there as a sum over the pairs.
    """
    (lists,) = sets_of(lists)
    unit = vectors_of(unit, lists.shape[1])
    members, sizes = ones(lists, np.float64), np.diff(lists.indptr)
    # |sum u|^2 is the sum of u.v over all ordered pairs, each vector with itself among them.
    total = ((members @ unit) ** 2).sum(axis=1) - members @ (unit**2).sum(axis=1)
    return (np.where(sizes > 1, total, np.nan) / np.maximum(sizes * (sizes - 1), 1)).clip(-1, 1)
