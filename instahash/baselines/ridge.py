"""Ridge regression from the description to the hashtags: one linear model for each hashtag, all solved for at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from instahash.baselines.checks import check_posts, check_query, check_size
from instahash.parameters import check, parameter
from instahash.sparse import CSR, with_data


@dataclass(eq=False)
class Ridge:
    """Scores hashtags by x W, where W = (X'X + reg I)^-1 X'Y for label scores X and targets Y (Hoerl and Kennard 1970).

    The n targets of a post are 1 / sqrt(n) each, since each hashtag of a post with many describes less of it.
    Chosen hashtags are ignored.

    inputs, outputs : int, ascending, the columns of X and of Y in which anything is stored: W is zero elsewhere.
    W : (len(inputs), len(outputs)) float32.  n_words : int, the columns of Y.
    """

    reg: float = parameter(60.0, "weight of L2, in posts described by a word with a score of 1", above=0)

    def __post_init__(self) -> None:
        check(self, "ridge")

    def fit(self, description: CSR, hashtags: CSR, weights: np.ndarray | None = None) -> Ridge:
        """description : CSR (n_posts, n_inputs), label scores.  hashtags : CSR (n_posts, n_words).

        weights : (n_posts,) float, of each post's squared error; default 1 each.
        Raises DataError where float64 arrays (len(inputs), len(inputs) + 2 len(outputs)) would be too large.
        """
        check_posts(description, hashtags)
        _check(description, hashtags)
        return self.fit_grams(*self.grams(description, hashtags, weights))

    @staticmethod
    def grams(description: CSR, hashtags: CSR, weights: np.ndarray | None = None) -> tuple[CSR, CSR]:
        """X'X and X'Y, float64, sums over posts; arguments as of :meth:`fit`."""
        X, sizes = description.astype(np.float64), np.diff(hashtags.indptr)
        Y = with_data(hashtags, np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes))
        X_T = X.T if weights is None else X.T @ sparse.diags_array(np.asarray(weights, np.float64))
        return (X_T @ X).tocsr(), (X_T @ Y).tocsr()

    def fit_grams(self, XX: CSR, XY: CSR) -> Ridge:
        """From X'X and X'Y of all posts; errors as in :meth:`fit`."""
        self.inputs, self.outputs, self.n_words = np.unique(XX.indices), np.unique(XY.indices), XY.shape[1]
        _check(XX, XY)
        A = XX[self.inputs][:, self.inputs].toarray()
        A[np.diag_indices_from(A)] += self.reg
        B = XY[self.inputs][:, self.outputs].toarray()
        W = linalg.solve(A, B, assume_a="pos", overwrite_a=True, overwrite_b=True)
        self.W = np.ascontiguousarray(W, np.float32)  # a sparse product reads it a row a word
        return self

    def score(self, description: CSR, chosen: CSR | None = None) -> np.ndarray:
        """(n_posts, n_words) float32; zero for posts without a description and for words never used as a hashtag."""
        check_query(description, chosen)
        if not len(self.inputs):  # below, column 0 stands for words that are not known
            return np.zeros((description.shape[0], self.n_words), np.float32)
        columns = np.searchsorted(self.inputs, description.indices)
        known = np.append(self.inputs, -1)[columns] == description.indices
        columns[~known] = 0
        data = np.where(known, description.data, 0).astype(np.float32)
        shape = description.shape[0], len(self.inputs)
        scores: np.ndarray = sparse.csr_array((data, columns, description.indptr), shape=shape) @ self.W
        if len(self.outputs) == self.n_words:
            return scores
        every = np.zeros((len(scores), self.n_words), np.float32)
        every[:, self.outputs] = scores
        return every

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The fitted model as plain arrays."""
        names = ("W", "inputs", "outputs", "n_words", "reg")
        return {name: np.asarray(getattr(self, name)) for name in names}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Ridge:
        """The model whose :meth:`to_arrays` these are.

        Raises KeyError where an array is missing, ValueError where they do not fit together.
        """
        model = cls(float(arrays["reg"]))
        model.W, model.inputs, model.outputs = (arrays[name] for name in ("W", "inputs", "outputs"))
        model.n_words = int(arrays["n_words"])
        ascending = all((np.diff(ids, prepend=-1) > 0).all() for ids in (model.inputs, model.outputs))
        if not ascending or model.outputs.max(initial=-1) >= model.n_words:
            raise ValueError("the words of a ridge regression are not in order or not in the vocabulary")
        if model.W.shape != (len(model.inputs), len(model.outputs)):
            raise ValueError(f"weights {model.W.shape} for {len(model.inputs)} inputs, {len(model.outputs)} outputs")
        return model


def _check(inputs: CSR, outputs: CSR) -> None:
    """DataError where the columns that have anything are too many."""
    n, m = (len(np.unique(matrix.indices)) for matrix in (inputs, outputs))
    check_size(f"ridge regression from {n:,} to {m:,} words", n * (n + 2 * m))
