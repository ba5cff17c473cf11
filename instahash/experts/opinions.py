"""What comes out of the experts: about one post, about many, and what only one of them has."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from instahash.experts.candidates import Candidates
from instahash.experts.protocol import in_words
from instahash.recommend.fusion import calibrated


class Opinions(NamedTuple):
    """What the experts say about one post, and their fusion.

    context : "neither", "short", "description", "chosen" or "both", what is known of the post; "+photo" behind it
        where the photo's features are.
    hashtags : (n,) ids of the words that all arrays are about, the candidates.
    scores : expert -> (n,) float32, log-scores.  weights : expert -> float.
    log_p : (n,) float32, log-probabilities of being the next hashtag: the softmax of the weighted sum.
    probabilities : (n,) float32 in [0, 1], of being used at all.
    familiar : in [0, 1], the probability that the labels are such as the training has; the weights are those for this.
    """

    context: str
    hashtags: np.ndarray
    scores: dict[str, np.ndarray]
    weights: dict[str, float]
    log_p: np.ndarray
    probabilities: np.ndarray
    familiar: float

    @property
    def known(self) -> str:
        """What is known of the post, in words."""
        return in_words(self.context)


class Beyond(NamedTuple):
    """Hashtags of m posts that only one expert has.

    expert : its name.  hashtags : for each post, each with its log-score.
    matrix : (m, n) float32, the same scores in their order.  filled : of the same shape, False where there are fewer.
    """

    expert: str
    hashtags: list[dict[str, float]]
    matrix: np.ndarray
    filled: np.ndarray

    @classmethod
    def of(cls, expert: str, hashtags: list[dict[str, float]]) -> Beyond:
        if not any(hashtags):
            return cls(expert, hashtags, np.empty((len(hashtags), 0), np.float32), np.empty((len(hashtags), 0), bool))
        sizes = np.array([len(own) for own in hashtags], np.int64)
        filled = np.arange(sizes.max(initial=0)) < sizes[:, None]
        matrix = np.full(filled.shape, -1, np.float32)
        matrix[filled] = [score for own in hashtags for score in own.values()]
        return cls(expert, hashtags, matrix, filled)

    def rows(self, rows: np.ndarray) -> Beyond:
        """Those of the posts with these row numbers."""
        if len(rows) == len(self.hashtags):
            return self
        hashtags = [self.hashtags[row] for row in rows.tolist()]
        return Beyond(self.expert, hashtags, self.matrix[rows], self.filled[rows])


class Answers(NamedTuple):
    """What the experts together make of m posts.

    candidates : Candidates, the hashtags that were scored.  beyond : Beyond, those that the model does not have.
    log_p : (m, n_columns + n) float32, log-probabilities of being the next hashtag: of the candidates, and behind them
        of `beyond`; -inf where a post has fewer.
    calibrations : (m, 2) float32, what turns them into probabilities of being used at all.
    read : (m,) bool, of which posts the experts read a word or the photo.
    familiar : (m,) float32 in [0, 1], the probability that a post's labels are such as the training has.
    """

    candidates: Candidates
    beyond: Beyond
    log_p: np.ndarray
    calibrations: np.ndarray
    read: np.ndarray
    familiar: np.ndarray

    def used(self, columns: np.ndarray) -> np.ndarray:
        """The probability that the author uses the hashtag in each of some columns, (m, k) float32; 0 for column -1."""
        n_known, rows = self.candidates.n_columns, np.arange(len(columns))[:, None]
        used = np.where(columns < 0, 0, calibrated(self.log_p[rows, columns], self.calibrations))
        if not self.beyond.matrix.size:
            return used
        own = self.beyond.matrix[rows, np.maximum(columns - n_known, 0)]
        return np.where(columns < n_known, used, np.exp(own))
