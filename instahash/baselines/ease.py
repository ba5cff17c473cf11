"""EASE: a linear autoencoder without a diagonal, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from instahash.baselines.checks import check_fitted, check_size, counts_of_pairs, posts_to_learn_from, query_of
from instahash.errors import DataError
from instahash.parameters import check, parameter
from instahash.sparse import CSR, ones
from instahash.training import unchanged_on_error


@dataclass(eq=False)
class EASE:
    """Scores hashtags by x B, where B minimises |X - X B|^2 + reg |B|^2 with a zero diagonal.

    Steck 2019, Embarrassingly shallow autoencoders for sparse data, equation 8: with P = (X'X + reg I)^-1, B_ij is
    -P_ij / P_jj for i != j. There are two B. For chosen hashtags, X holds the posts' hashtags; for a description, X
    holds descriptions and hashtags side by side, so that a label may score the hashtag of the same name.

    words, hashtags : int, ascending, the words that occur in descriptions and those that occur as hashtags.
    n_words : int, all columns.
    from_words (len(words), len(hashtags)), from_hashtags (len(hashtags), len(hashtags)) : float32, the two B.
    """

    reg: float = parameter(100.0, "weight of L2, in posts", least=1e-3, most=1e9)

    def __post_init__(self) -> None:
        check(self, "EASE")

    def fit(self, description: CSR, hashtags: CSR) -> EASE:
        """Raises DataError where two float64 arrays (n, n), n = len(words) + len(hashtags), would be too large."""
        description, hashtags = posts_to_learn_from(description, hashtags)
        _check(description, hashtags)
        D, H = ones(description, np.float64), ones(hashtags, np.float64)
        return self._fit(*((A.T @ B).tocsr() for A, B in ((D, D), (D, H), (H, H))))

    def fit_counts(self, words: CSR, both: CSR, hashtags: CSR) -> EASE:
        """From D'D, D'H and H'H, (n_words, n_words), of ones for descriptions D and hashtags H; errors as in `fit`, and
        DataError for what are no such counts.
        """
        n = words.shape[1] if sparse.issparse(words) and words.ndim == 2 else 0
        given = {"words": words, "both": both, "hashtags": hashtags}
        return self._fit(*(counts_of_pairs(counts, name, n) for name, counts in given.items()))

    def _fit(self, words: CSR, both: CSR, hashtags: CSR) -> EASE:
        n_words = _check(words, hashtags)
        with unchanged_on_error(self):
            self.n_words = words.shape[1]
            self.words, self.hashtags = np.unique(words.indices), np.unique(hashtags.indices)
            DD, HH = (A[own][:, own].toarray() for A, own in ((words, self.words), (hashtags, self.hashtags)))
            DH = both[self.words][:, self.hashtags].toarray()
            B = _weights(np.block([[DD, DH], [DH.T, HH]]), self.reg)
            self.from_words = B[:n_words, n_words:].astype(np.float32)
            self.from_hashtags = _weights(HH, self.reg).astype(np.float32)
        return self

    def score(self, description: CSR, chosen: CSR | None = None) -> np.ndarray:
        """(n_posts, n_words) float32, the sum of both models; zero for words never used as a hashtag."""
        check_fitted(self, "from_hashtags")
        description, chosen = query_of(description, chosen, self.n_words, self.n_words)
        scores = np.zeros(description.shape, np.float32)
        found = ones(description)[:, self.words] @ self.from_words
        if chosen is not None:
            found += ones(chosen)[:, self.hashtags] @ self.from_hashtags
        scores[:, self.hashtags] = found
        return scores


def _check(words: CSR, hashtags: CSR) -> int:
    """How many columns of `words` have anything; DataError where those of both are too many."""
    n_words, n_hashtags = (len(np.unique(matrix.indices)) for matrix in (words, hashtags))
    n = n_words + n_hashtags
    check_size(f"EASE over {n:,} words", 2 * n**2)
    return n_words


def _weights(gram: np.ndarray, reg: float) -> np.ndarray:
    """B, (n, n) float64, of X'X."""
    A = gram.astype(np.float64)
    A[np.diag_indices_from(A)] += reg
    try:
        P: np.ndarray = linalg.solve(A, np.eye(len(A)), assume_a="pos", overwrite_a=True, overwrite_b=True)
    except linalg.LinAlgError:
        raise DataError("EASE: these counts of pairs are not those of any posts; count words and hashtags of the same")
    P /= -np.diag(P).copy()
    np.fill_diagonal(P, 0)
    return P
