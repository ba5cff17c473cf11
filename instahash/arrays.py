"""Dense arrays that a caller gives, checked once where they come in; what is behind a class trusts them."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np

from instahash.errors import DataError

# Words are numbered by int32 in what is returned.
MOST_WORDS = 2**31 - 1


def as_array(
    values: Any, name: str, shape: tuple[int | str, ...], dtype: Any = np.float64, finite: bool = True
) -> np.ndarray:
    """Numbers as a C-contiguous array of `dtype`, which may be what was given.

    shape : the length of each axis, or a letter where any will do: ("n", 3).  finite : refuse NaN and infinity, also
        where a number is too large for `dtype`.

    Raises DataError, which begins with `name`, for anything else, a masked array that hides numbers among it.
    """
    array = plain(values, name)
    if array.dtype.kind not in "biuf" or not _fits(array.shape, shape):
        raise DataError(f"{name}: {described(array)} came; give numbers of the shape {_written(shape)}")
    with np.errstate(over="ignore", invalid="ignore"):
        made = np.ascontiguousarray(array, dtype)
    if finite and not np.isfinite(made).all():
        raise DataError(f"{name}: a number is NaN, infinite or too large for {made.dtype}; give finite numbers")
    return made


def as_ids(values: Any, name: str, n_words: int) -> np.ndarray:
    """Ids of words, (n,) int64, each from 0 to n_words - 1; given as an array or anything that yields whole numbers.

    Raises DataError, which begins with `name`, for anything else.
    """
    wanted = f"they must be word ids from 0 to {n_words - 1}" if n_words else "there is no word yet"
    if isinstance(values, (str, bytes, dict)) or not isinstance(values, Iterable):
        raise DataError(f"{name} are {values!r:.40}; {wanted}")
    array = plain(values if isinstance(values, np.ndarray) else list(values), name)
    if array.ndim == 1 and not len(array):
        return np.empty(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise DataError(f"{name} are {described(array)}; {wanted}")
    outside = array[(array < 0) | (array >= n_words)]
    if len(outside):
        raise DataError(f"{name} have {outside[0]}; {wanted}")
    return array.astype(np.int64)


def as_real(value: Any, name: str, least: float | None = None) -> float:
    """A finite number, of at least `least`. Raises DataError, which begins with `name`, for anything else."""
    if isinstance(value, Real) and not isinstance(value, (bool, np.bool_)):
        try:
            number = float(value)
        except OverflowError:  # a whole number that no float can hold
            number = np.inf
        if np.isfinite(number) and (least is None or number >= least):
            return number
    wanted = "a finite number" + ("" if least is None else f" of at least {least:g}")
    raise DataError(f"{name} is {value!r:.40}; it must be {wanted}")


def plain(values: Any, name: str) -> np.ndarray:
    """What was given as an ndarray of its own dtype. Raises DataError for what is none, and for hidden numbers."""
    if type(values) is np.ndarray:
        return values
    if np.ma.isMaskedArray(values) and np.ma.is_masked(values):
        raise DataError(f"{name}: some numbers are masked; leave them out, or fill them")
    try:
        return np.asarray(values)
    except (ValueError, TypeError, OverflowError):  # lists of different lengths; an object without a length
        raise DataError(f"{name}: {type(values).__name__} came, which is no array; give numbers") from None


def described(array: np.ndarray) -> str:
    """What came, in words: dtype and shape, or the value itself where it has none."""
    if array.ndim == 0:
        return f"{array.item()!r:.40}"
    return f"{array.dtype} of the shape {_written(array.shape)}"


def _fits(shape: tuple[int, ...], wanted: tuple[int | str, ...]) -> bool:
    return len(shape) == len(wanted) and all(isinstance(n, str) or n == m for m, n in zip(shape, wanted))


def _written(shape: tuple[int | str, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
