"""Every random draw of word2vec, and the weights that stand in for the permutations."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def generator(seed, epoch):
    """The generator of one epoch (0: the first vectors); epochs need no state of those before them."""
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


def draw_negatives(rng, cumulative, n_bags, n_shared):
    """Negatives of each bag, word ids (n_bags, n_shared) int32; `cumulative` is P summed up, (n_words,) float64.

    Stratified sampling: P is cut into n_shared parts of equal probability, and each bag gets one word of each part, drawn
    from it without regard to the others of the bag. What a sum over a bag's negatives is expected to be is what
    independent draws from P would give, n_shared sum_l P_l f(l); it only varies less. All bags' draws together are
    equally spaced points under the cumulative distribution, with one random shift, dealt out in random order.
    """
    size, total = n_bags * n_shared, cumulative[-1]
    # The points (t + shift) / size with t < ends[j] lie below cumulative[j].
    ends = np.clip(np.ceil(cumulative * (size / total) - rng.random()), 0, size).astype(np.int64)
    ends[cumulative == total] = size  # whatever rounding did, none is left over
    ids = np.repeat(np.arange(len(cumulative), dtype=np.int32), np.diff(ends, prepend=0))
    return np.ascontiguousarray(ids.reshape(n_shared, n_bags)[:, rng.permutation(n_bags)].T)


def keep_probabilities(counts, threshold):
    """With what probability an occurrence of each word is kept: min(1, sqrt(t / f) + t / f), f its share of all words.

    As word2vec.c subsamples frequent words; threshold t = 0 keeps all. Returns (n_words,) float64.
    """
    counts = np.asarray(counts, np.float64)
    if threshold <= 0:
        return np.ones(len(counts))
    with np.errstate(divide="ignore"):
        ratio = threshold * counts.sum() / counts
    return np.minimum(1.0, np.sqrt(ratio) + ratio)


def keep_entries(bags, kept):
    """The CSR `bags` with only the stored entries that the mask `kept` (nnz,) chooses."""
    ends = np.concatenate([[0], np.cumsum(kept)]).astype(bags.indptr.dtype)
    indices = bags.indices[kept]
    return sparse.csr_array((np.ones(len(indices), np.int8), indices, ends[bags.indptr]), shape=bags.shape)


def permutation_weights(sizes, r):
    """The weight r (r-1) (n-2)! / (n-r)! of each bag's pairs, divided by that of a bag of max(r, 10) words.

    sizes : (n_bags,) number of words.  Returns (n_bags,) float64, 0 for bags of fewer than two words.
    The division keeps the numbers small for any r; the minimum, the mean loss a pair and Adagrad's steps do not change.
    With r capped at n, (n-2)! / (n-r)! is the product of the r-2 factors n-2, n-3, ...
    """
    n, usual = np.asarray(sizes, dtype=np.float64), max(r, 10)
    capped = np.minimum(r, n)
    weight = np.where(n >= 2, capped * (capped - 1), 0.0) / (r * (r - 1))
    for factor in range(2, r):
        weight *= np.where(n > factor, n - factor, 1.0) / (usual - factor)
    return weight
