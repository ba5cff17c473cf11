"""Ridge regression from the description to the hashtags: one linear model a hashtag, all solved for at once."""

from __future__ import annotations

import numpy as np
from scipy import linalg, sparse

from instahash.errors import SettingsError
from instahash.recommend.size import check_size


class Ridge:
    """Scores hashtags by x W, where W = (X'X + reg I)^-1 X'Y for label scores X and targets Y (Hoerl and Kennard 1970).

    Each post's targets are divided by the root of their number, since hashtags of a post with many say less about it.

    reg : float > 0, in posts described by a word with a score of 1.

    inputs, outputs : int, ascending, the columns of X and of Y in which anything is stored: W is zero elsewhere.
    W : (len(inputs), len(outputs)) float32.  n_words : int, the columns of Y.
    """

    def __init__(self, reg=60.0):
        if not reg > 0:
            raise SettingsError(f"ridge: reg is {reg}; it must be above 0, try 60")
        self.reg = reg

    def fit(self, description, hashtags, weights=None):
        """description : CSR (n_posts, n_inputs), label scores.  hashtags : CSR (n_posts, n_words).

        weights : (n_posts,) float, of a post's squared error; default 1 each.
        Raises DataError where float64 arrays (len(inputs), len(inputs)) and (len(inputs), len(outputs)) would not fit.
        """
        self.inputs, self.outputs = np.unique(description.indices), np.unique(hashtags.indices)
        self.n_words = hashtags.shape[1]
        n, m = len(self.inputs), len(self.outputs)
        check_size(f"ridge regression from {n:,} to {m:,} words", n * (n + 2 * m))
        X = description[:, self.inputs].astype(np.float64)
        sizes = np.diff(hashtags.indptr)
        share = np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes)
        Y = sparse.csr_array((share, hashtags.indices, hashtags.indptr), shape=hashtags.shape)[:, self.outputs]
        X_T = X.T if weights is None else X.T @ sparse.diags_array(np.asarray(weights, np.float64))
        A = (X_T @ X).toarray()
        A[np.diag_indices_from(A)] += self.reg
        B = (X_T @ Y).toarray()
        W = linalg.solve(A, B, assume_a="pos", overwrite_a=True, overwrite_b=True)
        self.W = np.ascontiguousarray(W, np.float32)  # a row a word, as a question reads it
        return self

    def score(self, description, chosen=None):
        """(n_posts, n_words) float32; zero for posts without a description and for words never used as a hashtag.

        Chosen hashtags are not looked at.
        """
        if not len(self.inputs):  # SciPy checks no index, and below column 0 stands for what is not known
            return np.zeros((description.shape[0], self.n_words), np.float32)
        columns = np.searchsorted(self.inputs, description.indices)
        known = np.append(self.inputs, -1)[columns] == description.indices
        columns[~known] = 0
        data = np.where(known, description.data, 0).astype(np.float32)
        shape = description.shape[0], len(self.inputs)
        scores = sparse.csr_array((data, columns, description.indptr), shape=shape) @ self.W
        if len(self.outputs) == self.n_words:
            return scores
        every = np.zeros((len(scores), self.n_words), np.float32)
        every[:, self.outputs] = scores
        return every

    def to_arrays(self):
        """What was learnt as a dict of arrays."""
        return {"W": self.W, "inputs": self.inputs, "outputs": self.outputs, "n_words": np.array(self.n_words)}

    @classmethod
    def from_arrays(cls, arrays):
        """The model whose :meth:`to_arrays` these are."""
        model = cls()
        model.W, model.inputs, model.outputs = (arrays[name] for name in ("W", "inputs", "outputs"))
        model.n_words = int(arrays["n_words"])
        return model
