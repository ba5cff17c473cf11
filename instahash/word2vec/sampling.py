"""Every random draw of word2vec, and the weights that stand in for the permutations."""

from __future__ import annotations

import numpy as np


def generator(seed, epoch):
    """The generator of one epoch (0: the initial vectors); epochs need no state of those before them."""
    return np.random.default_rng([seed, epoch])


def initial_vectors(rng, n_words, dim):
    """Input vectors uniform in (-0.5, 0.5) / dim, output vectors zero, float32, as in word2vec.c."""
    W = ((rng.random((n_words, dim), dtype=np.float32) - 0.5) / dim).astype(np.float32)
    return W, np.zeros_like(W)


def noise_distribution(counts, exponent):
    """P_j proportional to count_j ** exponent (Mikolov et al. 2013, section 2.2: 3/4). float64, sums to 1.

    counts : (n_words,), at least one positive. A word never seen is never drawn.
    """
    P = np.where(counts > 0, counts.astype(np.float64) ** exponent, 0.0)
    return P / P.sum()


def draw_negatives(rng, cumulative, shape):
    """Word ids drawn from P, int32; `cumulative` is P summed up, (n_words,) float64."""
    ids = np.searchsorted(cumulative, rng.random(shape) * cumulative[-1], side="right")
    return ids.astype(np.int32)


def permutation_weights(sizes, r):
    """The weight r (r-1) (n-2)! / (n-r)! of each bag's pairs, divided by its mean over all pairs.

    sizes : (n_bags,) number of words.  Returns (n_bags,) float64.
    The division keeps the meaning of the learning rate and of the mean loss a pair whatever r is; the minimum is the
    same. With r capped at n, (n-2)! / (n-r)! is the product of the r-2 factors n-2, n-3, ...
    """
    n = np.asarray(sizes, dtype=np.float64)
    capped = np.minimum(r, n)
    weight = np.where(n >= 2, capped * (capped - 1), 0.0)
    for factor in range(2, r):
        weight *= np.where(n > factor, n - factor, 1.0)
    pairs = n * (n - 1)
    total = (weight * pairs).sum()
    return weight * (pairs.sum() / total) if total > 0 else weight
