"""Posts to learn from, and what is done with them wherever they are: in memory, or in shards."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np

from instahash.data import Dataset
from instahash.experts.domain import Domain
from instahash.experts.statistics import PHOTOS
from instahash.recommend import age_weights
from instahash.replay import ReplayBuffer
from instahash.softmax import SoftmaxNetwork
from instahash.sparse import CSR, column_counts, with_data
from instahash.trainer import Trainer
from instahash.word2vec import Word2Vec

T = TypeVar("T")


class Source(Protocol):
    """Posts to learn from, wherever they are; experts learn from no more than these methods.

    domain : Domain, these posts included; that of shards has models that have not learnt.
    n_posts : int, posts of the whole training, those held out among them; 0 for no more than these.
    n_learnt : int, how many posts these are.  uses : (n_hashtags,) int64, how many of them use each hashtag.
    """

    @property
    def domain(self) -> Domain: ...

    @property
    def n_posts(self) -> int: ...

    @property
    def n_learnt(self) -> int: ...

    @property
    def uses(self) -> np.ndarray: ...

    def sum(self, function: Callable[..., T], *args: Any, what: str = "") -> T:
        """The sum of function(examples, *args) over all parts of the posts, each an Examples.

        function, args : such as can be pickled.  what : said beside a progress bar.
        """

    def map(self, function: Callable[..., T], *args: Any, what: str = "") -> list[T]:
        """What it gives of each part."""

    def of_photos(self) -> Source:
        """The posts with a photo alone."""

    def train(self, model: SoftmaxNetwork, name: str, lessons: Lessons, trainer: Trainer, chance: float) -> None:
        """Train a network on the inputs and targets that `lessons` makes of the posts; others as of `Trainer.run`."""

    def replayed(self, lessons: Lessons) -> ReplayBuffer:
        """A buffer of what `lessons` makes of the posts."""


@dataclass(frozen=True)
class Examples:
    """Posts in memory, a Source.

    dataset : Dataset in the numbers of the domain's vocabulary.
    domain : Domain, these posts included.
    decay : factor in [0, 1] by which all that was learnt before counts less than these posts do.
    n_posts : int, posts of the whole training, those held out among them; 0 for no more than these.
    """

    dataset: Dataset
    domain: Domain
    decay: float = 1.0
    n_posts: int = 0

    @cached_property
    def weights(self) -> np.ndarray:
        """(n_posts,) float32, what each post counts by its age; 1 at an unknown time."""
        times = np.full(len(self.dataset.ids), np.nan) if self.dataset.times is None else self.dataset.times
        return age_weights(times, self.domain.now, self.domain.settings.stream.half_life).astype(np.float32)

    @cached_property
    def hashtags(self) -> CSR:
        """The posts' hashtags as outputs, CSR (n_posts, n_hashtags) float32 of ones."""
        return self.domain.outputs(self.dataset.hashtags)

    @cached_property
    def targets(self) -> CSR:
        """The same places; each of a post's n hashtags counts 1 / sqrt(n) of the post's own weight.

        That is half way between a mean over hashtags and a mean over posts.
        """
        n = np.diff(self.hashtags.indptr)
        weights = np.repeat(self.weights / np.sqrt(np.maximum(n, 1)), n).astype(np.float32)
        return with_data(self.hashtags, weights)

    @cached_property
    def inputs(self) -> CSR:
        """The descriptions as a network's input."""
        return self.domain.inputs(self.dataset.description)

    @cached_property
    def with_photo(self) -> np.ndarray:
        """(n,) int64, the rows of the posts whose photo's features are there."""
        features = self.dataset.photo_features
        return np.empty(0, np.int64) if features is None else np.flatnonzero(~np.isnan(features[:, 0]))

    def of_photos(self) -> Examples:
        """The posts with a photo alone."""
        return replace(self, dataset=self.dataset.take(self.with_photo), n_posts=0)

    def photos(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Rows of the posts with a photo, and its features standardised, some PHOTOS at a time."""
        features: Any = self.dataset.photo_features
        for start in range(0, len(self.with_photo), PHOTOS):
            rows = self.with_photo[start : start + PHOTOS]
            yield rows, self.domain.photos(features[rows])

    # Of a Source

    @property
    def n_learnt(self) -> int:
        return len(self.dataset.ids)

    @cached_property
    def uses(self) -> np.ndarray:
        return column_counts(self.hashtags)

    def sum(self, function: Callable[..., T], *args: Any, what: str = "") -> T:
        return function(self, *args)

    def map(self, function: Callable[..., T], *args: Any, what: str = "") -> list[T]:
        return [function(self, *args)]

    def train(self, model: SoftmaxNetwork, name: str, lessons: Lessons, trainer: Trainer, chance: float) -> None:
        trainer.run(model, name, *lessons(self), chance=chance)

    def replayed(self, lessons: Lessons) -> ReplayBuffer:
        return ReplayBuffer().including(lessons(self), self.domain.settings.seed)


# What makes inputs and targets, CSR (n_posts, n_inputs) and (n_posts, n_outputs), of posts.
Lessons = Callable[[Examples], tuple[CSR, CSR]]


def train_word2vec(model: Word2Vec, bags: CSR, trainer: Trainer) -> None:
    """Train on CSR bags, and say how and how well."""
    plan = model.plan(bags)
    trainer.detail(f"word2vec: {plan.trainer} trainer, {plan.why}; at most {plan.memory / 1e6:,.0f} MB.")
    trainer.run(model, "word2vec", bags, n_epochs=plan.epochs, chance=10 * chance_of(model))
    trainer.detail(f"word2vec: loss a pair {model.history[-1]:.4f} in the last epoch.")


def chance_of(model: Word2Vec) -> float:
    """The loss a pair of vectors that are all zero."""
    return (1 + model.settings.n_negative) * math.log(2)
