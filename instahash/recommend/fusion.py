"""Fusion: several log-scores of the same hashtags become one probability.

A logarithmic opinion pool (Genest and Zidek 1986), log p(t) = sum_k w_k f_k(t) - log Z: experts that know different
things multiply. The weights are those under which the hashtags of held-out posts are likeliest. Platt's scaling (1999)
turns the probability that a hashtag is the next one into the probability that the author uses it at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import compress

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import expit

from instahash.dense import log_probabilities, softmax
from instahash.forms import Form, fit
from instahash.sparse import CSR, row_of_entries

# Weight of the pull towards the weights before fitting, in posts.
STRENGTH = 20.0
# Scores of a member that are looked at together while its weight is learnt: those of all stay in the cache.
BLOCK = 2**16
# The calibration before any is learnt.
CALIBRATION = (1.5, 1.0, 0.0)
LEAST_SLOPE = 1e-3  # its c: better scores never make a hashtag less probable
Scores = dict[str, np.ndarray]


class Fusion:
    """The weights of `members`, names of experts, and how log-probabilities are calibrated.

    weights : (n_members,) float; those before :meth:`fit` are kept where there are no data.
    signed : the members whose weight may be negative, such as one that scores popularity: several other experts
        together count it more than once.
    calibration : (a, c, d), the author uses t with probability sigmoid(a + c log p(t) + d log(1 + n)) where n hashtags
        are chosen already: the more are chosen, the fewer are left to use.
    """

    def __init__(self, members: Iterable[str], weights: ArrayLike, signed: Iterable[str] = ()) -> None:
        self.members, self.signed = tuple(members), frozenset(signed)
        self.weights = np.asarray(weights, np.float64)
        self.calibration: tuple[float, ...] = CALIBRATION

    def fit(
        self, scores: Scores, targets: CSR, excluded: np.ndarray | None = None, weights: np.ndarray | None = None
    ) -> Fusion:
        """Learn the weights from posts that no member was trained on.

        scores : dict of member -> (n_posts, n_hashtags) float.  targets : CSR (n_posts, n_hashtags), ones.
        excluded : (n_posts, n_hashtags) bool, hashtags that are chosen already, see :meth:`log_probabilities`.
        weights : (n_posts,) float, the weight of each post; default 1. Each of its n hashtags has 1 / sqrt(n) of it, as
            in the training of the members.
        """
        n = np.diff(targets.indptr)
        # What gives all hashtags of a post one score changes no probability, and keeps its weight.
        telling = np.array([scores[name].strides[1] > 0 for name in self.members])
        if not n.sum() or not telling.any():
            return self
        members, rows = list(compress(self.members, telling)), row_of_entries(targets)
        each = (1.0 if weights is None else weights) / np.sqrt(np.maximum(n, 1))
        wanted = np.array([scores[name][rows, targets.indices] @ each[rows] for name in members])
        parts = _parts(len(n), max(BLOCK // targets.shape[1], 1))
        blocks = [np.stack([scores[name][part] for name in members]) for part in parts]
        sizes, start = n * each, self.weights[telling]

        def loss_and_gradient(w: np.ndarray) -> tuple[float, np.ndarray]:
            """The sum of n_i log Z_i - w F at the targets, and the prior's pull, each with its gradient."""
            w = w.astype(np.float32)  # as the scores: all that is summed is of the same weights
            loss = 0.5 * STRENGTH * np.sum((w - start) ** 2) - w @ wanted
            gradient = STRENGTH * (w - start) - wanted
            for part, F in zip(parts, blocks):
                p, log_Z = softmax(np.tensordot(w, F, axes=1), None if excluded is None else excluded[part])
                p *= sizes[part, None].astype(p.dtype)
                loss += sizes[part] @ log_Z[:, 0]
                gradient += [np.vdot(f, p) for f in F]
            return float(loss), gradient

        bounds = [(None if name in self.signed else 0, None) for name in members]
        found = minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", bounds=bounds).x
        self.weights = self.weights.copy()
        self.weights[telling] = found
        return self

    def calibrate(
        self,
        scores: Scores,
        targets: CSR,
        excluded: np.ndarray | None = None,
        weights: np.ndarray | None = None,
        n_chosen: np.ndarray | None = None,
    ) -> Fusion:
        """Learn the calibration, with the present weights; arguments as in :meth:`fit`.

        n_chosen : (n_posts,) int, hashtags of each post that are chosen already; default those that are excluded.
        """
        n = np.diff(targets.indptr)
        if not n.sum():
            return self
        used = targets.toarray() > 0
        excluded = np.zeros(used.shape, bool) if excluded is None else excluded
        n_chosen = excluded.sum(axis=1) if n_chosen is None else n_chosen
        # An author who chooses n hashtags one by one makes n queries.
        queries = np.where(n_chosen, n_chosen + n, 1) * (1.0 if weights is None else weights)
        rows = np.nonzero(~excluded)[0]
        log_p = self.log_probabilities(scores, excluded)[~excluded]
        self.calibration = _platt(log_p, n_chosen[rows], used[~excluded], queries[rows])
        return self

    def pooled(self, scores: Scores, weights: np.ndarray | None = None) -> np.ndarray:
        """The weighted sum of a dict of each member's scores, (n_posts, n_hashtags) float32.

        weights : (n_posts, n_members), each post's own; None for those that were learnt.
        """
        W = np.asarray(self.weights[None] if weights is None else weights, np.float32)
        F = [scores[name] for name in self.members]
        if len(F[0]) == 1:  # the same sums in fewer steps
            return (W.T * np.concatenate(F, dtype=np.float32)).sum(axis=0, keepdims=True)
        total, weighted = np.zeros(F[0].shape, np.float32), np.empty(F[0].shape, np.float32)
        for f, w in zip(F, W.T[:, :, None]):
            if any(f.strides):
                total += np.multiply(w, f, out=weighted)
            elif (value := f[:1, :1]).any():  # one for all
                total += w * value
        return total

    def log_probabilities(self, scores: Scores, excluded: np.ndarray | None = None) -> np.ndarray:
        """log p, (n_posts, n_hashtags) float32, from a dict of each member's scores of that shape.

        excluded : (n_posts, n_hashtags) bool, hashtags that are chosen already and cannot come next: the others'
            probabilities sum to 1 without them. Their own log p is on the same scale.
        """
        return log_probabilities(self.pooled(scores), excluded)

    def probabilities(self, log_p: np.ndarray, n_chosen: np.ndarray, learnt: np.ndarray | None = None) -> np.ndarray:
        """The probability that the author uses each hashtag, (n_posts, n_hashtags) in [0, 1].

        log_p : (n_posts, n_hashtags) float.  n_chosen : (n_posts,) int, hashtags of each post that are chosen already.
        learnt : (n_posts,) float in [0, 1], how far the calibration that was learnt holds; at 0 it is CALIBRATION.
        """
        return calibrated(log_p, self.calibrations(n_chosen, np.ones(len(log_p)) if learnt is None else learnt))

    def calibrations(self, n_chosen: np.ndarray, learnt: np.ndarray) -> np.ndarray:
        """(n_posts, 2) float32, each post's own a + d log(1 + n) and c; arguments as of :meth:`probabilities`."""
        a, c, d = (before + learnt * (after - before) for before, after in zip(CALIBRATION, self.calibration))
        return np.array([a + d * np.log1p(n_chosen), c], np.float32).T

    def inverse(self, log_used: np.ndarray, n_chosen: np.ndarray) -> np.ndarray:
        """The log p for which :meth:`probabilities` gives exp(log_used), (n_posts, n) float32; shapes as there."""
        a, c, d = self.calibration
        logit = log_used - np.log1p(-np.exp(np.minimum(log_used, -1e-6)))
        return np.asarray((logit - a - d * np.log1p(n_chosen, dtype=np.float32)[:, None]) / c, np.float32)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The weight of each member, and the calibration."""
        weights = {name: np.array(weight) for name, weight in zip(self.members, self.weights)}
        return weights | {"calibration": np.array(self.calibration)}

    def load(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Take what :meth:`to_arrays` gave. Raises ValueError where it is of other members."""
        if arrays.keys() != {*self.members, "calibration"}:
            raise ValueError(f"weights of {len(arrays)} experts for {len(self.members)}")
        fit(arrays, {"calibration": Form("float64", (3,))} | {name: Form("float64") for name in self.members})
        if arrays["calibration"][1] < LEAST_SLOPE:
            raise ValueError("'calibration' has a slope that none has learnt")
        self.weights = np.array([float(arrays[name]) for name in self.members])
        self.calibration = tuple(arrays["calibration"].tolist())


def calibrated(log_p: np.ndarray, calibrations: np.ndarray) -> np.ndarray:
    """The probability that the author uses each hashtag, (n_posts, n) float32 in [0, 1].

    log_p : (n_posts, n) float.  calibrations : (n_posts, 2), as :meth:`Fusion.calibrations` gives them.
    """
    return np.asarray(expit(calibrations[:, :1] + calibrations[:, 1:] * log_p), np.float32)


def _parts(n: int, most: int) -> list[slice]:
    return [slice(start, start + most) for start in range(0, n, most)]


def _platt(log_p: np.ndarray, n_chosen: np.ndarray, used: np.ndarray, weights: np.ndarray) -> tuple[float, ...]:
    """a, c > 0 and d for which sigmoid(a + c log p + d log(1 + n)) fits `used` best, by Newton's method; all (n,)."""
    x = log_p.astype(np.float64)
    every = np.stack([np.ones_like(x), x, np.log1p(n_chosen)])
    theta = np.array(CALIBRATION)
    for _ in range(20):
        gradient, curvature = np.zeros(3), 1e-6 * np.eye(3)
        for part in _parts(len(x), BLOCK):
            A, w = every[:, part], weights[part]
            p = expit(theta @ A)
            gradient += A @ (w * (p - used[part]))
            curvature += (A * (w * p * (1 - p))) @ A.T
        step = np.linalg.solve(curvature, gradient)
        theta = theta - step
        if np.abs(step).max() < 1e-6:
            break
    a, c, d = theta.tolist()
    return a, max(c, LEAST_SLOPE), d
