"""What is counted of posts before any expert learns, so that labels and photos are taken as they usually are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from instahash.data import Dataset
from instahash.errors import DataError
from instahash.experts.familiarity import Familiarity
from instahash.sparse import column_counts

# The least standard deviation of label scores: where all scores are alike, another one means little.
LEAST_DEVIATION = 0.05
# The same of a feature of photos, which lies in [0, 6]; and photos that are taken at a time.
LEAST_PHOTO_DEVIATION, PHOTOS = 0.01, 4096
# From fewer photos nothing is learnt.
LEAST_PHOTOS = 20


class Sums(NamedTuple):
    """How many values there are, and the sums of them and of their squares, float64; of several features arrays."""

    n: int = 0
    values: Any = 0.0
    squares: Any = 0.0

    def plus(self, more: Sums) -> Sums:
        """Those of both. Raises DataError for other features."""
        if self.n and more.n and np.shape(self.values) != np.shape(more.values):
            found = f"photos have {np.size(self.values)} features and {np.size(more.values)}"
            raise DataError(f"{found}; give those of one network")
        return Sums(self.n + more.n, self.values + more.values, self.squares + more.squares)

    def mean_and_deviation(self, least: float) -> tuple[Any, Any]:
        """The mean, and the standard deviation where it is at least that much."""
        mean = self.values / self.n
        return mean, np.sqrt(np.maximum(self.squares / self.n - mean**2, least**2))


@dataclass(frozen=True)
class Statistics:
    """Of posts; those of several parts of them are added with +.

    described : (n_words,) int64, the posts whose description has each word.  scores : Sums of the scores there.
    familiarity : Familiarity.
    latest : seconds since the epoch, the latest known time, -inf where none is known.
    photos : Sums of each feature of photos.
    """

    described: np.ndarray
    scores: Sums
    familiarity: Familiarity
    latest: float
    photos: Sums = field(default_factory=Sums)

    @classmethod
    def of(cls, dataset: Dataset, min_score: float) -> Statistics:
        scores = dataset.description.data.astype(np.float64)
        own = Sums(len(scores), float(scores.sum()), float((scores**2).sum()))
        familiarity, photos = Familiarity.of(dataset, min_score), _of_photos(dataset.photo_features)
        return cls(column_counts(dataset.description), own, familiarity, latest(dataset), photos)

    def __add__(self, more: Statistics) -> Statistics:
        scores, photos = self.scores.plus(more.scores), self.photos.plus(more.photos)
        familiarity, last = self.familiarity + more.familiarity, max(self.latest, more.latest)
        return Statistics(self.described + more.described, scores, familiarity, last, photos)

    def of_scores(self) -> tuple[float, float]:
        """The mean and the standard deviation of scores."""
        if not self.scores.n:
            return 1.0, 1.0
        mean, deviation = self.scores.mean_and_deviation(LEAST_DEVIATION)
        return float(mean), float(deviation)

    def of_photos(self) -> tuple[np.ndarray, ...]:
        """The same of each feature, (n_features,) float32; nothing where there are too few photos to learn from."""
        if self.photos.n < LEAST_PHOTOS:
            return ()
        return tuple(array.astype(np.float32) for array in self.photos.mean_and_deviation(LEAST_PHOTO_DEVIATION))


def latest(dataset: Dataset) -> float:
    """The latest known time of the posts, -inf where none is known."""
    return -np.inf if dataset.times is None else float(np.nanmax(dataset.times, initial=-np.inf))


def _of_photos(photo_features: np.ndarray | None) -> Sums:
    """Of the photos that there are, some at a time."""
    total = Sums()
    for start in range(0, 0 if photo_features is None else len(photo_features), PHOTOS):
        assert photo_features is not None
        part = photo_features[start : start + PHOTOS].astype(np.float64)
        part = part[~np.isnan(part[:, 0])]
        total = total.plus(Sums(len(part), part.sum(axis=0), (part**2).sum(axis=0)))
    return total
