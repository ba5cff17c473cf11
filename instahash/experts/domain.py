"""What every expert is told: the hashtags to score, how a description becomes numbers, posts to learn from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from instahash.data import Dataset, Vocabulary
from instahash.experts.settings import BestSettings
from instahash.recommend import age_weights
from instahash.sparse import CSR, column_counts, ones, renumber, row_of_entries, with_data

# A word's presence is this number in the input; its label's score, standardised, has the standard deviation SPREAD.
PRESENCE, SPREAD = 0.7, 0.5
# The least standard deviation of label scores: where all scores are alike, another one means little.
LEAST_DEVIATION = 0.05


@dataclass(frozen=True)
class Domain:
    """The words that experts read and the hashtags that they score.

    vocabulary : Vocabulary of n_words words.
    hashtags : (n_hashtags,) int32, the word of each output.
    labelled : (n_words,) bool, words that descriptions had in training.
    score_mean, score_std : of the labels' scores in training.
    length : Euclidean length of a network's input, 0 for as it comes.
    half_life : days after which a post counts half, 0 for never.
    now : the latest time of the posts seen, seconds since the epoch, -inf where none has a time.
    """

    vocabulary: Vocabulary
    hashtags: np.ndarray
    labelled: np.ndarray
    score_mean: float
    score_std: float
    length: float
    half_life: float
    now: float = -np.inf

    @cached_property
    def outputs_of_words(self) -> np.ndarray:
        """(n_words,) int32, the output of each word, -1 for none."""
        outputs = np.full(len(self.vocabulary), -1, np.int32)
        outputs[self.hashtags] = np.arange(len(self.hashtags))
        return outputs

    @cached_property
    def log_frequency(self) -> np.ndarray:
        """(n_hashtags,) float32, the log of each hashtag's part of all uses."""
        counts = self.vocabulary.hashtag_counts[self.hashtags].astype(np.float32)
        return np.log(counts / counts.sum())

    @classmethod
    def of(cls, dataset: Dataset, settings: BestSettings) -> Domain:
        """The domain of a training on these posts."""
        scores = dataset.description.data
        mean, std = (float(scores.mean()), float(scores.std())) if len(scores) else (1.0, 1.0)
        hashtags = np.flatnonzero(dataset.vocabulary.is_hashtag).astype(np.int32)
        labelled = column_counts(dataset.description) > 0
        how = settings.inputs.length, settings.stream.half_life
        return cls(dataset.vocabulary, hashtags, labelled, mean, max(std, LEAST_DEVIATION), *how, latest(dataset))

    def grown(self, dataset: Dataset) -> Domain:
        """The domain after more posts, in the numbers of a grown vocabulary; old outputs keep their places."""
        labelled = column_counts(dataset.description) > 0
        labelled[: len(self.labelled)] |= self.labelled
        new = np.setdiff1d(np.flatnonzero(dataset.vocabulary.is_hashtag), self.hashtags).astype(np.int32)
        hashtags, now = np.concatenate([self.hashtags, new]), max(self.now, latest(dataset))
        return replace(self, vocabulary=dataset.vocabulary, hashtags=hashtags, labelled=labelled, now=now)

    def outputs(self, hashtags: CSR) -> CSR:
        """Hashtags as outputs, CSR (n_posts, n_hashtags) float32 of ones; other words are dropped."""
        return ones(renumber(hashtags, self.hashtags))

    def inputs(self, description: CSR) -> CSR:
        """A network's input, CSR (n_posts, 2 n_words) float32: column 2j is the presence of word j, 2j + 1 its score.

        Each row has the Euclidean length `length`, as in Liang et al. (2018): one word alone says as much as ten.
        """
        indices = np.repeat(2 * description.indices, 2)
        indices[1::2] += 1
        data = np.full(len(indices), PRESENCE, np.float32)
        data[1::2] = SPREAD * ((description.data - self.score_mean) / self.score_std).clip(-3, 3)
        shape = description.shape[0], 2 * len(self.vocabulary)
        inputs = sparse.csr_array((data, indices, 2 * description.indptr), shape=shape)
        if self.length and inputs.nnz:
            row = row_of_entries(inputs)
            squares = np.bincount(row, data**2, shape[0])
            factors = (self.length / np.sqrt(np.where(squares > 0, squares, 1))).astype(np.float32)
            inputs.data *= factors[row]
        return inputs

    def to_arrays(self) -> dict[str, np.ndarray]:
        """What the vocabulary and the settings do not say, a dict of arrays."""
        statistics = np.array([self.score_mean, self.score_std, self.now])
        return {"hashtags": self.hashtags, "labelled": self.labelled, "statistics": statistics}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], vocabulary: Vocabulary, settings: BestSettings) -> Domain:
        """The domain whose :meth:`to_arrays` these are. Raises ValueError where they do not fit the vocabulary."""
        hashtags, labelled = arrays["hashtags"], arrays["labelled"]
        same = np.array_equal(np.sort(hashtags), np.flatnonzero(vocabulary.is_hashtag))
        if hashtags.dtype.kind != "i" or not same or labelled.shape != (len(vocabulary),):
            raise ValueError("the hashtags are not those of the vocabulary")
        mean, std, now = arrays["statistics"].tolist()
        return cls(vocabulary, hashtags, labelled, mean, std, settings.inputs.length, settings.stream.half_life, now)


@dataclass(frozen=True)
class Examples:
    """Posts to learn from.

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
        return age_weights(times, self.domain.now, self.domain.half_life).astype(np.float32)

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


def latest(dataset: Dataset) -> float:
    """The latest known time of the posts, -inf where none is known."""
    return -np.inf if dataset.times is None else float(np.nanmax(dataset.times, initial=-np.inf))
