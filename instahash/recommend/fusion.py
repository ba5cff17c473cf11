"""Fusion: several log-scores of the same hashtags become one probability.

A logarithmic opinion pool (Genest and Zidek 1986), log p(t) = sum_k w_k f_k(t) - log Z: experts that know different
things multiply. The weights w >= 0 are those under which held out posts' hashtags are likeliest. What is then the most
probable next hashtag is turned into the probability that the author would use it at all by Platt's scaling (1999).
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

# Weight of the pull towards the weights before any post was seen, in posts.
STRENGTH = 20.0


class Fusion:
    """Weights of `members`, and how log-probabilities are calibrated.

    members : tuple of str. Every expert has its share of what is popular; where several answer, "popularity" may be taken
        off again: its weight may be negative, the others' not.
    weights : (n_members,) float, before :meth:`fit` what is taken for lack of data.
    calibration : (a, c, d), the author uses t with probability sigmoid(a + c log p(t) + d log(1 + n)) where n hashtags
        are chosen already: the more are, the fewer are left to use.
    """

    def __init__(self, members, weights, calibration=(1.5, 1.0, 0.0)):
        self.members = tuple(members)
        self.weights = np.asarray(weights, np.float64)
        self.calibration = tuple(float(value) for value in calibration)

    def fit(self, scores, targets, barred=None, weights=None):
        """Learn the weights from posts that no member was trained on.

        scores : dict of member -> (n_posts, n_hashtags) float.  targets : CSR (n_posts, n_hashtags), ones.
        barred : (n_posts, n_hashtags) bool, hashtags that are chosen already, see :meth:`log_probabilities`.
        weights : (n_posts,) float, what each post counts; default 1. A post's n hashtags count 1 / sqrt(n) of it each, as
            in the training of the members.
        """
        n = np.diff(targets.indptr)
        if not n.sum():
            return self
        F = np.stack([scores[name] for name in self.members])
        rows, start = np.repeat(np.arange(len(n)), n), self.weights.copy()
        share = (1.0 if weights is None else weights) / np.sqrt(np.maximum(n, 1))
        wanted = F[:, rows, targets.indices] @ share[rows]

        def loss_and_gradient(w):
            log_p, p = _log_softmax(np.tensordot(w.astype(np.float32), F, axes=1), barred)
            loss = -(share[rows] * log_p[rows, targets.indices]).sum(dtype=np.float64)
            p *= (n * share).astype(np.float32)[:, None]
            gradient = np.array([np.vdot(f, p) for f in F], np.float64) - wanted
            return loss + 0.5 * STRENGTH * np.sum((w - start) ** 2), gradient + STRENGTH * (w - start)

        bounds = [(None if name == "popularity" else 0, None) for name in self.members]
        self.weights = minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", bounds=bounds).x
        return self

    def calibrate(self, scores, targets, barred=None, weights=None):
        """Learn the calibration from such posts, with the weights that there are; arguments as in :meth:`fit`."""
        n = np.diff(targets.indptr)
        if not n.sum():
            return self
        used = targets.toarray() > 0
        barred = np.zeros(used.shape, bool) if barred is None else barred
        n_chosen = barred.sum(axis=1)
        # An author who chooses n hashtags one by one asks n times.
        asked = np.where(n_chosen, n_chosen + n, 1) * (1.0 if weights is None else weights)
        rows = np.nonzero(~barred)[0]
        log_p = self.log_probabilities(scores, barred)[~barred]
        self.calibration = _platt(log_p, n_chosen[rows], used[~barred], asked[rows])
        return self

    def log_probabilities(self, scores, barred=None):
        """log p, (n_posts, n_hashtags) float32, from a dict of each member's scores of that shape.

        barred : (n_posts, n_hashtags) bool, hashtags that are chosen already and cannot come next: the others'
            probabilities add up to 1 without them. What stands in their places is on the same scale.
        """
        total = sum(np.float32(w) * scores[name] for name, w in zip(self.members, self.weights))
        return _log_softmax(total, barred)[0]

    def probabilities(self, log_p, n_chosen):
        """The probability that the author would use each hashtag, in [0, 1].

        log_p : (n_posts, n_hashtags) float.  n_chosen : (n_posts,) int, hashtags of each post that are chosen already.
        """
        a, c, d = self.calibration
        return 1 / (1 + np.exp(-np.clip(a + c * log_p + d * np.log1p(n_chosen, dtype=np.float32)[:, None], -60, 60)))

    def to_array(self):
        """Weights and calibration in one array."""
        return np.concatenate([self.weights, self.calibration])


def _log_softmax(O, barred=None):
    """log softmax of each row, and softmax; where `barred`, the softmax is 0."""
    possible = O if barred is None else np.where(barred, -np.inf, O)
    highest = possible.max(axis=1, keepdims=True)
    highest[highest == -np.inf] = 0  # all are barred
    p = np.exp(possible - highest)
    total = np.maximum(p.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return O - highest - np.log(total), p / total


def _platt(log_p, n_chosen, used, weights):
    """a, c > 0 and d for which sigmoid(a + c log p + d log(1 + n)) fits `used` best, by Newton's method; all (n,)."""
    x = log_p.astype(np.float64)
    A = np.stack([np.ones_like(x), x, np.log1p(n_chosen)])
    theta = np.array([1.5, 1.0, 0.0])
    for _ in range(20):
        p = 1 / (1 + np.exp(-np.clip(theta @ A, -60, 60)))
        gradient = A @ (weights * (p - used))
        step = np.linalg.solve((A * (weights * p * (1 - p))) @ A.T + 1e-6 * np.eye(3), gradient)
        theta = theta - step
        if np.abs(step).max() < 1e-6:
            break
    a, c, d = theta.tolist()
    return a, max(c, 1e-3), d
