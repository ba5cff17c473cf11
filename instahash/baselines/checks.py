"""What a baseline refuses: posts that are not CSR or do not agree, and dense matrices that would be too large."""

from __future__ import annotations

from typing import Any

from scipy import sparse

from instahash.errors import DataError, UntrainedError
from instahash.sparse import CSR, as_csr

# Dense matrices of words by words grow with the square of the vocabulary.
DENSE_BYTES = 2 * 10**9
# Up to which counts are exact.
MOST_COUNT = 2**53


def posts_of(
    description: Any, hashtags: Any, n_inputs: int | None = None, n_words: int | None = None, dtype: Any = None
) -> tuple[CSR, CSR]:
    """Both as models take them, each entry stored once, with so many columns where these are known.

    dtype : of the descriptions; None for their own.

    Raises DataError where one is no CSR matrix of finite numbers, or where they are not of the same posts.
    """
    X, Y = as_csr(description, "descriptions", dtype, n_inputs), as_csr(hashtags, "hashtags", None, n_words)
    if X.shape[0] != Y.shape[0]:
        raise DataError(f"descriptions have {X.shape[0]} rows, hashtags {Y.shape[0]}; give both a row for each post")
    return X, Y


def posts_to_learn_from(description: Any, hashtags: Any) -> tuple[CSR, CSR]:
    """The same of a training, in which both have a column for each word."""
    X, Y = posts_of(description, hashtags)
    if X.shape[1] != Y.shape[1]:
        raise DataError(
            f"descriptions have {X.shape[1]} columns, hashtags {Y.shape[1]}; give both a column for each word"
        )
    return X, Y


def query_of(
    description: Any, chosen: Any, n_inputs: int | None, n_words: int, dtype: Any = None
) -> tuple[CSR, CSR | None]:
    """The same of a query, of which `chosen` may be None."""
    if chosen is None:
        return as_csr(description, "descriptions", dtype, n_inputs), None
    return posts_of(description, chosen, n_inputs, n_words, dtype)


def check_fitted(baseline: object, name: str) -> None:
    """UntrainedError where a baseline has no attribute of that name yet."""
    if name not in vars(baseline):
        raise UntrainedError


def counts_of_pairs(counts: Any, name: str, n_words: int) -> CSR:
    """(n_words, n_words) counts of two words together, of any sparse format; DataError for others."""
    matrix = as_csr(counts.tocsr() if sparse.issparse(counts) and counts.ndim == 2 else counts, name, None, n_words)
    if matrix.shape[0] != n_words or (matrix.nnz and not 0 <= matrix.data.min() <= matrix.data.max() <= MOST_COUNT):
        raise DataError(f"{name} must be counts from 0 to {MOST_COUNT:g}, {n_words} rows and columns; count posts")
    return matrix


def fits(n_entries: int) -> bool:
    """Whether `n_entries` float64 numbers need no more than DENSE_BYTES."""
    return 8 * n_entries <= DENSE_BYTES


def check_size(what: str, n_entries: int) -> None:
    """DataError where `n_entries` float64 numbers need more than DENSE_BYTES.  what : the matrix, for the message."""
    if not fits(n_entries):
        needed = 8 * n_entries
        raise DataError(
            f"{what} needs {needed / 1e9:,.1f} GB for dense matrices, {DENSE_BYTES / 1e9:g} GB are allowed; keep fewer "
            "words, as with --max-hashtags 1000"
        )
