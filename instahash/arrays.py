"""Dense arrays that a caller gives, checked once where they come in; what is behind a class trusts them."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np

from instahash.costs import memory_left
from instahash.errors import DataError

# So few bytes are not asked for: it takes longer to know how many are left than to take them.
ALWAYS_THERE = 2**26
MOST_REAL = float(np.finfo(np.float64).max)


def as_array(
    values: Any, name: str, shape: tuple[int | str, ...], dtype: Any = np.float64, finite: bool = True
) -> np.ndarray:
    """Numbers as a C-contiguous array of `dtype`, which may be what was given.

    shape : the length of each axis, or a letter where any will do: ("n", 3).  dtype : None for its own, or the float or
        integer nearest to it that kernels know.  finite : refuse NaN and infinity, also where a number is too large.

    Raises DataError, which begins with `name`, for anything else, a masked array that hides numbers among it.
    """
    array = plain(values, name)
    if array.dtype.kind not in "biuf" or not _fits(array.shape, shape):
        raise DataError(f"{name}: {described(array)} came; give numbers of the shape {_written(shape)}")
    with np.errstate(over="ignore", invalid="ignore"):
        made = np.ascontiguousarray(array, _usual(array.dtype) if dtype is None else dtype)
    # Both are NaN where any number is, and no array of truths is made.
    if finite and made.size and made.dtype.kind == "f" and not (np.isfinite(made.min()) and np.isfinite(made.max())):
        raise DataError(f"{name}: a number is NaN, infinite or too large for {made.dtype}; give finite numbers")
    return made


def as_ids(values: Any, name: str, n: int, what: str = "word ids") -> np.ndarray:
    """Ids, (m,) int64, each from 0 to n - 1; given as an array or anything that yields whole numbers.

    Raises DataError, which begins with `name`, for anything else.  what : the ids, for its message.
    """
    wanted = f"{name} must be {what} from 0 to {n - 1}" if n else f"{name} must be empty, there are no {what} yet"
    if isinstance(values, (str, bytes, dict)) or not isinstance(values, Iterable):
        raise DataError(f"{wanted}, not {values!r:.40}")
    array = plain(values if isinstance(values, np.ndarray) else _items(values, wanted), name)
    if array.ndim == 1 and not len(array):
        return np.empty(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise DataError(f"{wanted}, not {str(array.tolist())[:40]}")
    if array.min() < 0 or array.max() >= n:
        raise DataError(f"{wanted}, not {array[(array < 0) | (array >= n)][0]}")
    return array.astype(np.int64)


def as_counts(values: Any, name: str, n: int | str = "n") -> np.ndarray:
    """Counts of at least 0, (n,) int64. Raises DataError, which begins with `name`, for anything else."""
    given = as_array(values, name, (n,), None)
    counts = given.astype(np.int64) if not given.size or (given.min() >= 0 and given.max() < 2.0**62) else None
    if counts is None or (counts != given).any():
        raise DataError(f"{name} must be whole numbers of at least 0; count posts")
    return counts


def as_real(value: Any, name: str, least: float = -MOST_REAL, most: float = MOST_REAL) -> float:
    """A finite number from `least` to `most`. Raises DataError, which begins with `name`, for anything else."""
    if isinstance(value, Real) and not isinstance(value, (bool, np.bool_)):
        try:
            number = float(value)
        except OverflowError:  # a whole number that no float can hold
            number = np.inf
        if least <= number <= most:
            return number
    wanted = "a finite number" + (f" of at least {least:g}" if least > -MOST_REAL else "")
    wanted += f" and at most {most:g}" if most < MOST_REAL else ""
    raise DataError(f"{name} is {value!r:.40}; it must be {wanted}")


def check_memory(n_bytes: int, what: str) -> None:
    """DataError where so many bytes are more than half of the memory left.  what : needs them, for the message."""
    if n_bytes < ALWAYS_THERE:
        return
    left = memory_left() / 2
    if n_bytes > left:
        raise DataError(
            f"{what} would need {n_bytes / 2**30:,.0f} GB, and {left / 2**30:,.0f} GB may be taken; give less"
        )


def _items(values: Iterable[Any], wanted: str) -> list[Any]:
    try:
        return list(values)
    except TypeError:  # an array without an axis
        raise DataError(f"{wanted}, not {values!r:.40}") from None


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


def _usual(dtype: np.dtype[Any]) -> Any:
    """float32 as it is, other numbers as float64, whole numbers as int64."""
    if dtype.kind != "f":
        return np.uint64 if dtype.kind == "u" and dtype.itemsize == 8 else np.int64
    return np.float32 if dtype.itemsize == 4 else np.float64


def described(array: np.ndarray) -> str:
    """What came, in words: dtype and shape, or the value itself where it has none."""
    if array.ndim == 0:
        return f"{array.item()!r:.40}"
    return f"{array.dtype} of the shape {_written(array.shape)}"


def _fits(shape: tuple[int, ...], wanted: tuple[int | str, ...]) -> bool:
    return len(shape) == len(wanted) and all(isinstance(n, str) or n == m for m, n in zip(shape, wanted))


def _written(shape: tuple[int | str, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
