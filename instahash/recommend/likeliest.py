"""The weights of a fusion and the curve of its calibration under which what posts use is likeliest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from instahash.dense import softmax
from instahash.sparse import CSR, row_of_entries

# Weight of the pulls towards the weights before fitting, and towards the calibration before it is corrected, in posts.
STRENGTH, CURVE_STRENGTH = 10.0, 20.0
# By how much less a hashtag counts the less likely it is, in [0, 1): at 0 it is the likelihood that is maximised.
Q = 0.3
# Scores of a member that are looked at together while its weight is learnt: those of all stay in the cache.
BLOCK = 2**16


def likeliest_weights(
    scores: Sequence[np.ndarray],
    targets: CSR,
    excluded: np.ndarray | None,
    each: np.ndarray,
    start: np.ndarray,
    least: np.ndarray,
    before: np.ndarray | None = None,
) -> np.ndarray:
    """The w, (n_members,) float64, of the likeliest log p = sum_k w_k f_k + `before` - log Z, pulled towards `start`.

    It is an L_q likelihood (Ferrari and Yang 2010, Maximum Lq-likelihood estimation) that is maximised, the sum of
    (p^q - 1) / q in place of log p, of p to the power of 1 / (1 - q), normalised, whose maximum is at the true p: a
    hashtag that nobody could guess would move the weights most otherwise, and is in no list.

    scores : of each member (n_posts, n_hashtags) float.  targets : CSR (n_posts, n_hashtags), ones.
    excluded : (n_posts, n_hashtags) bool, hashtags that are left out of Z.
    each : (n_posts,) float, the weight of each of a post's hashtags.
    start, least : (n_members,) float, the weights to begin with, and the least that there may be.
    before : (n_posts, n_hashtags) float32, a part of the sum that is known already.
    """
    parts = _parts(targets.shape[0], max(BLOCK // targets.shape[1], 1))
    blocks = [np.stack([f[part] for f in scores]) for part in parts]
    wanted = [(row_of_entries(targets[part]), targets[part].indices) for part in parts]

    def loss_and_gradient(w: np.ndarray) -> tuple[float, np.ndarray]:
        """(1 - q) / q times the sum of 1 - p^q of the targets, and the prior's pull, each with its gradient."""
        w = w.astype(np.float32)  # as the scores: all that is summed is of the same weights
        loss, gradient = 0.5 * STRENGTH * np.sum((w - start) ** 2), STRENGTH * (w - start)
        for part, F, (rows, columns) in zip(parts, blocks, wanted):
            pooled = np.tensordot(w, F, axes=1)
            if before is not None:
                pooled += before[part]
            pooled /= np.float32(1 - Q)
            p, log_Z = softmax(pooled, None if excluded is None else excluded[part])
            log_p = pooled[rows, columns] - log_Z[rows, 0]
            counted = each[part][rows] * np.exp(Q * log_p)
            loss += (1 - Q) / Q * (each[part][rows] @ -np.expm1(Q * log_p))
            p *= np.bincount(rows, counted, len(p))[:, None].astype(p.dtype)
            gradient += [np.vdot(f, p) - f[rows, columns] @ counted for f in F]
        return float(loss), gradient

    bounds = [*zip(least, [None] * len(least))]
    return np.asarray(minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", bounds=bounds).x)


def likeliest_curve(
    terms: Callable[[slice], np.ndarray],
    used: np.ndarray,
    weights: np.ndarray,
    start: np.ndarray,
    before: Callable[[slice], np.ndarray] | None = None,
) -> np.ndarray:
    """The theta, (n_terms,) float64, for which sigmoid(theta terms + `before`) fits `used` best, by Newton's method.

    terms : of a slice of all n those terms, (n_terms, size) float64; they are made when they are looked at, since
        together they would take several times the memory of the scores.
    used, weights : (n,) bool and float.  start : (n_terms,) float, to begin with.
    before : likewise a part of the sum that is known already, (size,) float64; theta is then pulled towards `start`.
    """
    theta, pull = start, 1e-6 if before is None else CURVE_STRENGTH
    for _ in range(20):
        gradient, curvature = np.zeros(len(theta)), pull * np.eye(len(theta))
        if before is not None:
            gradient += pull * (theta - start)
        for part in _parts(len(used), BLOCK):
            A, w = terms(part), weights[part]
            p = expit(theta @ A if before is None else theta @ A + before(part))
            gradient += A @ (w * (p - used[part]))
            curvature += (A * (w * p * (1 - p))) @ A.T
        step = np.linalg.solve(curvature, gradient)
        theta = theta - step
        if np.abs(step).max() < 1e-6:
            break
    return theta


def _parts(n: int, most: int) -> list[slice]:
    return [slice(start, start + most) for start in range(0, n, most)]
