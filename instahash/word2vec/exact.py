"""The expected loss itself, every pair of words at once: counts, a start from the spectrum, sweeps of Newton steps.

With N_ij how often i and j share a bag (each bag with its weight), n_i = sum_j N_ij and x_ij = w_i . c_j, the loss of
all pairs with the exact expectation over the negatives is (Levy and Goldberg 2014, equation 2)

    L(W, C) = sum_ij N_ij softplus(-x_ij) + k n_i P_j softplus(x_ij)

No sampling, no noise: the result does not depend on the order of the posts, and a cost of n_words^2 dim a sweep does not
depend on their number. The negatives a_i b_j = k n_i P_j have rank one and N is symmetric, so improving C with W fixed
is the same problem as improving W with C fixed, with a and b exchanged.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from instahash.word2vec import kernels

# Scores held at a time, in numbers: three arrays of (rows, n_words) that stay in the last-level cache.
BLOCK = 2**20
# Added to N_ij / (a_i b_j) under the logarithm, so that words that never met have a finite, clearly negative score.
SMOOTH = 0.05
# Share of the mean eigenvalue of the curvature that is added to it: directions no context speaks for stay put.
RIDGE = 0.1


def cooccurrence(bags, weights):
    """N (n_words, n_words) CSR float32, symmetric, empty diagonal: the summed weights of the bags that i and j share.

    bags : CSR (n_posts, n_words), stored entries are members.  weights : (n_posts,).
    """
    shape, sizes = bags.shape, np.diff(bags.indptr)
    ones = sparse.csr_array((np.ones(bags.nnz, np.float32), bags.indices, bags.indptr), shape=shape)
    weighted = np.repeat(np.asarray(weights, np.float32), sizes)
    N = ones.T.tocsr() @ sparse.csr_array((weighted, bags.indices, bags.indptr), shape=shape)
    row = np.repeat(np.arange(shape[1]), np.diff(N.indptr))
    N.data[row == N.indices] = 0.0
    N.eliminate_zeros()
    N.sort_indices()
    return N


def sum_of_counts(A, B):
    """A + B, counts of two sets of posts, with sorted indices."""
    total = (A + B).tocsr()
    total.sort_indices()
    return total


def thinned(N, keep):
    """Expected counts where each occurrence of word i is kept with probability keep_i."""
    row = np.repeat(np.arange(N.shape[0]), np.diff(N.indptr))
    data = N.data * (keep[row] * keep[N.indices]).astype(np.float32)
    return sparse.csr_array((data, N.indices, N.indptr), shape=N.shape)


def expected_negatives(N, P, k):
    """a (n_words,) and b (n_words,), float32: a pair of centre i and context j has a_i b_j = k n_i P_j negatives."""
    return (k * N.sum(axis=1, dtype=np.float64)).astype(np.float32), P.astype(np.float32)


def spectral_start(N, a, b, dim, rng):
    """W and C (n_words, dim) whose scores are the best of rank `dim` to log(N_ij / (a_i b_j)), where the loss is least.

    That optimum is the matrix of pointwise mutual information less log k (Levy and Goldberg 2014, equation 11). The
    logarithm is smoothed: log(N_ij / (a_i b_j) + SMOOTH), a constant plus as many numbers as N has. Its singular values
    come from a randomised range finder (Halko, Martinsson and Tropp 2011, algorithm 4.4, one power iteration), and each
    side gets their square roots. Words without a pair get zero vectors.
    """
    n_words = N.shape[0]
    seen = a > 0
    row = np.repeat(np.arange(n_words), np.diff(N.indptr))
    data = np.log(N.data / (a[row] * b[N.indices]) + np.float32(SMOOTH)) - np.float32(np.log(SMOOTH))
    excess = sparse.csr_array((data, N.indices, N.indptr), shape=N.shape)
    transposed = excess.T.tocsr()

    def product(matrix, X):
        return (matrix @ X + np.float32(np.log(SMOOTH)) * X[seen].sum(axis=0)) * seen[:, None]

    width = min(dim + 20, n_words)
    Q = rng.standard_normal((n_words, width), dtype=np.float32) * seen[:, None]
    Q = np.linalg.qr(product(transposed, np.linalg.qr(product(excess, Q))[0]))[0]
    left, values, right = np.linalg.svd(product(excess, Q), full_matrices=False)
    kept = min(dim, width)
    W, C = np.zeros((n_words, dim), np.float32), np.zeros((n_words, dim), np.float32)
    root = np.sqrt(values[:kept])
    W[:, :kept], C[:, :kept] = left[:, :kept] * root, (Q @ right.T)[:, :kept] * root
    W[~seen], C[~seen] = 0.0, 0.0  # where rounding left something
    return W, C


def sweep(W, C, N, a, b, threads):
    """Newton steps for all input vectors, then for all output vectors, in place. Returns L(W, C) after them, float64."""
    improve(W, C, N, a, b, threads)
    return improve(C, W, N, b, a, threads)


def improve(X, Y, N, a, b, threads):
    """One Newton step for every row of X, in place, with Y fixed; each row's loss is convex and its own.

    The gradient is exact. The curvature of row i, sum_j (N_ij + a_i b_j) s (1 - s) y_j y_j', is replaced by one matrix
    for all rows, H = sum_j b_j y_j y_j' with a ridge, that is inverted once: p_i = H^-1 g_i. How far to go along p_i is
    then exact again: the true curvature along p_i is one more matrix product. No row's loss rises. Returns the loss.

    Scores are made for a block of rows at a time, so that no (n_words, n_words) array exists.
    threads : Threads, which share the rows.
    """
    n_words = len(Y)
    H = (Y.T * (b / b.sum())) @ Y
    H[np.diag_indices_from(H)] += RIDGE * np.trace(H) / len(H) or 1.0  # all of Y zero: any direction is as good
    inverse = np.linalg.inv(H)
    height = block_height(n_words)
    room = np.empty((4, height, n_words), X.dtype)
    counts = N.indptr, N.indices, N.data, a, b
    blocks = range(0, n_words, height)
    return sum(_improve_block(X[first : first + height], Y, first, inverse, counts, room, threads) for first in blocks)


def block_height(n_words):
    """Rows of scores made at a time."""
    return min(n_words, max(16, BLOCK // max(n_words, 1)))


def _improve_block(X, Y, first, inverse, counts, room, threads):
    """:func:`improve` for the rows X = X[first:first + len(X)] of all; returns their loss."""
    scores, errors, curvature, moves = room[:, : len(X)]
    losses, steps = np.empty(len(X)), np.empty(len(X), X.dtype)

    def derive(t):
        kernels.expected_rows(scores[t], first + t.start, *counts, errors[t], curvature[t], losses[t], kernels.EXACT)

    def step(t):
        kernels.newton_steps(
            scores[t], moves[t], slopes[t], curvature[t], first + t.start, *counts, losses[t], steps[t], kernels.EXACT
        )

    np.matmul(X, Y.T, out=scores)
    threads.rows(len(X), derive)
    gradient = errors @ Y
    direction = gradient @ inverse
    slopes = (gradient * direction).sum(axis=1)
    np.matmul(direction, Y.T, out=moves)
    threads.rows(len(X), step)
    X -= steps[:, None] * direction
    return float(losses.sum())
