"""The equations of skip-gram with negative sampling, in plain NumPy, float64, nothing shared with the kernels.

Mikolov, Sutskever, Chen, Corrado and Dean, "Distributed Representations of Words and Phrases and their
Compositionality" (2013), equation 4: a pair of a centre i and a context j costs

    -log s(w_i . c_j) - k E_{l ~ P} log s(-w_i . c_l)

The recipe trains on the pairs of every r-permutation of every bag. :func:`permutation_pairs` lists them;
:func:`bag_pairs` with :func:`pair_weight` says the same without listing them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from math import factorial
from typing import Any

import numpy as np

from instahash.network.reference import sigmoid

Array = np.ndarray
Bag = Sequence[int]


def log_sigmoid(x: Any) -> Any:
    """log s(x) = -log(1 + exp(-x)), without overflow; -log s(-x) is softplus(x)."""
    return -np.logaddexp(0.0, -np.asarray(x, dtype=np.float64))


def permutation_pairs(bag: Bag, r: int) -> list[tuple[int, int]]:
    """All (centre, context) pairs of all permutations of min(r, n) words of `bag`, the window covering each whole."""
    pairs = []
    for sentence in permutations(bag, min(r, len(bag))):
        pairs += [(sentence[a], sentence[b]) for a in range(len(sentence)) for b in range(len(sentence)) if a != b]
    return pairs


def bag_pairs(bag: Bag) -> list[tuple[int, int]]:
    """Every ordered pair of different words of `bag`, once."""
    return [(i, j) for i in bag for j in bag if i != j]


def pair_weight(n: int, r: int) -> int:
    """How often each ordered pair occurs in all permutations of r out of n words: r (r-1) (n-2)! / (n-r)!.

    The pair takes 2 of r places in r (r-1) ways; n-2 words fill the other r-2 places in (n-2)! / (n-r)! ways.
    Zero for bags of fewer than two words; r is capped at n.
    """
    r = min(r, n)
    return r * (r - 1) * factorial(n - 2) // factorial(n - r) if n >= 2 else 0


def expected_loss(W: Array, C: Array, pairs: Sequence[tuple[int, int]], P: Array, k: int) -> tuple[float, Array, Array]:
    """(loss, dW, dC) of equation 4 summed over `pairs` of (centre, context), with the exact expectation over P."""
    loss, dW, dC = 0.0, np.zeros_like(W), np.zeros_like(C)
    for i, j in pairs:
        loss -= log_sigmoid(W[i] @ C[j])
        error = sigmoid(W[i] @ C[j]) - 1.0  # d(-log s(x))/dx = s(x) - 1
        dW[i] += error * C[j]
        dC[j] += error * W[i]
        loss -= k * P @ log_sigmoid(-C @ W[i])
        errors = k * P * sigmoid(C @ W[i])  # d(-log s(-x))/dx = s(x)
        dW[i] += errors @ C
        dC += np.outer(errors, W[i])
    return loss, dW, dC


def bag_gradient(X: Array, Y: Array, n: int, k: int) -> tuple[float, Array, Array]:
    """(loss, dX, dY) of one bag with the negatives drawn for it.

    The bag's n words are rows of X (n, dim) as centres and the first n rows of Y (n + n_shared, dim) as contexts; the
    other rows of Y are the negatives, shared by all centres. Each of a centre's n - 1 pairs wants k of them in
    expectation, so each of the n_shared counts k (n - 1) / n_shared times, which keeps the expected gradient.
    """
    times = k * (n - 1) / (len(Y) - n)
    loss, dX, dY = 0.0, np.zeros_like(X), np.zeros_like(Y)
    for i in range(n):
        for j in range(len(Y)):
            score = X[i] @ Y[j]
            if j >= n:
                loss -= times * log_sigmoid(-score)
                error = times * sigmoid(score)
            elif i != j:
                loss -= log_sigmoid(score)
                error = sigmoid(score) - 1.0
            else:
                error = 0.0
            dX[i] += error * Y[j]
            dY[j] += error * X[i]
    return loss, dX, dY


def adagrad_rows(A: Array, A2: Array, rows: Array, gradient: Array, learning_rate: float) -> None:
    """A step of Adagrad with one step size a row, rows taken one after the other (a row may occur twice).

    A2[i] += mean(g^2);  A[i] -= learning_rate g / sqrt(A2[i]).   Changes A and A2 in place.
    """
    for i, g in zip(rows, gradient):
        A2[i] += np.mean(g**2)
        if A2[i] > 0.0:
            A[i] -= learning_rate * g / np.sqrt(A2[i])


def train_bags(
    W: Array, C: Array, W2: Array, C2: Array,
    indptr: Array, indices: Array, order: Array, weights: Array, negatives: Array, k: int, learning_rate: float,
) -> float:  # fmt: skip
    """One step for each bag `order[t]`, with the shared negatives `negatives[t]`; returns the weighted loss.

    Changes W, C, W2, C2 in place. A bag's gradient is taken at the vectors as they were before its step.
    """
    total = 0.0
    for t, p in enumerate(order):
        bag = indices[indptr[p] : indptr[p + 1]]
        if len(bag) < 2:
            continue
        contexts = np.concatenate([bag, negatives[t]])
        loss, dX, dY = bag_gradient(W[bag], C[contexts], len(bag), k)
        adagrad_rows(W, W2, bag, weights[p] * dX, learning_rate)
        adagrad_rows(C, C2, contexts, weights[p] * dY, learning_rate)
        total += weights[p] * loss
    return total


def cooccurrence(bags: Sequence[Bag], weights: Sequence[float], n_words: int) -> Array:
    """N (n_words, n_words): the weights of the bags that hold both i and j, summed; zero where i = j.

    bags : list of lists of word ids.  The loss of all bags is a sum over their pairs, so these counts are all it needs.
    """
    N = np.zeros((n_words, n_words))
    for bag, weight in zip(bags, weights):
        for i, j in bag_pairs(bag):
            N[i, j] += weight
    return N


def expected_rows(scores: Array, N: Array, a: Array, b: Array) -> tuple[Array, Array, Array]:
    """The expected loss of each row i of all pairs, and its first and second derivatives by the scores x_ij.

    loss_i = sum_j -N_ij log s(x_ij) - a_i b_j log s(-x_ij), with a_i b_j negatives expected of (i, j).
    scores, N : (n_rows, n_words).  Returns losses (n_rows,), errors and curvature, (n_rows, n_words).
    """
    negatives = np.outer(a, b)
    losses = -(N * log_sigmoid(scores) + negatives * log_sigmoid(-scores)).sum(axis=1)
    errors = N * (sigmoid(scores) - 1.0) + negatives * sigmoid(scores)
    return losses, errors, (N + negatives) * sigmoid(scores) * sigmoid(-scores)


def newton_steps(
    scores: Array, moves: Array, slopes: Array, curvature: Array, N: Array, a: Array, b: Array, losses: Array
) -> tuple[Array, Array]:
    """How far each row goes: t_i = slope_i / sum_j curvature_ij moves_ij^2, halved until the row's loss does not rise.

    scores - t moves are the scores after a step t. Returns steps and the losses after them.
    """
    steps, after = np.zeros(len(scores)), np.array(losses, dtype=np.float64)
    for i in range(len(scores)):
        along = curvature[i] @ moves[i] ** 2  # the second derivative along the direction
        step = slopes[i] / along if along > 0 else 0.0
        for halving in range(20):
            moved = scores[i : i + 1] - step / 2**halving * moves[i : i + 1]
            (loss,), _, _ = expected_rows(moved, N[i : i + 1], a[i : i + 1], b)
            if loss <= losses[i]:
                steps[i], after[i] = step / 2**halving, loss
                break
    return steps, after


def improve(X: Array, Y: Array, N: Array, a: Array, b: Array, ridge: float) -> tuple[Array, float]:
    """X after one Newton step for every row, Y fixed: X_i - t_i H^-1 g_i, H = sum_j b_j y_j y_j' / sum b, plus ridge;
    and the loss at it.

    g_i = sum_j errors_ij y_j is the gradient of row i; t_i minimises the second-order expansion along H^-1 g_i.
    """
    H = sum(weight * np.outer(y, y) for weight, y in zip(b / b.sum(), Y))
    H = H + ridge * np.trace(H) / len(H) * np.eye(len(H))
    losses, errors, curvature = expected_rows(X @ Y.T, N, a, b)
    gradient = errors @ Y
    direction = np.linalg.solve(H, gradient.T).T
    slopes = (gradient * direction).sum(axis=1)
    steps, losses = newton_steps(X @ Y.T, direction @ Y.T, slopes, curvature, N, a, b, losses)
    return X - steps[:, None] * direction, losses.sum()
