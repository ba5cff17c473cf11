"""Co-occurrence: the hashtags that authors used where the same things were in the photo."""

from __future__ import annotations

import numpy as np
from scipy import sparse


class Cooccurrence:
    """Scores a hashtag t by the mean of P(t | w) over the words w of the description.

    P(t | w) = n(w, t) / (n(w) + 1): of the training posts described by w, the share that use t, with one post more in
    which nothing is used, so that a word seen once is not taken for certain.
    """

    def fit(self, description, hashtags):
        """description, hashtags : CSR (n_posts, n_words), stored entries are the words."""
        D, H = (_ones(matrix) for matrix in (description, hashtags))
        self.pairs = (D.T @ H).tocsr()  # n(w, t)
        self.posts = np.bincount(description.indices, minlength=description.shape[1]).astype(np.float32)  # n(w)
        return self

    def score(self, description):
        """(n_posts, n_words) float32 in [0, 1]; zero where no word of the description was seen in training."""
        sizes = np.maximum(np.diff(description.indptr), 1).astype(np.float32)
        probability = sparse.diags_array(1 / (self.posts + 1)) @ self.pairs
        return (_ones(description) @ probability).toarray().astype(np.float32) / sizes[:, None]

    def to_arrays(self):
        """The counts as a dict of arrays."""
        return {
            "data": self.pairs.data,
            "indices": self.pairs.indices,
            "indptr": self.pairs.indptr,
            "posts": self.posts,
        }

    @classmethod
    def from_arrays(cls, arrays):
        """The baseline whose :meth:`to_arrays` these are."""
        baseline = cls()
        baseline.posts = arrays["posts"]
        entries = (arrays["data"], arrays["indices"], arrays["indptr"])
        baseline.pairs = sparse.csr_array(entries, shape=(len(baseline.posts),) * 2)
        return baseline


def _ones(matrix):
    return sparse.csr_array((np.ones(matrix.nnz, np.float32), matrix.indices, matrix.indptr), shape=matrix.shape)
