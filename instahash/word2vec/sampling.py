"""The sampling trainer: every random draw, the weights that stand in for the permutations, and the loop of epochs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from instahash.sparse import CSR, column_counts, keep
from instahash.threads import Threads
from instahash.training import History
from instahash.word2vec import kernels
from instahash.word2vec.learnt import Learnt
from instahash.word2vec.settings import Word2VecSettings as Settings

A = np.ndarray
# Bags between two looks around: progress is shown and Ctrl-C is heard after each chunk.
CHUNK = 16_384


def initial_vectors(rng: np.random.Generator, n_words: int, dim: int) -> tuple[A, A]:
    """Input vectors uniform in (-0.5, 0.5) / dim, output vectors zero, float32, as in word2vec.c."""
    W = (rng.random((n_words, dim), dtype=np.float32) - np.float32(0.5)) / np.float32(dim)
    return W, np.zeros_like(W)


def noise_distribution(counts: A, exponent: float, min_count: int = 1) -> A:
    """P_j proportional to count_j ** exponent (Mikolov et al. 2013, section 2.2: 3/4). float64, sums to 1.

    counts : (n_words,). Words of fewer than `min_count` are never drawn; at least one has as many.
    """
    P = np.where(counts >= min_count, np.maximum(counts, 1).astype(np.float64) ** exponent, 0.0)
    P /= P.sum()
    return P


def draw_negatives(rng: np.random.Generator, cumulative: A, n_bags: int, n_shared: int) -> A:
    """Negatives of each bag, word ids (n_bags, n_shared) int32; `cumulative` is P summed up, (n_words,) float64.

    Stratified sampling: P is cut into n_shared parts of equal probability, and each bag gets one word of each part. A
    sum over a bag's negatives is expected to be that of independent draws from P, n_shared sum_l P_l f(l), and varies
    less. All bags' draws together are equally spaced points under the cumulative distribution, with one random shift,
    dealt out in random order.
    """
    size, total = n_bags * n_shared, cumulative[-1]
    # The points (t + shift) / size with t < ends[j] lie below cumulative[j].
    ends = np.clip(np.ceil(cumulative * (size / total) - rng.random()), 0, size).astype(np.int64)
    ends[cumulative == total] = size  # whatever rounding did, none is left over
    ids = np.repeat(np.arange(len(cumulative), dtype=np.int32), np.diff(ends, prepend=0))
    return np.ascontiguousarray(ids.reshape(n_shared, n_bags)[:, rng.permutation(n_bags)].T)


def keep_probabilities(counts: A, threshold: float) -> A:
    """Probability that an occurrence of a word is kept: min(1, sqrt(t / f) + t / f), f its fraction of all words.

    As word2vec.c subsamples frequent words; threshold t = 0 keeps all. Returns (n_words,) float64.
    """
    counts = np.asarray(counts, np.float64)
    if threshold <= 0:
        return np.ones(len(counts))
    with np.errstate(divide="ignore"):
        ratio = threshold * counts.sum() / counts
    return np.minimum(1.0, np.sqrt(ratio) + ratio)


def permutation_weights(sizes: A, r: int) -> A:
    """The weight r (r-1) (n-2)! / (n-r)! of each bag's pairs, divided by that of a bag of max(r, 10) words.

    sizes : (n_bags,) number of words.  Returns (n_bags,) float64, 0 for bags of fewer than two words.
    The division keeps the numbers small for any r; the minimum, the mean loss a pair and Adagrad's steps do not change.
    With r capped at n, (n-2)! / (n-r)! is the product of the r-2 factors n-2, n-3, ...
    """
    n, typical = np.asarray(sizes, dtype=np.float64), max(r, 10)
    capped = np.minimum(r, n)
    weight = np.where(n >= 2, capped * (capped - 1), 0.0) / (r * (r - 1))
    for factor in range(2, r):
        weight *= np.where(n > factor, n - factor, 1.0) / (typical - factor)
    return weight


def grown(learnt: Learnt, bags: CSR, counts: A, settings: Settings, rng: np.random.Generator | None) -> Learnt:
    """What was learnt, with first vectors for new words, and squares in place of the other trainer's counts.

    counts : (n_words,), posts of each word, of all posts.  rng : None for zeros, where an earlier state is put back.
    """
    squares: Any = learnt.W2, learnt.C2
    n_new = bags.shape[1] - len(learnt.W)
    W, C = np.zeros((2, n_new, settings.dim), np.float32) if rng is None else initial_vectors(rng, n_new, settings.dim)
    W[counts[len(learnt.W) :] < settings.min_count] = 0.0
    if rng is not None and learnt.N is not None:
        squares = past_squares(learnt.W, learnt.C, learnt.replay.matrices[0], learnt.counts, settings, rng)
    W2, C2 = (np.append(() if old is None else old, np.zeros(n_new)) for old in squares)
    return learnt.grown(W, C, counts, trainer="sampling", W2=W2, C2=C2)


def epochs(
    learnt: Learnt, bags: CSR, settings: Settings, history: History, seed: int, threads: Threads, on_progress: Any
) -> Iterator[float]:
    """Train on `bags` and the replayed posts until the last epoch of `history`, over which the learning rate falls.

    Yields the mean loss a pair of each epoch, taken before each bag's step.
    on_progress : called with the number of bags done since its last call.
    """
    (bags,), counts, vectors = learnt.replay.after((bags,)), learnt.counts, list(learnt.vectors().values())
    weights = permutation_weights(np.diff(bags.indptr), settings.permutation)
    cumulative = np.cumsum(noise_distribution(counts, settings.ns_exponent, settings.min_count))
    kept = keep_probabilities(counts, settings.sample)
    n_bags, n_chunks = bags.shape[0], -(-bags.shape[0] // CHUNK)
    for epoch in range(len(history) + 1, history.last + 1):
        rng = np.random.default_rng([seed, epoch])  # epochs need no state of those before them
        thin = keep(bags, rng.random(bags.nnz) < kept[bags.indices]) if settings.sample else bags
        order, loss = rng.permutation(n_bags), 0.0
        for chunk in range(n_chunks):
            done = (epoch - 1 - history.first) * n_chunks + chunk
            linear = 1.0 - done / (settings.epochs * n_chunks)
            rate = settings.learning_rate * (linear if settings.schedule == "linear" else 1.0)
            part = order[chunk * CHUNK : (chunk + 1) * CHUNK]
            negatives = draw_negatives(rng, cumulative, len(part), settings.n_shared)
            loss += visit(vectors, thin, part, weights, negatives, settings.n_negative, rate, threads)
            on_progress(len(part))
        sizes = np.diff(thin.indptr).astype(np.float64)
        yield loss / max(float((weights * sizes * (sizes - 1)).sum()), 1e-300)


def visit(
    vectors: Sequence[A], bags: CSR, order: A, weights: A, negatives: A, k: int, rate: float, threads: Threads
) -> float:
    """A step for each bag of `order`, which the threads share; returns the summed loss."""

    def some(t: slice) -> float:
        drawn = bags.indptr, bags.indices, order[t], weights, negatives[t]
        return float(kernels.train_bags(*vectors, *drawn, k, rate, kernels.EXACT))

    return float(sum(threads.rows(len(order), some)))


def past_squares(W: A, C: A, bags: CSR, counts: A, settings: Settings, rng: np.random.Generator) -> A:
    """W2 and C2, (2, n_words), as `settings.epochs` epochs of earlier posts would have left them at these vectors.

    A pass over `bags`, a sample of the earlier posts, with steps of length zero adds up the squared gradients; each
    word's sum is scaled from its occurrences in the sample to its `counts`, (n_words,), in all earlier posts. A word
    that the sample lacks has the mean sum of an occurrence.
    """
    P, n_bags = noise_distribution(counts, settings.ns_exponent, settings.min_count), bags.shape[0]
    weights = permutation_weights(np.diff(bags.indptr), settings.permutation)
    negatives = draw_negatives(rng, np.cumsum(P), n_bags, settings.n_shared)
    squares = np.zeros((2, len(W)))
    visit((W, C, *squares), bags, np.arange(n_bags), weights, negatives, settings.n_negative, 0.0, Threads(1))
    occurrences = column_counts(bags)
    mean = squares[:, occurrences > 0].sum(axis=1, keepdims=True) / max(bags.nnz, 1)
    an_occurrence = np.where(occurrences > 0, squares / np.maximum(occurrences, 1), mean)
    return settings.epochs * np.where(P > 0, counts, 0) * an_occurrence
