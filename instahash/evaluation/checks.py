"""What measures refuse: sets that are no CSR matrices, lists and vectors that do not fit them."""

from __future__ import annotations

from typing import Any

import numpy as np

from instahash.arrays import as_array
from instahash.errors import DataError
from instahash.sparse import CSR, as_csr

LARGEST = 1e100


def sets_of(*matrices: Any) -> list[CSR]:
    """CSR matrices of one shape, each member of a set stored once. DataError for others."""
    sets = [as_csr(matrix, "sets", np.int8) for matrix in matrices]
    for other in sets[1:]:
        if other.shape != sets[0].shape:
            raise DataError(f"sets are {sets[0].shape} and {other.shape}; give matrices of the same posts and words")
    return sets


def vectors_of(vectors: Any, n_words: int) -> np.ndarray:
    """(n_words, dim) float64, of numbers whose squares are finite too. DataError for others."""
    made = as_array(vectors, "vectors", (n_words, "dim"))
    if np.abs(made).max(initial=0) > LARGEST:
        raise DataError(f"vectors have a number beyond {LARGEST:g}; scale them")
    return made


def values_of(values: Any) -> np.ndarray:
    """(n,) float64, some of them NaN for none. DataError for others."""
    made = as_array(values, "values", ("n",), finite=False)
    if np.isinf(made).any():
        raise DataError("values have an infinite number; give finite ones, or NaN for none")
    return made


def lists_of(ranked: Any, n_posts: int | str, n_words: int) -> np.ndarray:
    """(n_posts, m) word ids, -1 for none. DataError for others."""
    ids = as_array(ranked, "ranked", (n_posts, "m"), None)
    if ids.size and (ids.dtype.kind == "f" or ids.min() < -1 or ids.max() >= n_words):
        raise DataError(f"ranked must be word ids from 0 to {n_words - 1}, and -1 for none")
    return ids if ids.dtype.kind == "i" else ids.astype(np.int64)


def mask_of(values: Any, name: str, shape: tuple[int | str, ...]) -> np.ndarray:
    """True and false in an array of that shape. DataError for others."""
    given = as_array(values, name, shape, None)
    made = given.astype(bool)
    if (made != given).any():
        raise DataError(f"{name} must be true or false at each place")
    return made
