"""Co-occurrence: the hashtags that authors used where the same things were in the photo, or with the same hashtags."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from instahash.errors import ModelError
from instahash.sparse import ones


class Cooccurrence:
    """Scores a hashtag t by the mean of P(t | w) over the words w that are given: description and chosen hashtags.

    P(t | w) = n(w, t) / (n(w) + 1): of the training posts described by w, the share that use t, with one post more in
    which nothing is used, so that a word seen once is not taken for certain. For a chosen hashtag, n(w) are the posts
    that use it; it says nothing about itself.
    """

    def fit(self, description, hashtags):
        """description, hashtags : CSR (n_posts, n_words), stored entries are the words."""
        D, H = (ones(matrix) for matrix in (description, hashtags))
        self.pairs = (D.T @ H).tocsr()  # n(w, t)
        self.posts = np.bincount(description.indices, minlength=description.shape[1]).astype(np.float32)  # n(w)
        self.partners = without_diagonal(H.T @ H)  # the same of hashtags with hashtags
        self.uses = np.bincount(hashtags.indices, minlength=hashtags.shape[1]).astype(np.float32)
        return self

    def add(self, description, hashtags):
        """Count more posts; their columns are the old words in their places and new ones after them."""
        new, n_words = Cooccurrence().fit(description, hashtags), description.shape[1]
        for name in ("pairs", "partners"):
            counts = getattr(self, name)
            if counts is not None:
                counts.resize(n_words, n_words)
                setattr(self, name, (counts + getattr(new, name)).tocsr())
        for name in ("posts", "uses"):
            counts = getattr(self, name)
            if counts is not None:
                setattr(self, name, np.pad(counts, (0, n_words - len(counts))) + getattr(new, name))
        return self

    def score(self, description, chosen=None):
        """(n_posts, n_words) float32 in [0, 1]; zero where no given word was seen in training.

        chosen : CSR (n_posts, n_words), hashtags that are given too.

        Raises ModelError for chosen hashtags where the counts were saved without those of hashtags with hashtags.
        """
        given = [(_weighted(description, self.posts), self.pairs)]
        if chosen is not None and chosen.nnz:
            if self.partners is None:
                raise ModelError(
                    "co-occurrence has no counts of hashtags with hashtags, since it was saved by an older version; "
                    "train the model anew to ask with chosen hashtags"
                )
            given.append((_weighted(chosen, self.uses), self.partners))
        return mean_score(given)

    def to_arrays(self):
        """The counts as a dict of arrays."""
        arrays = _parts(self.pairs, "") | {"posts": self.posts}
        return arrays if self.partners is None else arrays | _parts(self.partners, "partners_") | {"uses": self.uses}

    @classmethod
    def from_arrays(cls, arrays):
        """The baseline whose :meth:`to_arrays` these are; those of hashtags with hashtags may be missing."""
        baseline = cls()
        baseline.posts, baseline.uses = arrays["posts"], arrays.get("uses")
        baseline.pairs = _matrix(arrays, "", len(baseline.posts))
        baseline.partners = _matrix(arrays, "partners_", len(baseline.posts)) if "uses" in arrays else None
        return baseline


def without_diagonal(matrix):
    """The square sparse matrix as CSR, with nothing stored on its diagonal."""
    matrix = matrix.tocoo()
    rest = matrix.row != matrix.col
    entries = matrix.data[rest], (matrix.row[rest], matrix.col[rest])
    return sparse.csr_array(entries, shape=matrix.shape)


def mean_score(given):
    """The mean of what all words of a post say about each word, (n_posts, n_words) float32; zero for no words.

    given : list of (words CSR (n_posts, n_words), what each counts, scores sparse (n_words, n_words), a row a word).
    """
    total = sum((words @ scores).toarray() for words, scores in given)
    total /= np.maximum(sum(np.diff(words.indptr) for words, _ in given), 1).astype(np.float32)[:, None]
    return total


def _weighted(words, posts):
    """The words, each of which counts 1 / (posts + 1)."""
    weights = 1 / (posts[words.indices] + 1)
    return sparse.csr_array((weights, words.indices, words.indptr), shape=words.shape)


def _parts(matrix, prefix):
    return {prefix + name: getattr(matrix, name) for name in ("data", "indices", "indptr")}


def _matrix(arrays, prefix, n_words):
    parts = tuple(arrays[prefix + name] for name in ("data", "indices", "indptr"))
    return sparse.csr_array(parts, shape=(n_words, n_words))
