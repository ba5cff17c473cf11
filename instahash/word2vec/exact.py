"""The expected loss itself, every pair of words at once: counts, a start from the spectrum, sweeps of Newton steps.

With N_ij how often i and j share a bag (each bag with its weight), n_i = sum_j N_ij and x_ij = w_i . c_j, the loss of
all pairs with the exact expectation over the negatives is (Levy and Goldberg 2014, equation 2)

    L(W, C) = sum_ij N_ij softplus(-x_ij) + k n_i P_j softplus(x_ij)

No sampling, no noise: the result does not depend on the order of the posts, and the cost, n_words^2 dim a sweep, does
not depend on their number. The negatives a_i b_j = k n_i P_j have rank one and N is symmetric, so improving C with W
fixed is the same problem as improving W with C fixed, with a and b exchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import sparse

from instahash.sparse import CSR, ones, row_of_entries, with_data, without_diagonal
from instahash.threads import Threads
from instahash.training import History
from instahash.word2vec import kernels
from instahash.word2vec.learnt import Learnt, sum_of_counts
from instahash.word2vec.sampling import keep_probabilities, noise_distribution, permutation_weights
from instahash.word2vec.settings import Word2VecSettings as Settings

# Scores held at a time, in numbers: three arrays of (rows, n_words) that stay in the last-level cache.
SCORES = 2**20
# Added to N_ij / (a_i b_j) under the logarithm, so that words that never met have a finite, clearly negative score.
SMOOTH = 0.05
# Fraction of the mean eigenvalue of the curvature that is added to it: directions without any context stay put.
RIDGE = 0.1


def cooccurrence(bags: CSR, weights: np.ndarray) -> CSR:
    """N (n_words, n_words) CSR float32, symmetric, empty diagonal: the summed weights of the bags that i and j share.

    bags : CSR (n_posts, n_words), stored entries are members.  weights : (n_posts,).
    """
    weighted = with_data(bags, np.asarray(weights, np.float32)[row_of_entries(bags)])
    N = without_diagonal(ones(bags).T.tocsr() @ weighted)
    N.eliminate_zeros()  # of weights too small for float32
    N.sort_indices()
    return N


def thinned(N: CSR, keep: np.ndarray) -> CSR:
    """Expected counts where each occurrence of word i is kept with probability keep_i."""
    return with_data(N, N.data * (keep[row_of_entries(N)] * keep[N.indices]).astype(np.float32))


def expected_negatives(N: CSR, P: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """a (n_words,) and b (n_words,), float32: a pair of centre i and context j has a_i b_j = k n_i P_j negatives."""
    return (k * N.sum(axis=1, dtype=np.float64)).astype(np.float32), P.astype(np.float32)


def spectral_start(N: CSR, a: np.ndarray, b: np.ndarray, dim: int, rng: np.random.Generator) -> np.ndarray:
    """W and C, (2, n_words, dim), whose scores are those of rank `dim` nearest to the optimum log(N_ij / (a_i b_j)).

    That is pointwise mutual information less log k (Levy and Goldberg 2014, equation 11). The logarithm is smoothed:
    log(N_ij / (a_i b_j) + SMOOTH), a constant plus as many numbers as N has. Its singular values come from a randomised
    range finder (Halko, Martinsson and Tropp 2011, algorithm 4.4, one power iteration), and each side gets their square
    roots. Words without a pair get zero vectors.
    """
    n_words = N.shape[0]
    seen = a > 0
    expected = a[row_of_entries(N)] * b[N.indices]
    excess = with_data(N, np.log(N.data / expected + np.float32(SMOOTH)) - np.float32(np.log(SMOOTH)))
    transposed = excess.T.tocsr()

    def product(matrix: CSR, X: np.ndarray) -> np.ndarray:
        return (matrix @ X + np.float32(np.log(SMOOTH)) * X[seen].sum(axis=0)) * seen[:, None]

    width = min(dim + 20, n_words)
    Q = rng.standard_normal((n_words, width), dtype=np.float32) * seen[:, None]
    Q = np.linalg.qr(product(transposed, np.linalg.qr(product(excess, Q))[0]))[0]
    left, values, right = np.linalg.svd(product(excess, Q), full_matrices=False)
    kept = min(dim, width)
    vectors = np.zeros((2, n_words, dim), np.float32)
    vectors[:, :, :kept] = np.stack([left, Q @ right.T])[:, :, :kept] * np.sqrt(values[:kept])
    vectors[:, ~seen] = 0.0  # where rounding left something
    return vectors


def grown(learnt: Learnt, bags: CSR, counts: np.ndarray, settings: Settings, rng: np.random.Generator | None) -> Learnt:
    """What was learnt, with the counts of `bags` and zero vectors for new words. counts : of all posts."""
    N = sparse.triu(cooccurrence(bags, permutation_weights(np.diff(bags.indptr), settings.permutation)), format="csr")
    W, C = np.zeros((2, bags.shape[1] - len(learnt.W), settings.dim), np.float32)
    N = N if learnt.N is None else sum_of_counts(learnt.N, N)
    return learnt.grown(W, C, counts, trainer="exact", N=N)


def epochs(
    learnt: Learnt, bags: CSR, settings: Settings, history: History, seed: int, threads: Threads, on_progress: Any
) -> Iterator[float]:
    """Sweeps until the last epoch of `history`; yields the mean loss a pair after each."""
    half: Any = learnt.N
    N = sum_of_counts(half, half.T.tocsr())
    if settings.sample:
        N = thinned(N, keep_probabilities(learnt.counts, settings.sample))
    P = noise_distribution(learnt.counts, settings.ns_exponent, settings.min_count)
    a, b = expected_negatives(N, P, settings.n_negative)
    if not learnt.W.any():
        learnt.W, learnt.C = spectral_start(N, a, b, settings.dim, np.random.default_rng([seed, 0]))
    pairs = float(N.sum(dtype=np.float64))
    for _ in range(len(history), history.last):
        loss = sweep(learnt.W, learnt.C, N, a, b, threads)
        on_progress(bags.shape[0])
        yield loss / pairs


def sweep(W: np.ndarray, C: np.ndarray, N: CSR, a: np.ndarray, b: np.ndarray, threads: Threads) -> float:
    """Newton steps for all input vectors, then for all output vectors, in place. Returns L(W, C) after them."""
    improve(W, C, N, a, b, threads)
    return improve(C, W, N, b, a, threads)


def improve(X: np.ndarray, Y: np.ndarray, N: CSR, a: np.ndarray, b: np.ndarray, threads: Threads) -> float:
    """One Newton step for every row of X, in place, with Y fixed; each row's loss is convex and its own.

    The gradient is exact. The curvature of row i, sum_j (N_ij + a_i b_j) s (1 - s) y_j y_j', is replaced by one matrix
    for all rows, H = sum_j b_j y_j y_j' with a ridge, that is inverted once: p_i = H^-1 g_i. How far to go along p_i is
    then exact again: the true curvature along p_i is one more matrix product. No row's loss rises. Returns the loss.

    Scores are made for a block of rows at a time, so that no (n_words, n_words) array exists.
    """
    H = (Y.T * (b / b.sum())) @ Y
    H[np.diag_indices_from(H)] += RIDGE * np.trace(H) / len(H) or 1.0  # all of Y zero: any direction is as good
    inverse, height = np.linalg.inv(H), block_height(len(Y))
    workspace, counts = np.empty((4, height, len(Y)), X.dtype), (N.indptr, N.indices, N.data, a, b)
    return sum(
        _improve_block(X[first : first + height], Y, first, inverse, counts, workspace, threads)
        for first in range(0, len(Y), height)
    )


def block_height(n_words: int) -> int:
    """Rows of scores made at a time."""
    return min(n_words, max(16, SCORES // max(n_words, 1)))


def _improve_block(
    X: np.ndarray, Y: np.ndarray, first: int, inverse: np.ndarray, counts: Any, workspace: np.ndarray, threads: Threads
) -> float:
    """:func:`improve` for the rows X = X[first:first + len(X)] of all; returns their loss."""
    scores, errors, curvature, moves = workspace[:, : len(X)]
    losses, steps = np.empty(len(X)), np.empty(len(X), X.dtype)

    def derive(t: slice) -> None:
        kernels.expected_rows(scores[t], first + t.start, *counts, errors[t], curvature[t], losses[t], kernels.EXACT)

    def step(t: slice) -> None:
        row = first + t.start, *counts, losses[t], steps[t], kernels.EXACT
        kernels.newton_steps(scores[t], moves[t], slopes[t], curvature[t], *row)

    np.matmul(X, Y.T, out=scores)
    threads.rows(len(X), derive)
    gradient = errors @ Y
    direction = gradient @ inverse
    slopes = (gradient * direction).sum(axis=1)
    np.matmul(direction, Y.T, out=moves)
    threads.rows(len(X), step)
    X -= steps[:, None] * direction
    return float(losses.sum())
