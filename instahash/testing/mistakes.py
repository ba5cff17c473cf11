"""Which kind of mistake explains the wrong numbers of a gradient?

Each function of `MISTAKES` looks for one kind in a `Case`, a parameter's gradient as found and as expected. It yields
what to say if the kind explains every number that was checked, right or wrong, else nothing. A kind explains numbers if
it predicts each within twice its tolerance, and each that is clearly wrong, by five tolerances, within a thousandth of
the largest error. It must have fewer constants to choose than there are numbers clearly wrong. The first kind that fits
is reported; often none does.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations

import numpy as np

from instahash.testing.cases import Case
from instahash.testing.wirtinger import CONVENTIONS, read_as

# Those that make sense for complex numbers, whose real and imaginary parts lie along an axis.
COMPLEX = ("convention", "zero", "sign", "factor", "some rows", "missing term")


def convention(case: Case) -> Iterator[str]:
    """A gradient by complex numbers is right in another convention."""
    for other in CONVENTIONS if case.wirtinger else ():
        if other != case.wirtinger and case.fits(read_as(case.expected, case.wirtinger, other)):
            yield f'it is right as wirtinger="{other}", and wirtinger="{case.wirtinger}" was asked for'


def zero(case: Case) -> Iterator[str]:
    """Every entry is zero."""
    if not case.found.any():
        yield f"it is zero everywhere, as if the loss did not depend on {case.name}"


def unreached(case: Case) -> Iterator[str]:
    """Only some rows, columns or entries are wrong, and these are zero."""
    if case.is_in_rows and not case.found[case.wrong].any():
        yield "it is zero there: no gradient arrives"


def sign(case: Case) -> Iterator[str]:
    """Wrong entries are minus the derivative."""
    if case.fits_where_wrong(-case.expected):
        yield "it is minus the derivative"


def factor(case: Case) -> Iterator[str]:
    """Wrong entries are one multiple of the derivative."""
    found, expected = case.found[case.wrong], case.expected[case.wrong]
    if not expected.any() or not found.any():
        return
    lengths = [(f"{c.name}.shape[{axis}]", n) for c in case.others for axis, n in enumerate(c.found.shape) if n > 2]
    for name, n in [*case.sizes.items(), *lengths]:
        if case.fits_where_wrong(n * case.expected, n):
            yield f"it is {n:g} times the derivative, and {n:g} is {name}: a sum in place of a mean?"
        if case.fits_where_wrong(case.expected / n):
            yield f"it is the derivative / {n:g}, and {n:g} is {name}: divided once too often?"
    for c, text in ((2, "twice"), (0.5, "half")):
        if case.fits_where_wrong(c * case.expected, c):
            yield f"it is {text} the derivative"
    c = float(found @ expected / (expected @ expected))
    if case.fits_where_wrong(c * case.expected, abs(c), constants=1):
        yield f"it is {c:.6g} times the derivative"


def swapped(case: Case) -> Iterator[str]:
    """The gradient is the derivative by another parameter of the same shape."""
    for other in case.others:
        if other.found.shape == case.found.shape and case.fits(other.expected):
            asked = "are the two swapped?" if other.fits(case.expected) else "are gradients returned in another order?"
            yield f"it is the derivative by {other.name}: {asked}"


def transposed(case: Case) -> Iterator[str]:
    """The gradient is the derivative with its axes in another order."""
    for axes in list(permutations(range(case.found.ndim)))[1:]:
        model = case.expected.transpose(axes)
        if model.shape == case.found.shape and case.fits(model):
            yield "it is the transpose of the derivative"


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


def missing_term(case: Case) -> Iterator[str]:
    """What is missing is a multiple of the parameter, of its sign, or of one; or rows of it are, of another's row."""
    name, missing = case.name, case.missing
    for what, term in ((name, case.param), (f"sign({name})", np.sign(case.param)), ("1", np.ones(case.found.shape))):
        t = np.where(case.wrong, term, 0.0)
        c = float((missing * t).sum() / max((t * t).sum(), 1e-300))
        if case.fits_where_wrong(case.expected - c * term, constants=1):
            yield f"{abs(c):.6g} * {what} {'is missing' if c > 0 else 'is too much'}"
    if case.found.ndim != 2:
        return
    for axis, along in ((0, "row"), (1, "column")):
        same = missing.mean(axis, keepdims=True)
        if case.fits(case.expected - same, constants=same.size):
            yield f"what is missing is the same in every {along}"
    for other in case.others:
        table = other.param.reshape(-1, *other.param.shape[-1:])
        for i, row in enumerate(table if table.shape[1:] == case.found.shape[1:] else ()):
            multiples = missing @ row / max(row @ row, 1e-300)
            if case.fits_where_wrong(case.expected - np.outer(multiples, row), constants=case.wrong.any(1).sum()):
                place = f"{other.name}[{i}]" if other.param.ndim > 1 else other.name
                yield f"what is missing in each wrong row is a multiple of {place}: a term with it?"


def chain(case: Case) -> Iterator[str]:
    """A factor of the chain rule is missing or there twice: one number a row or column, or a slope at a parameter."""
    for axis, along in ((1, "row"), (0, "column")) if case.found.ndim == 2 and case.found.any() else ():
        found, expected = (np.where(case.checked, a, 0.0) for a in (case.found, case.expected))
        ratios = (found * expected).sum(axis, keepdims=True)
        ratios /= np.maximum((expected**2).sum(axis, keepdims=True), 1e-300)
        if case.fits(ratios * expected, np.abs(ratios).max(), constants=ratios.size):
            yield f"in each {along} it is a multiple of the derivative: a factor of the chain rule for this {along}?"
    # In float32 one number fits one of so many by chance.
    constants = 0 if case.rtol < 1e-5 else 1
    for other in (case, *(other for other in case.others if other is not case)):
        for what, slope in _slopes(other) if other.found.shape == case.found.shape else ():
            if case.fits(case.expected / slope, 1 / np.abs(slope).min(initial=1), constants):
                yield f"the factor {what} is missing"
            if case.fits(case.expected * slope, np.abs(slope).max(initial=1), constants):
                inverse = f", or exp(-{other.name}) is missing" if what.startswith("exp") else ""
                yield f"the factor {what} is there once too often{inverse}"


def _slopes(case: Case) -> Iterator[tuple[str, np.ndarray]]:
    """Slopes of common functions at a parameter, and what they are called."""
    x, name = case.param.astype(np.float64), case.name
    s, t = 1 / (1 + np.exp(-x)), np.tanh(x)
    yield f"tanh'({name})", 1 - t * t
    yield f"sigmoid'({name})", s * (1 - s)
    yield f"exp({name})", np.exp(x)
    yield name, x


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


def some_rows(case: Case) -> Iterator[str]:
    """At most half of the entries, in some rows or columns, are wrong; others are right by a thousand times as much."""
    if case.is_in_rows and case.found.ndim > 1 and case.wrong.mean() <= 0.5:
        outside = np.abs(case.missing[~case.wrong]).max(initial=0)
        if outside <= 1e-3 * np.sqrt((case.missing[case.wrong] ** 2).mean()):
            yield case.place.hint or "a term of these indices that is missing, or counted twice?"


# In the order in which they are looked for, each with the kind that it is reported as.
MISTAKES = {
    convention: "convention", zero: "zero", unreached: "some rows", sign: "sign", factor: "factor", swapped: "swapped",
    transposed: "transposed", reduction: "reduction", shifted: "shifted", missing_term: "missing term",
    chain: "chain rule", total: "reduction", some_rows: "some rows",
}  # fmt: skip


@np.errstate(all="ignore")
def diagnose(case: Case) -> tuple[str | None, str]:
    """(kind, text) of the first kind that explains what is wrong; (None, "") if none does."""
    kinds = case.kinds or (COMPLEX if case.wirtinger else MISTAKES.values())
    for look, kind in MISTAKES.items() if case.clear.any() else ():
        for text in look(case) if kind in kinds else ():
            return kind, text
    return None, ""
