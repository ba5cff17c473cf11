"""Each label as one hashtag: what an author writes who says just what the photo shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from instahash.sparse import CSR, empty, one_row, renumber, row_max, rows_at


class Echoes(NamedTuple):
    """The labels of m posts, each as one word ("golden retriever" as goldenretriever), whatever their scores.

    known : CSR (m, n_words) float32, labels that are words of the vocabulary; values are their scores.
    unknown : CSR (m, n_unknown) float32, the other labels.  unknown_words : the word of each of its columns,
        which are in alphabetical order.
    made_up : whether no labeller said them of a photo: the posts are made up.
    """

    known: CSR
    unknown: CSR
    unknown_words: Sequence[str]
    made_up: bool = False

    @classmethod
    def of(cls, echoes: CSR, words: Sequence[str], index: Mapping[str, int], made_up: bool = False) -> Echoes:
        """Of labels CSR (m, n) whose columns are `words`, where `index` numbers the words of the vocabulary."""
        ids = np.array([index.get(word, -1) for word in words], np.int64)
        order = np.full(len(index), -1, np.int64)
        order[ids[ids >= 0]] = np.flatnonzero(ids >= 0)
        seen = np.zeros(len(words), bool)
        seen[echoes.indices] = True
        # In an order that is that of one post alone as well: of equals the first comes first.
        others = sorted(np.flatnonzero(seen & (ids < 0)).tolist(), key=words.__getitem__)
        unknown = renumber(echoes, np.array(others, np.int64))
        return cls(renumber(echoes, order), unknown, [words[i] for i in others], made_up)

    @classmethod
    def of_photo(cls, scores: Mapping[str, float], index: Mapping[str, int]) -> Echoes:
        """Of one photo, from the score of each label as one word."""
        known = {index[word]: score for word, score in scores.items() if word in index}
        others = sorted(word for word in scores if word not in index)
        unknown = {i: scores[word] for i, word in enumerate(others)}
        return cls(one_row(known, len(index)), one_row(unknown, len(others)), others)

    @classmethod
    def of_description(cls, description: CSR) -> Echoes:
        """Where only the words of descriptions are known, CSR (m, n_words): each is a label of its own."""
        return cls(description, empty((description.shape[0], 0), np.float32), [])

    @classmethod
    def together(cls, parts: Sequence[Echoes]) -> Echoes:
        """Those of the posts of all parts, one after the other."""
        words = sorted({word for part in parts for word in part.unknown_words})
        place = {word: i for i, word in enumerate(words)}
        unknown = []
        for part in parts:
            order = np.full(len(words), -1, np.int64)
            order[[place[word] for word in part.unknown_words]] = np.arange(len(part.unknown_words))
            unknown.append(renumber(part.unknown, order))
        known = sparse.vstack([part.known for part in parts], format="csr")
        return cls(known, sparse.vstack(unknown, format="csr"), words, all(part.made_up for part in parts))

    def take(self, rows: Any) -> Echoes:
        """Those of the posts with these row numbers."""
        rows = np.arange(self.known.shape[0])[rows]
        return self._replace(known=rows_at(self.known, rows), unknown=rows_at(self.unknown, rows))

    def highest(self) -> np.ndarray:
        """(m,) float32, the score of each post's surest label, 0 without one."""
        return np.maximum(row_max(self.known), row_max(self.unknown))
