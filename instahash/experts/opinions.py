"""What comes out of the experts: about one post, about many, and what only one of them has."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from instahash.experts.protocol import in_words


class Opinions(NamedTuple):
    """What the experts say about one post, and their fusion.

    context : "neither", "short", "description", "chosen" or "both", what is known of the post; "+photo" behind it
        where the photo's features are.
    hashtags : (n_hashtags,) ids of the words that all arrays are about.
    scores : expert -> (n_hashtags,) float32, log-scores.  weights : expert -> float.
    log_p : (n_hashtags,) float32, log-probabilities of being the next hashtag: the softmax of the weighted sum.
    probabilities : (n_hashtags,) float32 in [0, 1], of being used at all.
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
        sizes = np.array(list(map(len, hashtags)), np.int64)
        matrix = np.full((len(hashtags), sizes.max(initial=0)), -1, np.float32)
        for row, own in zip(matrix, hashtags):
            row[: len(own)] = list(own.values())
        return cls(expert, hashtags, matrix, np.arange(matrix.shape[1]) < sizes[:, None])


class Answers(NamedTuple):
    """What the experts together make of m posts.

    log_p : (m, n_hashtags + n) float32, log-probabilities of being the next hashtag; behind the model's hashtags are
        those of `beyond`, -inf where a post has fewer.
    used : of the same shape, probabilities of being used at all.
    beyond : for each post the hashtags that the model does not have.
    read : (m,) bool, of which posts the experts read a word or the photo.
    """

    log_p: np.ndarray
    used: np.ndarray
    beyond: list[list[str]]
    read: np.ndarray
