"""Where the wrong entries of a gradient sit, and what usually goes wrong there.

A pattern is a set of entries that can be said in a few words. It is named where it holds every wrong entry, and no
right one but such as have no derivative to be wrong about; if none does, rows and columns of which most is wrong. Sets
that hold all entries, or one, say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from instahash.testing.values import by_value

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
BLOCKS = {2: "two", 3: "three", 4: "four"}
LISTED = 5


class Place(NamedTuple):
    """text : as in "in row 3"; empty where there is nothing to say. hint : what to look for, or empty."""

    text: str = ""
    hint: str = ""


class Pattern(NamedTuple):
    """The entries, in words, and what to look for."""

    entries: np.ndarray
    text: str
    hint: str


def place_of(wrong: np.ndarray, nothing: np.ndarray, param: np.ndarray, expected: np.ndarray, name: str) -> Place:
    """Where `wrong` is true, all arrays of one shape.

    nothing : the entries whose derivative is zero, which may be right by chance. name : of the parameter.
    """
    n = int(wrong.sum())
    if not 0 < n < wrong.size:
        return Place()
    found = Place()
    for pattern in _positions(wrong):
        outside = bool((wrong & ~pattern.entries).any())
        share = n / max(int(pattern.entries.sum()), 1)
        if not outside and share > 0.5 and not (pattern.entries & ~wrong & ~nothing).any():
            found = Place(pattern.text, pattern.hint)
            break
    values = by_value(wrong, nothing, param, expected, name)
    if values and (not found.hint or wrong.ndim == 1):
        return Place(f"{found.text}, {values[0]}".lstrip(", "), values[1])
    if found.text:
        return found
    for pattern in _rows(wrong):
        if wrong[pattern.entries].mean() > 0.5:
            return Place(pattern.text)
    return Place()


def share_of_rows(wrong: np.ndarray) -> float:
    """Which part of the rows, or else columns, holds all that is wrong and is so for the most part; 1 if none does."""
    for axis in range(min(wrong.ndim, 2)):
        bad = _bad(wrong, axis)
        if 0 < len(bad) < wrong.shape[axis] and wrong.take(bad, axis).mean() > 0.5:
            return len(bad) / wrong.shape[axis]
    return 1.0


def listed(bad: np.ndarray, n: int, one: str, many: str) -> tuple[str, str]:
    """Indices below n in words, as few as will do, and what to look for."""
    k, first, last, steps = len(bad), int(bad[0]), int(bad[-1]), np.diff(bad)
    if k == 1:
        edge = {0: ", the first", n - 1: ", the last"}.get(first, "") if n > 2 else ""
        return f"{one} {first}{edge}", "a term of this index that is missing, or counted twice?"
    for size in [n // parts for parts in (2, 3, 4) if n % parts == 0 and n // parts > 1]:
        blocks = np.unique(bad // size)
        if len(blocks) * size == k:
            runs = " and ".join(f"{b * size} to {(b + 1) * size - 1}" for b in blocks)
            which = " and ".join(ORDINALS[b] for b in blocks)
            return (
                f"{many} {runs} of {n}, the {which} of {BLOCKS[n // size]} blocks",
                "one part of several that are stacked, such as a gate, a head or a half?",
            )
    if k == 2 and (first, last) == (0, n - 1):
        return f"{many} {first} and {last}, the first and the last", "the ends, where a window or a sum is cut off?"
    if (steps == 1).all() and k > 2:
        end = first == 0 or last == n - 1
        hint = "a loop or a slice that ends too soon or too late, or a stride?" if end else "a slice with other ends?"
        return f"{many} {first} to {last} of {n}", hint
    if s := _stride(bad):
        return (
            f"every {ORDINALS[s - 1]} {one}, from {first} {'on' if last + s >= n else f'to {last}'}",
            f"a stride of {s}, or pairs, of which one is left out, or counted twice?",
        )
    rest = np.setdiff1d(np.arange(n), bad)
    if k > len(rest) and (s := _stride(rest)) and rest[0] < s and rest[-1] + s >= n:
        return (
            f"all {many} but every {ORDINALS[s - 1]}, from {rest[0]} on",
            f"a stride of {s}, of which only one position is there?",
        )
    names = ", ".join(map(str, bad[:LISTED])) + (", ..." if k > LISTED else "")
    return f"{many} {names}", "a term of these indices that is missing, or counted twice?"


def _stride(indices: np.ndarray) -> int:
    """The step, from 2 to 8, between three indices or more; 0 where there is none."""
    steps = np.diff(indices)
    return int(steps[0]) if len(steps) > 1 and 2 <= steps[0] <= 8 and (steps == steps[0]).all() else 0


def _bad(wrong: np.ndarray, axis: int) -> np.ndarray:
    return np.flatnonzero(wrong.any(tuple(i for i in range(wrong.ndim) if i != axis)))


def _named(wrong: np.ndarray, axis: int) -> tuple[str, str]:
    """The texts and hints of the indices along an axis that hold anything wrong."""
    names = {1: [("entry", "entries")], 2: [("row", "rows"), ("column", "columns")]}.get(wrong.ndim)
    one, many = names[axis] if names else ("index", "indices")
    text, hint = listed(_bad(wrong, axis), wrong.shape[axis], one, many)
    return text if names else f"{text} of axis {axis}", hint


def _along(wrong: np.ndarray, axis: int) -> np.ndarray:
    """Entries whose index along the axis holds anything wrong."""
    inside = np.isin(np.arange(wrong.shape[axis]), _bad(wrong, axis))
    shape = [-1 if i == axis else 1 for i in range(wrong.ndim)]
    return np.broadcast_to(inside.reshape(shape), wrong.shape)


def _rows(wrong: np.ndarray) -> Iterator[Pattern]:
    for axis in range(wrong.ndim):
        if 0 < len(_bad(wrong, axis)) < wrong.shape[axis]:
            text, hint = _named(wrong, axis)
            yield Pattern(_along(wrong, axis), f"in {text}", hint)


def _positions(wrong: np.ndarray) -> Iterator[Pattern]:
    """Patterns of indices, the plainest first."""
    yield from _rows(wrong)
    if wrong.ndim < 2 or wrong.sum() < 2:
        return
    i, j = (np.arange(n) for n in wrong.shape[-2:])
    lag = np.broadcast_to(j - i[:, None], wrong.shape)
    triangle = "a mask or a factor the other way round, or pairs that are counted once?"
    yield Pattern(lag == 0, "on the diagonal", "a term for i = j, as in the derivative of a softmax or of a norm?")
    yield Pattern(lag != 0, "off the diagonal", "a term for i != j, as in the derivative of a softmax or of a norm?")
    for text, entries in (
        ("above", lag > 0),
        ("below", lag < 0),
        ("on and above", lag >= 0),
        ("on and below", lag <= 0),
    ):
        yield Pattern(entries, f"in the triangle {text} the diagonal", triangle)
    for s in np.unique(np.abs(lag[wrong])):
        for sign in (s, -s):
            text = f"on the diagonal of columns i {'+' if sign > 0 else '-'} {s} in rows i"
            yield Pattern(lag == sign, text, "a neighbour that is left out, or an index off by one?")
        yield Pattern(abs(lag) == s, f"on the two diagonals {s} beside the main one", "neighbours that are left out?")
    if min(wrong.shape[-2:]) > 2:
        border = np.isin(i, (0, len(i) - 1))[:, None] | np.isin(j, (0, len(j) - 1))
        border = np.broadcast_to(border, wrong.shape)
        yield Pattern(border, "on the border", "a window that is cut off there, as by padding?")
        yield Pattern(~border, "in all but the border", "a window that is whole there, as without padding?")
    axes = [axis for axis, n in enumerate(wrong.shape) if len(_bad(wrong, axis)) < n]
    if len(axes) > 1:
        inside = np.logical_and.reduce([_along(wrong, axis) for axis in axes])
        named = [_named(wrong, axis) for axis in axes]
        yield Pattern(inside, "in " + " and ".join(text for text, _ in named), named[0][1])
