"""What lists of recommended hashtags are like, whether they are right or not: measures over sets of ids."""

from __future__ import annotations

import numpy as np

from instahash.sparse import ones


def self_information(counts, n_posts):
    """-log2 of the share of posts that use each word as a hashtag, in bits: 0 for one that all use, inf for one that
    none does.

    counts : (n_words,) int, posts that use it.  n_posts : int, all posts.  Returns (n_words,) float64.
    """
    with np.errstate(divide="ignore"):
        return np.log2(n_posts / np.asarray(counts, np.float64))


def novelty(lists, information):
    """Mean self-information of each list's hashtags, in bits: high where what others rarely use is recommended.

    lists : CSR (n, n_words), stored entries are the members.  information : (n_words,) float, see self_information.
    Returns (n,) float64, NaN for an empty list.

    Zhou et al. 2010, Solving the apparent diversity-accuracy dilemma of recommender systems.
    """
    sizes = np.diff(lists.indptr)
    return np.where(sizes > 0, ones(lists, np.float64) @ information, np.nan) / np.maximum(sizes, 1)


def coverage(times, is_hashtag):
    """The share of the hashtag vocabulary that is recommended at all, in [0, 1].

    times : (n_words,) int, lists that each word is in.  is_hashtag : (n_words,) bool, at least one of them true.
    """
    return float((np.asarray(times)[is_hashtag] > 0).mean())


def intra_list_similarity(lists, unit):
    """Mean cosine of the word vectors of all pairs of different hashtags of a list: high where it says one thing often.

    lists : CSR (n, n_words), stored entries are the members.  unit : (n_words, dim), unit vectors, or 0 for a word
    without a direction, whose cosine with any other is 0.  Returns (n,) float64 in [-1, 1], NaN for fewer than two.

    Ziegler et al. 2005, Improving recommendation lists through topic diversification, there as a sum over the pairs.
    """
    members, sizes = ones(lists, np.float64), np.diff(lists.indptr)
    # |sum u|^2 is the sum of u.v over all ordered pairs, those of a vector with itself among them.
    total = ((members @ unit) ** 2).sum(axis=1) - members @ (unit**2).sum(axis=1)
    return np.clip(np.where(sizes > 1, total, np.nan) / np.maximum(sizes * (sizes - 1), 1), -1, 1)
