"""What is known of the posts that hashtags are wanted for, and what the answer should be like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from instahash.data import Vocabulary, words
from instahash.errors import DataError
from instahash.sparse import CSR, ones, union


class Queries(NamedTuple):
    """What is known of m posts.

    description : CSR (m, n_words) float32, the stored entries are the words, their values the labels' scores.
    chosen : CSR of the same shape, hashtags that the author has picked already.
    keys : m tuples of str, whose earlier hashtags matter (a user, features of a user); None for nobody.
    photo_features : (m, n_features) float, what the labeller's network sees in each photo, a row of NaN where there is
        none; None where no post has any.
    """

    description: CSR
    chosen: CSR
    keys: Sequence[tuple[str, ...]] | None = None
    photo_features: np.ndarray | None = None

    @classmethod
    def of(
        cls,
        description: CSR,
        chosen: CSR | None = None,
        keys: Sequence[tuple[str, ...]] | None = None,
        photo_features: np.ndarray | None = None,
    ) -> Queries:
        """`chosen` may be None for none."""
        chosen = sparse.csr_array(description.shape, dtype=np.int8) if chosen is None else chosen
        return cls(description, chosen, keys, photo_features)

    @classmethod
    def of_photo(
        cls,
        vocabulary: Vocabulary,
        labels: Iterable[Any],
        default_score: float = 1.0,
        chosen: Iterable[str] = (),
        user: str | None = None,
        features: Iterable[str] = (),
        photo_features: np.ndarray | None = None,
    ) -> Queries:
        """What is known of one photo; unknown words are left out.

        labels : texts of one or more words, which have the `default_score`, or pairs of a text and its score.
        chosen, features : texts.  photo_features : (1, n_features) float.
        Raises DataError for a score outside [0, 1], and for one text where a list is wanted.
        """
        scores: dict[int, float] = {}
        for label in _listed(labels, "labels"):
            text, score = (label, default_score) if isinstance(label, str) else label
            if not 0 <= score <= 1:
                raise DataError(f"the score of label '{text}' is {score}; it must lie in [0, 1]")
            for word in vocabulary.lookup(words(text))[0].tolist():
                scores[word] = max(score, scores.get(word, score))
        ids, picked = np.array(sorted(scores), np.int32), np.unique(ids_of(vocabulary, chosen, "chosen"))
        values = np.array([scores[i] for i in ids.tolist()], np.float32), np.ones(len(picked), np.int8)
        shape = 1, len(vocabulary)
        rows = [sparse.csr_array((v, i, np.array([0, len(i)])), shape=shape) for v, i in zip(values, (ids, picked))]
        user_key = () if user is None else (f"user:{user}",)
        return cls(rows[0], rows[1], [(*_listed(features, "features"), *user_key)], photo_features)

    def words(self) -> CSR:
        """Description and chosen hashtags together, CSR int8 of ones."""
        return union(self.description, self.chosen) if self.chosen.nnz else ones(self.description, np.int8)

    def rows(self, rows: np.ndarray) -> Queries:
        """The queries with these row numbers, which are distinct and ascend."""
        if len(rows) == self.description.shape[0]:  # as for a single post, which is not copied
            return self
        keys = None if self.keys is None else [self.keys[row] for row in rows]
        photo_features = None if self.photo_features is None else self.photo_features[rows]
        return Queries(self.description[rows], self.chosen[rows], keys, photo_features)

    def with_photo(self) -> np.ndarray:
        """(m,) bool, of which posts the photo's features are there."""
        if self.photo_features is None:
            return np.zeros(self.description.shape[0], bool)
        return ~np.isnan(self.photo_features).any(axis=1)

    def excluded(self, banned: np.ndarray) -> list[np.ndarray]:
        """For each post the ids that may not be recommended: those chosen and those banned."""
        indptr = self.chosen.indptr
        return [np.concatenate([self.chosen.indices[a:b], banned]).astype(np.int64) for a, b in zip(indptr, indptr[1:])]


class Options(NamedTuple):
    """What an answer should be like.

    top : int, at most so many hashtags; None for what the mode gives.
    novelty, diversity : in [0, 1], see `diversity.py`; None for what the settings say.
    banned : int ids that may not be recommended.
    trace : whether the answer holds the lists on the way to it.
    """

    top: int | None = None
    novelty: float | None = None
    diversity: float | None = None
    banned: np.ndarray = np.empty(0, np.int64)
    trace: bool = False


def ids_of(vocabulary: Vocabulary, texts: Iterable[str], name: str) -> np.ndarray:
    """The ids of the known words of some texts; DataError, which calls them `name`, for one text in place of a list."""
    return vocabulary.lookup([word for text in _listed(texts, name) for word in words(text)])[0]


def _listed(texts: Iterable[Any], name: str) -> Iterable[Any]:
    """One text where a list is wanted would be taken letter by letter for words."""
    if isinstance(texts, str):
        raise DataError(f"{name} is the text '{texts}'; it must be a list, such as {[texts]}")
    return texts
