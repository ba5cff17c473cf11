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
    calibration : (a, c), the author uses t with probability sigmoid(a + c log p(t)).
    """

    def __init__(self, members, weights, calibration=(1.5, 1.0)):
        self.members = tuple(members)
        self.weights = np.asarray(weights, np.float64)
        self.calibration = tuple(float(value) for value in calibration)

    def fit(self, scores, targets, weights=None):
        """Learn from posts that no member was trained on.

        scores : dict of member -> (n_posts, n_hashtags) float.  targets : CSR (n_posts, n_hashtags), ones.
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
            log_p, p = _log_softmax(np.tensordot(w.astype(np.float32), F, axes=1))
            loss = -(share[rows] * log_p[rows, targets.indices]).sum(dtype=np.float64)
            p *= (n * share).astype(np.float32)[:, None]
            gradient = np.array([np.vdot(f, p) for f in F], np.float64) - wanted
            return loss + 0.5 * STRENGTH * np.sum((w - start) ** 2), gradient + STRENGTH * (w - start)

        bounds = [(None if name == "popularity" else 0, None) for name in self.members]
        best = minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", bounds=bounds)
        self.weights = best.x
        used = np.zeros(F.shape[1:], bool)
        used[rows, targets.indices] = True
        self.calibration = _platt(self.log_probabilities(scores), used)
        return self

    def log_probabilities(self, scores):
        """log p, (n_posts, n_hashtags) float32, from a dict of each member's scores of that shape."""
        total = sum(np.float32(w) * scores[name] for name, w in zip(self.members, self.weights))
        return _log_softmax(total)[0]

    def probabilities(self, log_p):
        """The probability that the author would use each hashtag, in [0, 1], of `log_p` in any shape."""
        a, c = self.calibration
        return 1 / (1 + np.exp(-np.clip(a + c * log_p, -60, 60)))

    def to_array(self):
        """Weights and calibration in one array."""
        return np.concatenate([self.weights, self.calibration])


def _log_softmax(O):
    """log softmax of each row, and softmax."""
    O = O - O.max(axis=1, keepdims=True)
    p = np.exp(O)
    total = p.sum(axis=1, keepdims=True)
    p /= total
    O -= np.log(total)
    return O, p


def _platt(log_p, used):
    """a and c >= 0 for which sigmoid(a + c log p) fits `used` best: logistic regression by Newton's method."""
    x, y = log_p.reshape(-1).astype(np.float64), used.reshape(-1)
    A = np.stack([np.ones_like(x), x])
    theta = np.array([1.5, 1.0])
    for _ in range(20):
        p = 1 / (1 + np.exp(-np.clip(theta @ A, -60, 60)))
        gradient = A @ (p - y)
        step = np.linalg.solve((A * (p * (1 - p))) @ A.T + 1e-6 * np.eye(2), gradient)
        theta = theta - step
        if np.abs(step).max() < 1e-6:
            break
    return float(theta[0]), float(max(theta[1], 1e-3))
