"""Are entries wrong because of what their numbers are: negative, zero, at a clip, beyond a size?"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

# Of so many ways to choose the wrong entries, one that a threshold can tell is none by chance.
LEAST_CHOICES = 100


def by_value(
    wrong: np.ndarray, nothing: np.ndarray, param: np.ndarray, expected: np.ndarray, name: str
) -> tuple[str, str] | None:
    """(text, hint), as in "where x < 0", if one tells wrong entries from right ones; arguments as of `place_of`."""
    right = ~wrong & ~nothing
    if wrong.sum() < 2 or right.sum() < 2:
        return None
    if not expected[wrong].any() and expected[right].all():
        return "where the derivative is 0", "a mask, as of a dropout or a maximum, that is left out or too wide?"
    for of, x, hint in (
        (name, param, "the slope of what bends there, such as a relu, |x| or a leak?"),
        ("the derivative", expected, "a clip, or a sign that is lost?"),
    ):
        for text, entries in _signs(x, of):
            if entries[wrong].all() and not entries[right].any():
                return text, hint
        if text := _threshold(x, wrong, right, of):
            return text, "where a function has another form, as a clip, a Huber loss or a series?"
    return None


def _signs(x: np.ndarray, of: str) -> Iterator[tuple[str, np.ndarray]]:
    yield f"where {of} is 0", x == 0
    yield f"where {of} < 0", x < 0
    yield f"where {of} > 0", x > 0
    yield f"where {of} <= 0", x <= 0
    yield f"where {of} >= 0", x >= 0
    for word, end in (("largest", x.max()), ("smallest", x.min())):
        yield f"where {of} is {end:.6g}, its {word} value: at a clip?", x == end
    yield f"where {of} is whole", x == np.round(x)


def _threshold(x: np.ndarray, wrong: np.ndarray, right: np.ndarray, of: str) -> str:
    """What is true of wrong entries' numbers alone: beyond a threshold, or below it."""
    k, n = int(wrong.sum()), int(wrong.sum() + right.sum())
    log_choices = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    if log_choices < math.log(LEAST_CHOICES):
        return ""
    for text, size in ((of, x), (f"|{of}|", np.abs(x))):
        for sign, beyond in ((1, ">"), (-1, "<")):
            low, high = float((sign * size)[right].max()), float((sign * size)[wrong].min())
            if low < high:
                return f"where {text} {beyond} {sign * _plain(low, high):g}"
    return ""


def _plain(low: float, high: float) -> float:
    """A number from low to high with few digits."""
    middle = (low + high) / 2
    for digits in range(1, 9):
        number = float(f"{middle:.{digits}g}")
        if low <= number < high:
            return number
    return middle
