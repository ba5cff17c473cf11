"""Dense matrices of words by words grow with the square of the vocabulary: those that are too large are refused."""

from __future__ import annotations

from instahash.errors import DataError

LIMIT = 2 * 10**9  # bytes


def check_size(what: str, n_entries: int) -> None:
    """Raise DataError where `n_entries` float64 numbers need more than LIMIT.  what : the matrix, for the message."""
    needed = 8 * n_entries
    if needed > LIMIT:
        raise DataError(
            f"{what} needs {needed / 1e9:,.1f} GB for dense matrices, {LIMIT / 1e9:g} GB are allowed; keep fewer "
            "words, as with --max-hashtags 1000"
        )
