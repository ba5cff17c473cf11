"""Mistakes that leave the right numbers in other places, or sums of them; each function is one of `mistakes`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations

import numpy as np

from instahash.testing.cases import Case


def transposed(case: Case) -> Iterator[str]:
    """The gradient is the derivative with its axes in another order."""
    for axes in list(permutations(range(case.found.ndim)))[1:]:
        model = case.expected.transpose(axes)
        if model.shape == case.found.shape and case.fits(model):
            yield "it is the transpose of the derivative"


def symmetric(case: Case) -> Iterator[str]:
    """The gradient is that by a symmetric matrix, and the loss's is not symmetric."""
    if case.found.ndim < 2 or case.found.shape[-1] != case.found.shape[-2]:
        return
    both, diagonal = case.expected + case.expected.swapaxes(-1, -2), np.eye(case.found.shape[-1], dtype=bool)
    asked = f"does the loss read one triangle of {case.name} alone?"
    if case.fits(both / 2):
        yield f"it is the mean of the derivative and its transpose: {asked}"
    if case.fits(both, 2):
        yield "it is the sum of the derivative and its transpose: is each pair of entries counted twice?"
    if case.fits(np.where(diagonal, case.expected, both), 2):
        yield f"off the diagonal it is the sum of the derivative and its transpose: {asked}"


def shifted(case: Case) -> Iterator[str]:
    """The right numbers at other indices."""
    for axis, n in enumerate(case.found.shape):
        for s in [s for size in range(1, min(n // 2, 50) + 1) for s in (size, -size)]:
            origins = np.arange(n) - s
            inside = ((0 <= origins) & (origins < n)).reshape([n if i == axis else 1 for i in range(case.found.ndim)])
            if case.fits(np.roll(case.expected, s, axis), constants=1, where=inside):
                yield f"along axis {axis} the derivative at i stands at i {'+' if s > 0 else '-'} {abs(s)}"
    yield from reordered(case)
    model = np.empty(case.found.size)
    model[np.argsort(case.found, axis=None)] = np.sort(case.expected, axis=None)
    if case.fits(model.reshape(case.found.shape), constants=1):
        yield "it has the right numbers in another order"


def reordered(case: Case) -> Iterator[str]:
    """An axis is reversed, or two of its two to four blocks, as the gates of a cell, stand in each other's place."""
    names = {1: ["entries"], 2: ["rows", "columns"]}.get(case.found.ndim)
    for axis, n in enumerate(case.found.shape):
        if n > 2 and case.fits(np.flip(case.expected, axis), constants=1):
            yield f"it is reversed along axis {axis}: a kernel turned round?"
        for parts in (parts for parts in (2, 3, 4) if n % parts == 0):
            size = n // parts
            for a, b in combinations(range(parts), 2):
                order = np.arange(n).reshape(parts, size)
                order[[a, b]] = order[[b, a]]
                if case.fits(case.expected.take(order.reshape(-1), axis), constants=1):
                    what = names[axis] if names else "indices"
                    first, second = (f"{what} {i * size} to {(i + 1) * size - 1}" for i in (a, b))
                    yield f"{first} and {second} are exchanged: parts that are stacked, such as gates?"


def reduction(case: Case) -> Iterator[str]:
    """All entries, or all along an axis, are the sum or mean of the derivatives there, or one of them."""
    shape = case.found.shape
    for axis in (None, *range(len(shape))):
        n, along = (case.found.size, "all entries") if axis is None else (shape[axis], f"axis {axis}")
        for name, weight in (("sum", n), ("mean", 1)):
            model = getattr(case.expected, name)(axis, keepdims=True)
            if case.fits(np.broadcast_to(model, shape), weight):
                yield f"each entry is the {name} of the derivatives over {along}"
        for i in range(n if axis is not None and 1 < n < case.found.size else 0):
            if case.fits(np.broadcast_to(case.expected.take([i], axis), shape)):
                yield f"everywhere along axis {axis} it is the derivative at {i}"


def total(case: Case) -> Iterator[str]:
    """Wrong entries with the right sum: a sum over the wrong axis, or terms that were added to the wrong entries.

    A sum proves nothing where it would be right whatever the mistake: errors of a softmax add up to 0, and its weights'
    sums along the classes are those of the penalty. So a sum must be of the data, and where already the sums along some
    axes are right, some places along these must be right as well: a softmax or a norm would have moved them all.
    """
    every = tuple(axis for axis, n in enumerate(case.found.shape) if n > 1)
    right = [axes for r in range(1, len(every)) for axes in combinations(every, r) if _right_sums(case, axes)]
    if abs(case.expected.sum()) < 0.01 * np.abs(case.expected).sum() or not _right_sums(case, every):
        return
    for axes in right:
        across = tuple(axis for axis in range(case.found.ndim) if axis not in axes)
        if not (~case.wrong.any(across) & case.expected.any(across)).any():
            return
    if not _without_data(case):
        yield "its numbers are wrong and their sum is right: summed over the wrong axis, or added at wrong indices?"


def _right_sums(case: Case, axes: tuple[int, ...]) -> bool:
    bounds = 0.01 * case.rtol * np.abs(case.expected).max() + case.floor.sum(axes)
    return bool((np.abs(case.missing.sum(axes)) <= np.minimum(bounds, 1e-5 * np.abs(case.missing).max())).all())


def _without_data(case: Case) -> bool:
    """Is the gradient's sum, at every point, one multiple of the parameter's plus one number, as that of penalties?"""
    points = case.elsewhere()
    if not points:
        return points is None  # for then nobody knows
    i = [other is case for other in case.others].index(True)
    sums = np.array([(gradients[i].sum(), params[i].sum(), 1.0) for params, gradients in points])
    weights = np.linalg.lstsq(sums[:, 1:], sums[:, 0])[0]
    off = np.abs(sums[:, 0] - sums[:, 1:] @ weights).max()
    return bool(off <= 1e-4 * max(np.abs(gradients[i]).sum() for _, gradients in points))
