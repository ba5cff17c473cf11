"""Word vectors by name, with the questions and answers of gensim's KeyedVectors."""

from __future__ import annotations

import numpy as np

from instahash.errors import DataError, UnknownWordError
from instahash.topk import top_k
from instahash.word2vec.formats import read_vectors, write_vectors


class WordVectors:
    """Words and their vectors.

    words : list of str, distinct.  vectors : (n_words, dim) float32.

    Every question takes words by name. Words that are not known raise :class:`UnknownWordError`, which names all of
    them at once; where a question takes several, `ignore_missing=True` leaves them out instead.
    """

    def __init__(self, words, vectors):
        self.words, self.vectors = list(words), np.ascontiguousarray(vectors, dtype=np.float32)
        if self.vectors.ndim != 2 or len(self.vectors) != len(self.words):
            raise DataError(f"{len(self.words):,} words came with vectors of shape {self.vectors.shape}")
        self.index = {word: i for i, word in enumerate(self.words)}
        if len(self.index) < len(self.words):
            raise DataError(f"of the {len(self.words):,} words only {len(self.index):,} are distinct")
        length = np.linalg.norm(self.vectors, axis=1, keepdims=True)
        self.unit = self.vectors / np.where(length > 0, length, 1)

    def __len__(self):
        return len(self.words)

    def __contains__(self, word):
        return word in self.index

    def __getitem__(self, words):
        """The vector of a word, (dim,), or of each of a list of words, (n, dim)."""
        if isinstance(words, str):
            return self.vectors[self._ids([words])[0]]
        return self.vectors[self._ids(words)]

    def most_similar(self, positive=(), negative=(), topn=10, restrict_to=None, ignore_missing=False):
        """The words with the highest cosine to the mean of unit vectors, those of `negative` taken negatively.

        positive, negative : a word or a list of words; their own words are not returned.
        restrict_to : words that may be returned; default all.
        Returns exactly min(topn, allowed) pairs (word, cosine), highest first, ties by position.
        """
        positive, negative = ([words] if isinstance(words, str) else list(words) for words in (positive, negative))
        kept = self._ids([*positive, *negative], ignore_missing)
        n_positive = len(self._ids(positive, ignore_missing))
        if not len(kept):
            raise DataError("most_similar was asked with no known word; give at least one that the vectors have")
        signs = np.where(np.arange(len(kept)) < n_positive, np.float32(1), np.float32(-1))
        scores = self.unit @ _unit(signs @ self.unit[kept])
        allowed = np.ones(len(self), bool)
        if restrict_to is not None:
            allowed[:] = False
            allowed[self._ids(restrict_to, ignore_missing)] = True
        allowed[kept] = False
        scores = np.where(allowed, scores, -np.inf).astype(np.float32)
        found = min(topn, int(allowed.sum()))
        ids, cosines = top_k(scores[None, :], max(found, 0))
        return [(self.words[i], float(cosine)) for i, cosine in zip(ids[0], cosines[0])]

    def similarity(self, a, b):
        """Cosine of two words."""
        i, j = self._ids([a, b])
        return float(self.unit[i] @ self.unit[j])

    def n_similarity(self, a, b, ignore_missing=False):
        """Cosine of the mean vectors (not of unit length) of two lists of words; 0.0 where a list has none left."""
        means = []
        for words in (a, b):
            ids = self._ids(words, ignore_missing)
            means.append(_unit(self.vectors[ids].mean(axis=0)) if len(ids) else np.zeros(self.vectors.shape[1]))
        return float(means[0] @ means[1])

    def doesnt_match(self, words, ignore_missing=False):
        """The word with the lowest cosine to the mean of the unit vectors of all of them."""
        ids = self._ids(words, ignore_missing)
        if not len(ids):
            raise DataError("doesnt_match was asked with no known word; give some that the vectors have")
        return self.words[ids[np.argmin(self.unit[ids] @ self.unit[ids].mean(axis=0))]]

    def rank(self, a, b):
        """The place of b among the words most similar to a: 1 where no other word is nearer."""
        i, j = self._ids([a, b])
        scores = self.unit @ self.unit[i]
        nearer = scores > scores[j]
        nearer[i] = False
        return int(nearer.sum()) + 1

    def save(self, path, binary=False):
        """Write word2vec's text or binary format, whole or not at all. Errors as in :func:`write_vectors`."""
        write_vectors(path, self.words, self.vectors, binary)

    @classmethod
    def load(cls, path, binary=False, limit=None):
        """Read word2vec's text or binary format, at most `limit` words. Errors as in :func:`read_vectors`."""
        return cls(*read_vectors(path, binary, limit))

    def _ids(self, words, ignore_missing=False):
        words = [words] if isinstance(words, str) else list(words)
        unknown = list(dict.fromkeys(word for word in words if word not in self.index))
        if unknown and not ignore_missing:
            raise UnknownWordError(unknown)
        return np.array([self.index[word] for word in words if word in self.index], np.int64)


def _unit(vector):
    length = np.linalg.norm(vector)
    return vector / length if length > 0 else vector
