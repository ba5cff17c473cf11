"""Queries of vectors: by name, as gensim's KeyedVectors has them, and for many sets of words at once."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from instahash.arrays import as_array, as_ids, check_memory
from instahash.dense import unit_rows
from instahash.errors import DataError, UnknownWordError, cut
from instahash.parameters import truth, whole
from instahash.sparse import CSR, as_csr, is_member, ones, row_of_entries
from instahash.topk import top_k
from instahash.word2vec.formats import read_vectors, write_vectors

# Lengths of vectors with larger numbers may be infinite in float32.
LARGEST = 1e15


class WordVectors:
    """Words and their vectors.

    words : distinct texts.  vectors : (n_words, dim), kept as float32.

    Attributes besides these: `index`, a dict of word -> row; `unit`, (n_words, dim) float32, the vectors scaled to
    length 1, where a zero vector stays.

    A query takes words by name, or sets of word ids as the stored entries of a CSR matrix (n_sets, n_words), whatever
    their values. Words that are not known raise :class:`UnknownWordError`, which names all of them at once; where a
    query takes several, `ignore_missing=True` leaves them out instead.
    """

    def __init__(self, words: Iterable[str], vectors: Any) -> None:
        self.words = named([*words] if isinstance(words, str) else words, "the words")
        self.vectors = as_array(vectors, "the vectors", ("n_words", "dim"), np.float32)
        if self.vectors.size and max(-self.vectors.min(), self.vectors.max()) > LARGEST:
            raise DataError(f"the vectors have a number beyond {LARGEST:g}; scale them")
        if len(self.vectors) != len(self.words):
            raise DataError(f"{len(self.words):,} words came with vectors of shape {self.vectors.shape}")
        self.index = {word: i for i, word in enumerate(self.words)}
        if len(self.index) < len(self.words):
            raise DataError(f"of the {len(self.words):,} words only {len(self.index):,} are distinct")

    @cached_property
    def unit(self) -> np.ndarray:  # when first asked for: files can be read and written without it
        return unit_rows(self.vectors)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word in self.index

    def __getitem__(self, words: str | Iterable[str]) -> np.ndarray:
        """The vector of a word, (dim,), or of each of several words, (n, dim)."""
        return self.vectors[self._ids(words)[0] if isinstance(words, str) else self._ids(words)]

    # For sets of word ids

    def similarities(self, sets: CSR) -> np.ndarray:
        """Cosine of every word with the mean of the unit vectors of each set, (n_sets, n_words) float32.

        Zero throughout for an empty set.
        """
        return self._cosines(self._sets(sets))

    def most_similar_to_sets(
        self, sets: CSR, top: int = 20, restrict_to: Any = None, exclude: bool = True, block: int = 2048
    ) -> tuple[np.ndarray, np.ndarray]:
        """The `top` words most similar to each set, by :meth:`similarities`.

        restrict_to : word ids that may be returned; default all.  exclude : leave out the words of the set itself.
        block : sets at a time; (block, n_words) scores are held in memory.

        Returns (ids (n_sets, top) int32, cosines (n_sets, top) float32), most similar first, ties by id; where there
        are fewer, and for an empty set, ids are -1 and cosines -inf.
        """
        sets, top, block = self._sets(sets), whole(top, "top", 0, DataError), whole(block, "block", 1, DataError)
        exclude = truth(exclude, "exclude", DataError)
        check_memory(8 * sets.shape[0] * top, f"{top} words for each of {sets.shape[0]:,} sets")
        ids = np.full((sets.shape[0], top), -1, np.int32)
        cosines = np.full((sets.shape[0], top), -np.inf, np.float32)
        excluded = np.ones(len(self), bool)
        excluded[slice(None) if restrict_to is None else as_ids(restrict_to, "restrict_to", len(self))] = False
        for start in range(0, sets.shape[0], block):
            part = sets if sets.shape[0] <= block else sets[start : start + block]
            scores = self._cosines(part)
            if exclude:
                scores[row_of_entries(part), part.indices] = -np.inf
            scores[:, excluded] = -np.inf
            scores[np.diff(part.indptr) == 0] = -np.inf
            ids[start : start + block], cosines[start : start + block] = top_k(scores, top)
        return ids, cosines

    # By name

    def most_similar(
        self,
        positive: str | Iterable[str] = (),
        negative: str | Iterable[str] = (),
        topn: int = 10,
        restrict_to: Iterable[str] | None = None,
        ignore_missing: bool = False,
    ) -> list[tuple[str, float]]:
        """The words with the highest cosine to the mean of unit vectors, those of `negative` taken negatively.

        positive, negative : a word or several; their own words are not returned.
        restrict_to : words that may be returned; default all.
        Returns exactly min(topn, allowed) pairs (word, cosine), highest first, ties by position.
        """
        positive, negative = named(positive, "positive"), named(negative, "negative")
        given = self._ids([*positive, *negative], ignore_missing)
        if not len(given):
            raise DataError("most_similar was queried with no known word; give at least one that the vectors have")
        n_positive = len(self._ids(positive, ignore_missing))
        signs = np.where(np.arange(len(given)) < n_positive, np.float32(1), np.float32(-1))
        allowed = np.full(len(self), restrict_to is None)
        allowed[self._ids(() if restrict_to is None else restrict_to, ignore_missing)] = True
        allowed[given] = False
        scores = np.where(allowed, self.unit @ unit_rows(signs @ self.unit[given]), np.float32(-np.inf))
        ids, cosines = top_k(scores[None, :], min(whole(topn, "topn", 0, DataError), int(allowed.sum())))
        return [(self.words[i], float(cosine)) for i, cosine in zip(ids[0], cosines[0])]

    def similarity(self, a: str, b: str) -> float:
        """Cosine of two words."""
        i, j = self._ids([a, b])
        return float(self.unit[i] @ self.unit[j])

    def n_similarity(self, a: Iterable[str], b: Iterable[str], ignore_missing: bool = False) -> float:
        """Cosine of the mean vectors (not of unit length) of two lists of words; 0.0 where a list has none left."""
        ids = [self._ids(words, ignore_missing) for words in (a, b)]
        if not (len(ids[0]) and len(ids[1])):
            return 0.0
        one, other = (unit_rows(self.vectors[rows].mean(axis=0)) for rows in ids)
        return float(one @ other)

    def doesnt_match(self, words: Iterable[str], ignore_missing: bool = False) -> str:
        """The word with the lowest cosine to the mean of the unit vectors of all of them."""
        ids = self._ids(words, ignore_missing)
        if not len(ids):
            raise DataError("doesnt_match was queried with no known word; give some that the vectors have")
        return self.words[int(ids[np.argmin(self.unit[ids] @ self.unit[ids].mean(axis=0))])]

    def rank(self, a: str, b: str) -> int:
        """The place of b among the words most similar to a: 1 where no other word is nearer."""
        i, j = self._ids([a, b])
        scores = self.unit @ self.unit[i]
        nearer = scores > scores[j]
        nearer[i] = False
        return int(nearer.sum()) + 1

    # Files

    def save(self, path: str | Path, binary: bool = False) -> None:
        """Write word2vec's text or binary format, compressed by the suffix. Errors as in :func:`write_vectors`."""
        write_vectors(path, self.words, self.vectors, binary)

    @classmethod
    def load(cls, path: str | Path, binary: bool = False, limit: int | None = None) -> WordVectors:
        """Read word2vec's or GloVe's text or word2vec's binary format, at most `limit` words.

        Errors and warnings as in :func:`read_vectors`.
        """
        return cls(*read_vectors(path, binary, limit))

    def _ids(self, words: str | Iterable[str], ignore_missing: bool = False) -> np.ndarray:
        words = named(words, "the words")
        unknown = list(dict.fromkeys(word for word in words if word not in self.index))
        if unknown and not ignore_missing:
            raise UnknownWordError(unknown)
        return np.array([self.index[word] for word in words if word in self.index], np.int64)

    def _sets(self, sets: CSR) -> CSR:
        return ones(as_csr(sets, "the sets", bool, len(self)))

    def _cosines(self, sets: CSR) -> np.ndarray:
        return unit_rows(sets @ self.unit) @ self.unit.T


def named(words: str | Iterable[str] | None, name: str) -> list[str]:
    """Words as a list: one, several, or none for None. Raises DataError, which begins with `name`, for others."""
    if words is None or isinstance(words, str):
        return [] if words is None else [words]
    found: Any = None
    if isinstance(words, Iterable):
        with suppress(TypeError):  # of an array without an axis
            found = list(words)
    if found is None or not all(isinstance(word, str) for word in found):
        raise DataError(f"{name}: {cut(repr(words), 40)} came; give a word, or a list of words")
    return list(found)


def choose_vectors(
    W: np.ndarray, C: np.ndarray, given: CSR, wanted: CSR, restrict_to: Any = None, top: int = 10
) -> tuple[dict[str, float], str]:
    """Whether the sums W + C or the input vectors W find more of the `wanted` words of posts not trained on.

    given, wanted : CSR (n_posts, n_words), what is queried with and what should be found.
    restrict_to : word ids that may be found; default all.

    Returns ({"sum": recall, "input": recall}, the better kind). A recall is the mean fraction of a post's wanted words
    among its `top` most similar.
    """
    W = as_array(W, "W", ("n_words", "dim"), np.float32)
    C = as_array(C, "C", W.shape, np.float32)
    given, wanted = as_csr(given, "given", bool, len(W)), as_csr(wanted, "wanted", bool, len(W))
    if given.shape[0] != wanted.shape[0]:
        raise DataError(f"given has {given.shape[0]} rows, wanted {wanted.shape[0]}; give both a row for each post")
    rows = np.flatnonzero((np.diff(given.indptr) > 0) & (np.diff(wanted.indptr) > 0))
    given, wanted = given[rows], wanted[rows]

    def recall_of(vectors: np.ndarray) -> float:
        words = WordVectors(map(str, range(len(W))), vectors)
        ids, _ = words.most_similar_to_sets(given, top, restrict_to, exclude=False)
        recalls = is_member(ids, wanted).sum(axis=1) / np.diff(wanted.indptr)
        return float(recalls.mean()) if len(rows) else 0.0

    recalls = {"sum": recall_of(W + C), "input": recall_of(W)}
    return recalls, max(recalls, key=recalls.__getitem__)
