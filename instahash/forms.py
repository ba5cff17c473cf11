"""What the arrays of a file must be: looked at once, before a kernel that believes all of it sees them.

A model says it in a table, name -> :class:`Form`, with a word for each size: arrays in which the same word stands are
as long in that direction. It takes 70 ms for a gigabyte, and 5 ms of the 30 that a model of the sample is loaded in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

# No weight, count or sum of a sound model is larger than these. Products of a few of them still have a float32.
WEIGHT, COUNT, SUM = 1e9, 1e12, 1e30
# What making something of arrays or of a header raises where these are not such as it has.
MISFITS = (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError)

# The header that NumPy writes before an array of plain numbers, and the most bytes that one is looked for in.
_NPY = re.compile(
    rb"\x93NUMPY\x01\x00..{'descr': '([<>|][bifu]\d)', 'fortran_order': (True|False), 'shape': \(([\d, ]*)\), } *\n",
    re.S,
)
MOST_HEADER = 4096


class Declared(NamedTuple):
    """What the header of a .npy file declares. start : where its content begins; order : "C" or "F"."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    order: Any
    start: int


class Form(NamedTuple):
    """Of an array.

    dtypes : names of NumPy's types, of which it has one, separated by blanks.
    shape : for each axis a number or the word of a size; () for a single number.
    least, most : what its numbers lie between; numbers are finite in any case.  below : the word of a size, in whose
        place `most` stands otherwise: its numbers are positions in what has that size.
    """

    dtypes: str
    shape: tuple[str | int, ...] = ()
    least: float = -WEIGHT
    most: float = WEIGHT
    below: str = ""


def fit(arrays: Mapping[str, np.ndarray], forms: Mapping[str, Form], **sizes: int) -> dict[str, int]:
    """Look at the arrays that the table names.

    sizes : those that are known before. Returns all, with those that were found.
    Raises KeyError where an array is missing, ValueError, which names it, where it is another than it must be.
    """
    for name, form in forms.items():
        array = arrays[name]
        if array.dtype.name not in form.dtypes.split() or not array.dtype.isnative:
            raise ValueError(f"'{name}' has {array.dtype}, where {form.dtypes} is wanted")
        wanted = [*form.shape]
        if len(wanted) == array.ndim:
            wanted = [sizes.setdefault(n, own) if isinstance(n, str) else n for n, own in zip(wanted, array.shape)]
        if array.shape != tuple(wanted):
            raise ValueError(f"'{name}' is of the shape {array.shape}, where {tuple(wanted)} is wanted")
        most = sizes[form.below] - 1 if form.below else form.most
        if not in_range(array, form.least, most):
            raise ValueError(f"'{name}' has a number that is not from {form.least:g} to {most:g}")
    return sizes


def in_range(array: np.ndarray, least: float, most: float) -> bool:
    """Whether all numbers are in a range, as NaN is in none; without another array as large."""
    return not array.size or bool(least <= array.min() and array.max() <= most)


def losses(values: Any) -> list[float]:
    """A history of losses that JSON or an array had. Raises ValueError for anything but finite numbers."""
    if not isinstance(values, Sequence) or not all(type(n) in (int, float) and abs(n) <= SUM for n in values):
        raise ValueError("a history is not a list of finite numbers")
    return list(map(float, values))


def declared(beginning: Any, size: int) -> Declared:
    """What a .npy file of so many bytes declares, where this is exactly what it holds; nothing is allocated for it.

    beginning : its first MOST_HEADER bytes, or more. Raises ValueError for anything but an array of plain numbers.
    """
    found = _NPY.match(beginning, 0, MOST_HEADER)
    if not found:
        raise ValueError("its header cannot be read")
    dtype, start = _dtype(found[1].decode()), found.end()
    shape = tuple(int(n) for n in found[3].split(b",") if n.strip())
    if dtype.itemsize * math.prod(shape) != size - start or len(shape) > 8:
        raise ValueError("its content is not of the size that it declares")
    return Declared(dtype, shape, "F" if found[2] == b"True" else "C", start)


def _dtype(text: str) -> np.dtype[Any]:
    try:
        return np.dtype(text)
    except TypeError:
        raise ValueError(f"its numbers are of the unknown type {text}") from None
