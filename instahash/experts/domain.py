"""What every expert is told: the settings, the hashtags to score, the models that all may ask."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from instahash.baselines import Cooccurrence
from instahash.data import Dataset, Vocabulary
from instahash.experts.candidates import HEAD, Candidates
from instahash.experts.familiarity import Familiarity
from instahash.experts.statistics import LEAST_DEVIATION, LEAST_PHOTO_DEVIATION, Statistics, latest
from instahash.forms import COUNT, WEIGHT, Form, fit
from instahash.recommend import Preferences, Queries
from instahash.recommend.preferences import SALT
from instahash.sparse import CSR, column_counts, moved, ones, row_of_entries, unchecked_csr
from instahash.word2vec import Word2Vec, WordVectors

if TYPE_CHECKING:  # it collects the settings of the experts, which import this module
    from instahash.experts.settings import BestSettings

# A word's presence in the input, and the standard deviation of its label's score, which is standardised.
PRESENCE, SCORE_DEVIATION = 0.7, 0.5
# What is kept beside the models.
FORMS = {
    "hashtags": Form("int32", ("hashtags",), 0, below="words"),
    "described": Form("int32", ("described",), 0, below="words"),
    "statistics": Form("float64", (3,), -np.inf, COUNT),
}
PHOTO_FORMS = {
    "photo_mean": Form("float32", ("features",)),
    "photo_std": Form("float32", ("features",), LEAST_PHOTO_DEVIATION / 2),
}


def _nothing() -> np.ndarray:
    return np.empty(0, np.float32)


@dataclass(frozen=True)
class Domain:
    """The words that experts read and the hashtags that they score, and the models that belong to no single expert.

    settings : BestSettings.
    vocabulary : Vocabulary of n_words words.
    hashtags : (n_hashtags,) int32, the word of each output, most used first; those of later posts follow.
    described : (n_described,) int32, words that descriptions had in training; those of later posts follow.
    score_mean, score_std : of the labels' scores in training.
    word2vec : Word2Vec.  cooccurrence : Cooccurrence.  Both have learnt before any expert does.
    preferences : Preferences, of outputs; they have learnt before any expert is asked.
    familiarity : Familiarity with the labels of the posts seen.
    now : the latest time of the posts seen, seconds since the epoch, -inf where none has a time.
    photo_mean, photo_std : (n_features,) float32, of the features of the training's photos; n_features is 0 where there
        were none, and then no expert reads photos.
    """

    settings: BestSettings
    vocabulary: Vocabulary
    hashtags: np.ndarray
    described: np.ndarray
    score_mean: float
    score_std: float
    word2vec: Word2Vec
    cooccurrence: Cooccurrence
    preferences: Preferences
    familiarity: Familiarity
    now: float = -np.inf
    photo_mean: np.ndarray = field(default_factory=_nothing)
    photo_std: np.ndarray = field(default_factory=_nothing)

    @property
    def n_head(self) -> int:
        """How many of the hashtags, the first ones, are scored for every post."""
        return min(HEAD, len(self.hashtags))

    @cached_property
    def outputs_of_words(self) -> np.ndarray:
        """(n_words,) int32, the output of each word, -1 for none."""
        return _numbers(self.hashtags, len(self.vocabulary))

    @cached_property
    def _inputs_of_words(self) -> np.ndarray:
        return _numbers(self.described, len(self.vocabulary))

    @cached_property
    def labelled(self) -> np.ndarray:
        """(n_words,) bool, words that descriptions had in training."""
        return self._inputs_of_words >= 0

    def hashtags_of(self, candidates: Candidates) -> np.ndarray:
        """(m, n_columns) ids of the words in the columns of each post, -1 for none."""
        columns = np.arange(candidates.n_columns)
        return self.words_at(np.broadcast_to(columns, (candidates.tail.shape[0], len(columns))), candidates)

    def words_at(self, columns: np.ndarray, candidates: Candidates) -> np.ndarray:
        """The ids of the words in some columns (m, k) of each post, -1 for none."""
        outputs = candidates.outputs(np.where(columns < candidates.n_columns, columns, -1))
        return np.where(outputs < 0, -1, self.hashtags[outputs])

    @cached_property
    def risen(self) -> np.ndarray:
        """(n,) int64, ascending, outputs behind the head that are used more than one in it, as later posts may do."""
        counts = self.vocabulary.hashtag_counts[self.hashtags].astype(np.float32)
        return self.n_head + np.flatnonzero(counts[self.n_head :] > counts[: self.n_head].min(initial=np.inf))

    @cached_property
    def log_frequency(self) -> np.ndarray:
        """(n_hashtags,) float32, the log of each hashtag's part of all uses."""
        counts = self.vocabulary.hashtag_counts[self.hashtags].astype(np.float32)
        return np.log(counts / counts.sum())

    @cached_property
    def log_ratios(self) -> np.ndarray:
        """(n_words,) float64, how much each word, as a label, speaks for labels that are familiar."""
        return self.familiarity.log_ratios(self.vocabulary.words)

    @cached_property
    def output_vectors(self) -> np.ndarray:
        """(n_hashtags, dim) float32, word2vec's output vector of each hashtag."""
        return np.ascontiguousarray(self.word2vec.C[self.hashtags])

    @cached_property
    def vectors(self) -> WordVectors:
        """The words and their vectors, as word2vec has learnt them."""
        return WordVectors(self.vocabulary.words, self.word2vec.word_vectors())

    @classmethod
    def of(cls, dataset: Dataset, settings: BestSettings) -> Domain:
        """The domain of a training on these posts, its models untrained."""
        return cls.begun(dataset.vocabulary, Statistics.of(dataset, settings.data.min_score), settings)

    @classmethod
    def begun(cls, vocabulary: Vocabulary, statistics: Statistics, settings: BestSettings) -> Domain:
        """The same from the statistics of the posts."""
        described = np.flatnonzero(statistics.described).astype(np.int32)
        word2vec = Word2Vec(settings.word2vec, seed=settings.seed, n_threads=settings.n_threads)
        words, figures = (vocabulary, vocabulary.hashtag_ids, described), statistics.of_scores()
        preferences = Preferences(settings.stream.half_life or None, _salt(vocabulary, settings.seed))
        rest: Any = statistics.familiarity, statistics.latest, *statistics.of_photos()
        return cls(settings, *words, *figures, word2vec, Cooccurrence(), preferences, *rest)

    def grown(self, dataset: Dataset) -> Domain:
        """The domain after more posts, in the numbers of a grown vocabulary; old outputs keep their places."""
        hashtags = _appended(self.hashtags, np.flatnonzero(dataset.vocabulary.is_hashtag))
        described = _appended(self.described, np.flatnonzero(column_counts(dataset.description)))
        familiarity = self.familiarity.including(dataset, self.settings.data.min_score)
        words: dict[str, Any] = {"vocabulary": dataset.vocabulary, "hashtags": hashtags, "described": described}
        return replace(self, **words, familiarity=familiarity, now=max(self.now, latest(dataset)))

    def outputs(self, hashtags: CSR) -> CSR:
        """Hashtags as outputs, CSR (n_posts, n_hashtags) float32 of ones; other words are dropped."""
        return ones(self.by_output(hashtags))

    def by_output(self, words: CSR) -> CSR:
        """The entries of CSR (m, n_words) that are hashtags, in their outputs, CSR (m, n_hashtags)."""
        return moved(words, self.outputs_of_words, len(self.hashtags))

    def inputs(self, description: CSR) -> CSR:
        """A network's input, CSR (n_posts, 2 n_described) float32: of the j-th of the described words column 2j is the
        presence, 2j + 1 the score; other words are dropped.

        Each row has the Euclidean length `inputs.length`, as in Liang et al. (2018): one word says as much as ten.
        """
        words = moved(description, self._inputs_of_words, len(self.described))
        indices, data = np.empty((words.nnz, 2), words.indices.dtype), np.empty((words.nnz, 2), np.float32)
        indices[:, 0] = 2 * words.indices
        indices[:, 1] = indices[:, 0] + 1
        data[:, 0] = PRESENCE
        data[:, 1] = SCORE_DEVIATION * ((words.data - self.score_mean) / self.score_std).clip(-3, 3)
        if length := self.settings.inputs.length:
            row = row_of_entries(words)
            squares = np.bincount(row, (data**2).sum(axis=1), words.shape[0])
            data *= (length / np.sqrt(np.maximum(squares, PRESENCE**2)))[row, None].astype(np.float32)
        return unchecked_csr(data.ravel(), indices.ravel(), 2 * words.indptr, (words.shape[0], 2 * len(self.described)))

    def inputs_of(self, queries: Queries) -> CSR:
        """The inputs of queries, made once where these were taken by :func:`.understanding.understood`."""
        return self.inputs(queries.description) if queries.inputs is None else queries.inputs

    def photos(self, photo_features: np.ndarray) -> np.ndarray:
        """Features of photos (m, n_features), standardised, float32."""
        return (photo_features.astype(np.float32) - self.photo_mean) / self.photo_std

    def to_arrays(self) -> dict[str, np.ndarray]:
        """What the vocabulary, the settings and the models do not say, a dict of arrays."""
        statistics = np.array([self.score_mean, self.score_std, self.now])
        own = {"hashtags": self.hashtags, "described": self.described, "statistics": statistics}
        photos = {"photo_mean": self.photo_mean, "photo_std": self.photo_std} if len(self.photo_mean) else {}
        return own | self.familiarity.to_arrays() | photos

    @classmethod
    def from_arrays(
        cls,
        arrays: dict[str, np.ndarray],
        settings: BestSettings,
        vocabulary: Vocabulary,
        word2vec: Word2Vec,
        cooccurrence: Cooccurrence,
        preferences: Preferences,
    ) -> Domain:
        """The domain whose :meth:`to_arrays` these are. Raises ValueError where they do not fit the vocabulary."""
        if len(word2vec.W) != len(vocabulary):
            raise ValueError("word2vec has other words than the vocabulary")
        fit(arrays, FORMS | (PHOTO_FORMS if "photo_mean" in arrays else {}), words=len(vocabulary))
        hashtags, described = arrays["hashtags"], arrays["described"]
        if not np.array_equal(np.sort(hashtags), np.flatnonzero(vocabulary.is_hashtag)):
            raise ValueError("the hashtags are not those of the vocabulary")
        if len(np.unique(described)) < len(described):
            raise ValueError("a described word stands there twice")
        mean, std, now = arrays["statistics"].tolist()
        if not (abs(mean) <= WEIGHT and LEAST_DEVIATION <= std <= WEIGHT and now <= COUNT):
            raise ValueError(f"scores of {mean:g} and {std:g}, and the time {now:g}, are no statistics of posts")
        familiar = Familiarity.from_arrays(arrays, len(vocabulary))
        photos = [arrays.get(name, _nothing()) for name in PHOTO_FORMS]
        words = vocabulary, hashtags, described
        return cls(settings, *words, mean, std, word2vec, cooccurrence, preferences, familiar, now, *photos)


def _salt(vocabulary: Vocabulary, seed: int) -> bytes:
    """Another one for other posts, and for another seed: drawn by chance, it would be another one at each training."""
    digest = hashlib.blake2b(str(seed).encode(), digest_size=SALT)
    for array in vocabulary.to_arrays().values():
        digest.update(array.tobytes())
    return digest.digest()


def _numbers(ids: np.ndarray, n_words: int) -> np.ndarray:
    """(n_words,) int32, the place of each word among the ids, -1 for none."""
    numbers = np.full(n_words, -1, np.int32)
    numbers[ids] = np.arange(len(ids))
    return numbers


def _appended(old: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """The old ids, and behind them the new ones in ascending order."""
    return np.concatenate([old, np.setdiff1d(ids, old).astype(np.int32)])
