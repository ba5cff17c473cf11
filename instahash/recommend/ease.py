"""EASE: a linear autoencoder that may not look at the word it predicts, in closed form."""

from __future__ import annotations

import numpy as np
from scipy import linalg, sparse

from instahash.errors import SettingsError
from instahash.recommend.size import check_size
from instahash.sparse import ones


class EASE:
    """Scores hashtags by x B, where B minimises |X - X B|^2 + reg |B|^2 with a zero diagonal.

    Steck 2019, Embarrassingly shallow autoencoders for sparse data, equation 8: with P = (X'X + reg I)^-1, B_ij is
    -P_ij / P_jj for i != j. There are two of them. The one asked with chosen hashtags has the posts' hashtags as X; the
    one asked with a description has description and hashtags side by side, so that a label may name its own hashtag.

    reg : float > 0, in posts.

    words, hashtags : int, ascending, the words that occur in descriptions and those that occur as hashtags.
    from_words (len(words), len(hashtags)), from_hashtags (len(hashtags), len(hashtags)) : float32, the two B.
    """

    def __init__(self, reg=100.0):
        if not reg > 0:
            raise SettingsError(f"EASE: reg is {reg}; it must be above 0, try 100")
        self.reg = reg

    def fit(self, description, hashtags):
        """description, hashtags : CSR (n_posts, n_words), stored entries are the words.

        Raises DataError where two arrays (n, n) float64, n = len(words) + len(hashtags), would not fit.
        """
        self.words, self.hashtags = np.unique(description.indices), np.unique(hashtags.indices)
        n_words = len(self.words)
        n = n_words + len(self.hashtags)
        check_size(f"EASE over {n:,} words", 2 * n**2)
        D, H = ones(description)[:, self.words], ones(hashtags)[:, self.hashtags]
        self.from_words = _weights(sparse.hstack([D, H], "csr"), self.reg)[:n_words, n_words:].astype(np.float32)
        self.from_hashtags = _weights(H, self.reg).astype(np.float32)
        return self

    def score(self, description, chosen=None):
        """(n_posts, n_words) float32; zero for words never used as a hashtag.

        chosen : CSR (n_posts, n_words), hashtags that are given too; what both models then say is added.
        """
        scores = np.zeros(description.shape, np.float32)
        answer = ones(description)[:, self.words] @ self.from_words
        if chosen is not None:
            answer += ones(chosen)[:, self.hashtags] @ self.from_hashtags
        scores[:, self.hashtags] = answer
        return scores


def _weights(X, reg):
    """B, (n, n) float64, of a CSR matrix (n_posts, n)."""
    X = X.astype(np.float64)
    A = (X.T @ X).toarray()
    A[np.diag_indices_from(A)] += reg
    P = linalg.solve(A, np.eye(len(A)), assume_a="pos", overwrite_a=True, overwrite_b=True)
    P /= -np.diag(P).copy()
    np.fill_diagonal(P, 0)
    return P
