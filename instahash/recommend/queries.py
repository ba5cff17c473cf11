"""What is known of the posts that hashtags are wanted for, and what the answer should be like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from instahash.data import Echoes, Vocabulary, words
from instahash.data.given import hashtags_of, labels_of, text_of, texts_of
from instahash.data.hashtags import is_hashtag
from instahash.data.preprocess import GUESS, DataSettings, believed
from instahash.errors import DataError
from instahash.merge import maximum
from instahash.parameters import fraction
from instahash.sparse import CSR, empty, one_row, ones, row_sizes, rows_at, union


class Queries(NamedTuple):
    """What is known of m posts.

    description : CSR (m, n_words) float32, the stored entries are the words, their values the labels' scores.
    chosen : CSR of the same shape, hashtags that the author has picked already.
    keys : m tuples of str, whose earlier hashtags matter (a user, features of a user); None for nobody.
    echoes : Echoes, each label as one hashtag, whatever its score.
    guessed : (m,) bool, no label was sure enough, and `description` has the likeliest of them.
    familiar : (m,) float32 in [0, 1], the probability that the labels are such as the model has learnt from.
    photo_features : (m, n_features) float, what the labeller's network sees in each photo, a row of NaN where there is
        none; None where no post has any.
    inputs : the description as experts read it, CSR (m, n_inputs) float32; None before they have taken the queries.
    """

    description: CSR
    chosen: CSR
    keys: Sequence[tuple[str, ...]] | None
    echoes: Echoes
    guessed: np.ndarray
    familiar: np.ndarray
    photo_features: np.ndarray | None = None
    inputs: CSR | None = None

    @classmethod
    def of(
        cls,
        description: CSR,
        chosen: CSR | None = None,
        keys: Sequence[tuple[str, ...]] | None = None,
        echoes: Echoes | None = None,
        guessed: np.ndarray | None = None,
        photo_features: np.ndarray | None = None,
    ) -> Queries:
        """What is None is not known: nothing is chosen, each word of a description is a label, none was guessed, and
        no photo is there.
        """
        return cls(
            description,
            empty(description.shape, np.int8) if chosen is None else chosen,
            keys,
            Echoes.of_description(description) if echoes is None else echoes,
            np.zeros(description.shape[0], bool) if guessed is None else guessed,
            np.ones(description.shape[0], np.float32),
            photo_features,
        )

    @classmethod
    def of_photo(
        cls,
        vocabulary: Vocabulary,
        labels: Any,
        default_score: float = 1.0,
        chosen: Iterable[str] | None = (),
        user: str | None = None,
        features: Iterable[str] | None = (),
        min_score: float = DataSettings.min_score,
        photo_features: np.ndarray | None = None,
    ) -> Queries:
        """What is known of one photo.

        labels : texts of one or more words, which have the `default_score`, or pairs of a text and its score, or what
            else :func:`~instahash.data.given.labels_of` takes.
        chosen, features : texts, or None.
        min_score : labels with a lower score are no part of the description, unless all have, see
            :func:`~instahash.data.preprocess.believed`.
        photo_features : (1, n_features) float.
        Raises DataError for a score outside [0, 1], and for what is no label, no text or no list.
        """
        scores: dict[int, float] = {}
        whole: dict[str, float] = {}
        min_score = fraction(min_score, "min_score", DataError)
        unsaid = max(default_score, min_score)
        for text, said in labels_of(labels, vocabulary.index):
            score, own = unsaid if said is None else said, words(text)
            for word in own:
                if (i := vocabulary.index.get(word)) is not None:
                    scores[i] = max(score, scores.get(i, score))
            if is_hashtag(name := "".join(own)):
                whole[name] = max(score, whole.get(name, score))
        picked = dict.fromkeys(ids_of(vocabulary, chosen, "chosen").tolist(), 1)
        labelled, chosen_row = one_row(scores, len(vocabulary)), ones(one_row(picked, len(vocabulary)), np.int8)
        echoes = Echoes.of_photo(whole, vocabulary.index)
        description, guessed = believed(labelled, echoes, min_score)
        user_key = () if user is None else (f"user:{text_of(user, 'user')}",)
        keys = [(*texts_of(features, "features"), *user_key)]
        return cls.of(description, chosen_row, keys, echoes, guessed, photo_features)

    def words(self) -> CSR:
        """Description and chosen hashtags together, CSR int8 of ones."""
        return union(self.description, self.chosen) if self.chosen.nnz else ones(self.description, np.int8)

    def labels(self) -> CSR:
        """The description with each label that is a hashtag too, CSR float32 of the scores."""
        return maximum(self.description, self.echoes.known)

    def weighted_words(self) -> CSR:
        """Labels and chosen hashtags together, CSR float32: a label's value is its score, of a chosen 1."""
        return maximum(self.labels(), self.chosen)

    def n_words(self) -> np.ndarray:
        """(m,) int, how many words of each post are known, those counted twice that say the same of it."""
        return row_sizes(self.description) + row_sizes(self.echoes.known) + row_sizes(self.chosen)

    def rows(self, rows: np.ndarray) -> Queries:
        """The queries with these row numbers, which are distinct and ascend."""
        if len(rows) == self.description.shape[0]:  # as for a single post, which is not copied
            return self
        return Queries(
            rows_at(self.description, rows),
            rows_at(self.chosen, rows),
            None if self.keys is None else [self.keys[row] for row in rows.tolist()],
            self.echoes.take(rows),
            self.guessed[rows],
            self.familiar[rows],
            None if self.photo_features is None else self.photo_features[rows],
            None if self.inputs is None else rows_at(self.inputs, rows),
        )

    def with_photo(self) -> np.ndarray:
        """(m,) bool, of which posts the photo's features are there."""
        if self.photo_features is None:
            return np.zeros(self.description.shape[0], bool)
        return ~np.isnan(self.photo_features).any(axis=1)

    def likely(self) -> np.ndarray:
        """(m,) bool, of which posts a word is known, the photo, or a label that is at least a guess."""
        known = (row_sizes(self.description) + row_sizes(self.chosen) > 0) | self.with_photo()
        return known if known.all() else known | (self.echoes.highest() >= GUESS)


class Options(NamedTuple):
    """What an answer should be like.

    top : int, at most so many hashtags; None for what the mode gives.
    novelty, diversity : in [0, 1], see `diversity.py`; None for what the settings say.
    banned : int ids that may not be recommended.  banned_words : words that may not, known or not, as
    those that are chosen.
    trace : whether the answer holds the lists on the way to it.
    """

    top: int | None = None
    novelty: float | None = None
    diversity: float | None = None
    banned: np.ndarray = np.empty(0, np.int64)
    banned_words: frozenset[str] = frozenset()
    trace: bool = False


def ids_of(vocabulary: Vocabulary, hashtags: Iterable[str] | None, name: str) -> np.ndarray:
    """The ids of the known words of some hashtags; DataError, which calls them `name`, for what are none."""
    return vocabulary.lookup([word for text in hashtags_of(hashtags, name) for word in words(text)])[0]
