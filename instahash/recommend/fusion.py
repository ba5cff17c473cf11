"""Fusion: several log-scores of the same hashtags become one probability.

A logarithmic opinion pool (Genest and Zidek 1986), log p(t) = sum_k w_k f_k(t) - log Z: experts that know different
things multiply. The weights are those under which the hashtags of held-out posts are likeliest, first of all those that
can be guessed. Platt's scaling (1999) turns the probability that a hashtag is the next one into that of being used at
all.

Some members need what posts may say or not, such as who the user is. The weights are learnt as if no post said it, so
that it cannot change the answers without it. What saying it changes is a correction, learnt after the weights, which is
added as far as a member is told something of a post.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import compress
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from instahash.dense import log_probabilities
from instahash.forms import Form, fit
from instahash.recommend.likeliest import likeliest_curve, likeliest_weights
from instahash.sparse import CSR

# The calibration before any is learnt.
CALIBRATION = (1.5, 1.0, 0.0)
LEAST_SLOPE = 1e-3  # its c: better scores never make a hashtag less probable
Scores = dict[str, np.ndarray]
# Members -> (n_posts,) float in [0, 1], how far each is told of a post what others may not say.
Told = Mapping[str, np.ndarray]


class Correction(NamedTuple):
    """What is added to weights, (n_members,) float, and to a calibration, (3,) float, where a member is told all."""

    weights: np.ndarray
    calibration: np.ndarray


class Fusion:
    """The weights of `members`, names of experts, and how log-probabilities are calibrated.

    weights : (n_members,) float; those before :meth:`fit` are kept where there are no data.
    signed : the members whose weight may be negative, such as one that scores popularity: several other experts
        together count it more than once.
    calibration : (a, c, d), the author uses t with probability sigmoid(a + c log p(t) + d log(1 + n)) where n hashtags
        are chosen already: the more are chosen, the fewer are left to use.
    corrections : member -> Correction, in the order in which they were learnt.
    """

    def __init__(self, members: Iterable[str], weights: ArrayLike, signed: Iterable[str] = ()) -> None:
        self.members, self.signed = tuple(members), frozenset(signed)
        self.weights = np.asarray(weights, np.float64)
        self.calibration: tuple[float, ...] = CALIBRATION
        self.corrections: dict[str, Correction] = {}

    def fit(
        self,
        scores: Scores,
        targets: CSR,
        excluded: np.ndarray | None = None,
        weights: np.ndarray | None = None,
        told: Told | None = None,
    ) -> Fusion:
        """Learn the weights from posts that no member was trained on.

        scores : dict of member -> (n_posts, n_hashtags) float.  targets : CSR (n_posts, n_hashtags), ones.
        excluded : (n_posts, n_hashtags) bool, hashtags that are chosen already, see :meth:`log_probabilities`.
        weights : (n_posts,) float, the weight of each post; default 1. Each of its n hashtags has 1 / sqrt(n) of it, as
            in the training of the members.
        told : what members are told of these posts. The last one's correction is learnt, beside all that is learnt
            already, and pulled towards nothing; {} where none is told anything, and the weights themselves are learnt.
        """
        n = np.diff(targets.indptr)
        # What gives all hashtags of a post one score changes no probability, and keeps its weight.
        telling = np.array([scores[name].strides[1] > 0 for name in self.members])
        if not n.sum() or not telling.any():
            return self
        own = [scores[name] for name in compress(self.members, telling)]
        each = (1.0 if weights is None else weights) / np.sqrt(np.maximum(n, 1))
        least, pooled = self._least, None
        found = np.zeros(len(self.members)) if told else self.weights.copy()
        if told:
            least, pooled = least - self.weights, self.pooled(scores, self.weights_of(_but_last(told), len(n)))
            own = [told[_last(told)].astype(np.float32)[:, None] * f for f in own]
        found[telling] = likeliest_weights(own, targets, excluded, each, found[telling], least[telling], pooled)
        if told:
            self.corrections = self.corrections | {_last(told): Correction(found, np.zeros(3))}
        else:
            self.weights = found
        return self

    def calibrate(
        self,
        scores: Scores,
        targets: CSR,
        excluded: np.ndarray | None = None,
        weights: np.ndarray | None = None,
        n_chosen: np.ndarray | None = None,
        told: Told | None = None,
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
        left = ~excluded
        rows = np.repeat(np.arange(len(n), dtype=np.int32), left.sum(axis=1))
        log_p = log_probabilities(self.pooled(scores, self.weights_of(told or {}, len(n))), excluded)[left]
        log_chosen, every = np.log1p(n_chosen), (used[left], queries[rows])

        def terms(part: slice) -> np.ndarray:
            """1, log p and log(1 + n) of some of the scores."""
            return np.stack([np.ones(len(log_p[part])), log_p[part], log_chosen[rows[part]]])

        if not told:
            a, c, d = likeliest_curve(terms, *every, np.array(CALIBRATION)).tolist()
            self.calibration = a, max(c, LEAST_SLOPE), d
        elif (last := _last(told)) in self.corrections:
            curves, far = self._curves(_but_last(told), len(n)), told[last]
            found = likeliest_curve(
                lambda part: terms(part) * far[rows[part]],
                *every,
                np.zeros(3),
                lambda part: (curves[rows[part]].T * terms(part)).sum(axis=0),
            )
            self.corrections = self.corrections | {last: Correction(self.corrections[last].weights, found)}
        return self

    def weights_of(self, told: Told, n_posts: int = 1) -> np.ndarray:
        """Each post's weights, (n_posts, n_members), with the corrections as far as members are told something."""
        weights = np.tile(self.weights, (n_posts, 1))
        if not (corrected := [name for name in self.corrections if name in told]):
            return weights
        for name in corrected:
            weights += np.outer(told[name], self.corrections[name].weights)
        # Together corrections may take off more than there is.
        return np.maximum(weights, self._least)

    @property
    def _least(self) -> np.ndarray:
        """(n_members,) float64, the least weight that each may have."""
        return np.where([name in self.signed for name in self.members], -np.inf, 0.0)

    def _curves(self, told: Told, n_posts: int) -> np.ndarray:
        """Each post's calibration, (n_posts, 3), likewise."""
        curves = np.tile(self.calibration, (n_posts, 1))
        for name, own in self.corrections.items():
            if name in told:
                curves += np.outer(told[name], own.calibration)
        curves[:, 1] = np.maximum(curves[:, 1], LEAST_SLOPE)
        return curves

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

    def probabilities(
        self, log_p: np.ndarray, n_chosen: np.ndarray, learnt: np.ndarray | None = None, told: Told | None = None
    ) -> np.ndarray:
        """The probability that the author uses each hashtag, (n_posts, n_hashtags) in [0, 1].

        log_p : (n_posts, n_hashtags) float.  n_chosen : (n_posts,) int, hashtags of each post that are chosen already.
        learnt : (n_posts,) float in [0, 1], how far the calibration that was learnt holds; at 0 it is CALIBRATION.
        told : what members are told of the posts.
        """
        return calibrated(log_p, self.calibrations(n_chosen, np.ones(len(log_p)) if learnt is None else learnt, told))

    def calibrations(self, n_chosen: np.ndarray, learnt: np.ndarray, told: Told | None = None) -> np.ndarray:
        """(n_posts, 2) float32, each post's own a + d log(1 + n) and c; arguments as of :meth:`probabilities`."""
        before = np.array(CALIBRATION)
        a, c, d = (before + learnt[:, None] * (self._curves(told or {}, len(learnt)) - before)).T
        return np.array([a + d * np.log1p(n_chosen), c], np.float32).T

    def inverse(self, log_used: np.ndarray, n_chosen: np.ndarray, told: Told | None = None) -> np.ndarray:
        """The log p for which :meth:`probabilities` gives exp(log_used), (n_posts, n) float32; shapes as there."""
        a, c, d = self._curves(told or {}, len(n_chosen)).T[:, :, None]
        logit = log_used - np.log1p(-np.exp(np.minimum(log_used, -1e-6)))
        return np.asarray((logit - a - d * np.log1p(n_chosen, dtype=np.float32)[:, None]) / c, np.float32)

    def to_arrays(self, of: str = "") -> dict[str, np.ndarray]:
        """The weight of each member, and the calibration; those of the correction of a member where one is named."""
        weights, calibration = self.corrections[of] if of else (self.weights, self.calibration)
        return {name: np.array(weight) for name, weight in zip(self.members, weights)} | {
            "calibration": np.array(calibration)
        }

    def load(self, arrays: Mapping[str, np.ndarray], of: str = "") -> None:
        """Take what :meth:`to_arrays` gave. Raises ValueError where it is of other members."""
        if arrays.keys() != {*self.members, "calibration"}:
            raise ValueError(f"weights of {len(arrays)} experts for {len(self.members)}")
        fit(arrays, {"calibration": Form("float64", (3,))} | {name: Form("float64") for name in self.members})
        weights = np.array([float(arrays[name]) for name in self.members])
        if of:
            self.corrections = self.corrections | {of: Correction(weights, arrays["calibration"])}
            return
        if arrays["calibration"][1] < LEAST_SLOPE:
            raise ValueError("'calibration' has a slope that none has learnt")
        self.weights, self.calibration = weights, tuple(arrays["calibration"].tolist())


def _last(told: Told) -> str:
    return [*told][-1]


def _but_last(told: Told) -> Told:
    return {name: told[name] for name in [*told][:-1]}


def calibrated(log_p: np.ndarray, calibrations: np.ndarray) -> np.ndarray:
    """The probability that the author uses each hashtag, (n_posts, n) float32 in [0, 1].

    log_p : (n_posts, n) float.  calibrations : (n_posts, 2), as :meth:`Fusion.calibrations` gives them.
    """
    return np.asarray(expit(calibrations[:, :1] + calibrations[:, 1:] * log_p), np.float32)
