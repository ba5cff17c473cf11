"""Ridge regression from the description to the hashtags: one linear model for each hashtag, all solved for at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import linalg, sparse

from instahash.arrays import as_array
from instahash.baselines import kernels
from instahash.baselines.checks import check_fitted, check_size, fits, posts_of, query_of
from instahash.dense import product
from instahash.errors import DataError
from instahash.forms import COUNT, Form, fit
from instahash.parameters import check, parameter, whole
from instahash.sparse import (
    CSR,
    column_counts,
    csr_from_arrays,
    csr_to_arrays,
    keep,
    renumber,
    row_of_entries,
    unchecked_csr,
    with_data,
)

# Products of larger scores are infinite in float32.
LARGEST = 1e9
# Outputs whose weights are held where those of all would be too many, and posts whose products are held at a time.
FREQUENT, POSTS = 8192, 256


# What is kept, where `words` are the columns of Y and `columns` those of X.
NUMBER_FORMS = {"n_words": Form("int64", (), 0, COUNT), "reg": Form("float64")}
FORMS = {
    "inputs": Form("int32 int64", ("inputs",), 0, below="columns"),
    "outputs": Form("int32 int64", ("outputs",), 0, below="words"),
    "W": Form("float32", ("inputs", "outputs")),
}
RARE_FORMS = {
    "rare": Form("int32 int64", ("rare",), 0, below="words"),
    "inverse": Form("float32", ("inputs", "inputs")),
}


class Columns(NamedTuple):
    """`inputs`, `outputs` and `rare` of a :class:`Ridge`, int, each ascending."""

    inputs: np.ndarray
    outputs: np.ndarray
    rare: np.ndarray


class Grams(NamedTuple):
    """Sums over posts: X'X and X'Y of inputs and outputs, float64, and Y'X of rare outputs, CSR float32."""

    XX: np.ndarray
    XY: np.ndarray
    rare: CSR


@dataclass(eq=False)
class Ridge:
    """Scores hashtags by x W, where W = (X'X + reg I)^-1 X'Y for label scores X and targets Y (Hoerl and Kennard 1970).

    The n targets of a post are 1 / sqrt(n) each, since each hashtag of a post with many describes less of it.
    Chosen hashtags are ignored.

    Where dense arrays of all outputs would be too large, W holds the weights of the FREQUENT most used ones alone. For
    the others, whose X'Y is sparse, the same scores are z X'Y with z = x (X'X + reg I)^-1, made when they are asked
    for. Weights of a low rank would be smaller, and rank worse: `docs/quality.md` has figures.

    inputs : int, ascending, the columns of X in which anything is stored: W is zero elsewhere.
    outputs : int, ascending, the columns of Y that a post with inputs stores, or the most used of them.
    rare : int, ascending, the others.
    W : (len(inputs), len(outputs)) float32.  n_words : int, the columns of Y.
    inverse : (len(inputs), len(inputs)) float32, (X'X + reg I)^-1.  sums : CSR (len(rare), len(inputs)) float32, their
        Y'X. Both are empty where nothing is rare.
    """

    reg: float = parameter(60.0, "weight of L2, in posts described by a word with a score of 1", least=1e-3, most=1e9)

    def __post_init__(self) -> None:
        check(self, "ridge")

    def fit(self, description: CSR, hashtags: CSR, weights: np.ndarray | None = None) -> Ridge:
        """description : CSR (n_posts, n_inputs), label scores.  hashtags : CSR (n_posts, n_words).

        weights : (n_posts,) float, of each post's squared error; default 1 each.
        Raises DataError where two float64 arrays (len(inputs), len(inputs)) would be too large.
        """
        description, hashtags = posts_of(description, hashtags)
        if weights is not None:
            weights = as_array(weights, "ridge: weights", (description.shape[0],))
            if weights.size and not 0 <= weights.min() <= weights.max() <= LARGEST:
                raise DataError(f"ridge: weights must be numbers from 0 to {LARGEST:g}, one for each post")
        if not description.shape[0]:
            raise DataError("ridge was given no posts; it needs at least one to learn from")
        if np.abs(description.data).max(initial=0) > LARGEST:
            raise DataError(f"ridge: descriptions have an entry beyond {LARGEST:g}; give smaller scores")
        described = np.diff(description.indptr) > 0
        inputs, outputs = np.unique(description.indices), np.unique(hashtags[described].indices)
        columns = self.columns(inputs, outputs, column_counts(hashtags))
        return self.fit_grams(self.grams(description, hashtags, columns, weights), columns, hashtags.shape[1])

    @staticmethod
    def columns(inputs: np.ndarray, outputs: np.ndarray, counts: np.ndarray) -> Columns:
        """Which outputs have weights that are held: all, or the most used of them by their `counts`, (n_words,).

        Raises DataError where two float64 arrays (len(inputs), len(inputs)) would be too large.
        """
        n, m = len(inputs), len(outputs)
        check_size(f"ridge regression from {n:,} words", 2 * n**2)
        if fits(n * (n + 2 * m)):
            return Columns(inputs, outputs, outputs[:0])
        by_use = outputs[np.argsort(-counts[outputs], kind="stable")]
        return Columns(inputs, np.sort(by_use[:FREQUENT]), np.sort(by_use[FREQUENT:]))

    @staticmethod
    def grams(description: CSR, hashtags: CSR, columns: Columns, weights: np.ndarray | None = None) -> Grams:
        """The sums of these posts; arguments as of :meth:`fit`."""
        sizes, (inputs, outputs, rare) = np.diff(hashtags.indptr), columns
        each = np.ones(len(sizes)) if weights is None else np.asarray(weights, np.float64)
        Y = with_data(hashtags, np.repeat(each / np.sqrt(np.maximum(sizes, 1)), sizes))
        X = description if len(inputs) == description.shape[1] else renumber(description, inputs)
        weighted = with_data(X, X.data * each[row_of_entries(X)])
        if not len(rare):
            X = X.astype(np.float64)
            nothing = sparse.csr_array((0, len(inputs)), dtype=np.float32)
            return Grams((weighted.T @ X).toarray(), (X.T @ renumber(Y, outputs)).toarray(), nothing)
        X, Y, weighted = (matrix.astype(np.float32) for matrix in (X, Y, weighted))
        return Grams(
            _product(weighted, X), _product(X, renumber(Y, outputs)), (renumber(Y, rare).T.tocsr() @ X).tocsr()
        )

    def fit_grams(self, grams: Grams, columns: Columns, n_words: int) -> Ridge:
        """From the sums of all posts, whose arrays may be overwritten."""
        (self.inputs, self.outputs, self.rare), self.n_words = columns, n_words
        A, B, self.sums = grams
        A[np.diag_indices_from(A)] += self.reg
        if not len(self.rare):
            self.inverse = np.empty((0, 0), np.float32)
            W = linalg.solve(A, B, assume_a="pos", overwrite_a=True, overwrite_b=True)
            self.W = np.ascontiguousarray(W, np.float32)  # a sparse product reads it a row a word
            return self
        # Transposed, since LAPACK works in place on columns.
        factor, _ = linalg.cho_factor(A.T, lower=True, overwrite_a=True, check_finite=False)
        lower, _ = linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
        self.inverse = np.triu(lower.T.astype(np.float32))
        del A, factor, lower
        self.inverse += np.triu(self.inverse, 1).T
        self.W = self.inverse @ B.astype(np.float32)
        return self

    def score(self, description: CSR, chosen: CSR | None = None, n_first: int | None = None) -> np.ndarray:
        """(n_posts, n_words) float32; zero for posts without a description and for words never used as a hashtag.

        n_first : of so many words alone, the first ones.
        """
        check_fitted(self, "W")
        n = self.n_words if n_first is None else min(whole(n_first, "n_first", 0, DataError), self.n_words)
        X = self._known(query_of(description, chosen, None, self.n_words, np.float32)[0])
        held, rare = (int(words.searchsorted(n)) for words in (self.outputs, self.rare))
        scores = _times(X, self.W)[:, :held]
        if held == n:
            return scores
        every = np.zeros((len(scores), n), np.float32)
        every[:, self.outputs[:held]] = scores
        if rare:
            every[:, self.rare[:rare]] = (self.sums[:rare] @ _times(X, self.inverse).T).T
        return every

    def score_at(self, description: CSR, places: CSR) -> np.ndarray:
        """(places.nnz,) float32, what :meth:`score` gives at the stored entries of `places`, CSR (n_posts, n_words)."""
        check_fitted(self, "W")
        description, places = posts_of(description, places, None, self.n_words, np.float32)
        X, (columns, rows), posts = self._known(description), self._places(places.indices), row_of_entries(places)
        scores = np.zeros(places.nnz, np.float32)
        for start in range(0, X.shape[0], POSTS):
            block = X[start : start + POSTS]
            starts = places.indptr[start : start + block.shape[0] + 1]
            part = slice(starts[0], starts[-1])
            held = np.flatnonzero(columns[part] >= 0) + starts[0]
            if len(held):
                scores[held] = _times(block, self.W)[posts[held] - start, columns[held]]
            if (rows[part] >= 0).any():
                S, Z = self.sums, _times(block, self.inverse)
                kernels.add_dots(starts, rows, S.indptr, S.indices, S.data, Z, scores)
        return scores

    def _known(self, description: CSR) -> CSR:
        """The words that are inputs, CSR (n_posts, len(inputs)) float32."""
        if self.inputs.max(initial=-1) >= description.shape[1]:
            raise DataError(
                f"descriptions have {description.shape[1]} columns; the model reads {self.inputs.max() + 1}"
            )
        X = with_data(description, description.data.astype(np.float32, copy=False))
        if len(self.inputs) == X.shape[1]:
            return X
        columns = _place(self.inputs, X.indices)
        return keep(unchecked_csr(X.data, columns, X.indptr, (X.shape[0], len(self.inputs))), columns >= 0)

    def _places(self, words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The column of W and the row of `sums` of each word, -1 for none."""
        return _place(self.outputs, words), _place(self.rare, words)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The fitted model as plain arrays."""
        names = ("W", "inputs", "outputs", "n_words", "reg")
        arrays = {name: np.asarray(getattr(self, name)) for name in names}
        if len(self.rare):
            arrays |= {"rare": self.rare, "inverse": self.inverse} | csr_to_arrays(self.sums, "sums")
        return arrays

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], n_columns: int = 2**31 - 1) -> Ridge:
        """The model whose :meth:`to_arrays` these are, of descriptions with so many columns.

        Raises KeyError where an array is missing, ValueError where they do not fit together.
        """
        fit(arrays, NUMBER_FORMS)
        model = cls(float(arrays["reg"]))
        model.n_words = int(arrays["n_words"])
        sizes = fit(arrays, FORMS | (RARE_FORMS if "rare" in arrays else {}), columns=n_columns, words=model.n_words)
        model.W, model.inputs, model.outputs = (arrays[name] for name in ("W", "inputs", "outputs"))
        n = sizes["inputs"]
        if "rare" in arrays:
            model.rare, model.inverse = arrays["rare"], arrays["inverse"]
            model.sums = csr_from_arrays(arrays, "sums", (sizes["rare"], n), "float32")
        else:
            model.rare, model.inverse = model.outputs[:0], np.empty((0, 0), np.float32)
            model.sums = sparse.csr_array((0, len(model.inputs)), dtype=np.float32)
        outputs = np.concatenate([model.outputs, model.rare])
        ascending = all((np.diff(ids) > 0).all() for ids in (model.inputs, model.outputs, model.rare))
        if not ascending or len(np.unique(outputs)) < len(outputs):
            raise ValueError("the words of a ridge regression are not in order or not in the vocabulary")
        return model


def _times(A: CSR, B: np.ndarray) -> np.ndarray:
    """A B, dense."""
    times: np.ndarray = product(A.indptr, A.indices, A.data, B)
    return times


def _product(A: CSR, B: CSR) -> np.ndarray:
    """A'B of two CSR matrices of the same posts, dense, summed in float64."""
    out = np.zeros((A.shape[1], B.shape[1]))
    kernels.add_products(A.indptr, A.indices, A.data, B.indptr, B.indices, B.data, out)
    return out


def _place(ids: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Where each word stands in `ids`, ascending; -1 for nowhere."""
    places = np.searchsorted(ids, words)
    return np.where(np.append(ids, -1)[places] == words, places, -1)
