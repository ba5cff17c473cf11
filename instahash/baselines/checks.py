"""What a baseline refuses: posts that are not CSR or do not agree, and dense matrices that would be too large."""

from __future__ import annotations

from typing import Any

from instahash.errors import DataError
from instahash.sparse import check_csr

# Dense matrices of words by words grow with the square of the vocabulary.
DENSE_BYTES = 2 * 10**9


def check_posts(description: Any, hashtags: Any) -> None:
    """DataError where descriptions or hashtags are not CSR, or are not of the same posts."""
    check_csr(description, "descriptions")
    check_csr(hashtags, "hashtags")
    n_described, n_tagged = description.shape[0], hashtags.shape[0]
    if n_described != n_tagged:
        raise DataError(f"descriptions have {n_described} rows, hashtags {n_tagged}; give both a row for each post")


def check_query(description: Any, chosen: Any) -> None:
    """The same for a query, of which `chosen` may be None."""
    check_posts(description, description if chosen is None else chosen)


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
