"""Which kind of mistake explains the wrong numbers of a gradient?

Each function of `MISTAKES` looks for one kind. It returns what to say if the kind explains every number that was checked,
right or wrong, else None. A kind explains numbers if it predicts each within twice its tolerance, and each that is
clearly wrong, by five tolerances, within a thousandth of the largest error. It must have fewer constants to choose than
there are numbers clearly wrong. The first kind that fits is reported; often none does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import permutations

import numpy as np


@dataclass
class Case:
    """One parameter's gradient, found and expected. Arrays have the parameter's shape.

    expected : NaN where it was not checked.
    floor : the part of the tolerance that is not relative to the numbers.
    others : the cases of all parameters; sizes : names of numbers that may be a forgotten factor.
    """

    name: str
    param: np.ndarray
    found: np.ndarray
    expected: np.ndarray
    floor: np.ndarray
    wrong: np.ndarray
    rtol: float
    others: list = field(default_factory=list)
    sizes: dict = field(default_factory=dict)

    def __post_init__(self):
        self.checked = ~np.isnan(self.expected)
        self.complete = bool(self.checked.all())
        self.missing = np.where(self.checked, self.expected - self.found, 0.0)
        size = np.maximum(np.abs(self.found), np.abs(np.nan_to_num(self.expected)))
        self.clear = self.wrong & (np.abs(self.missing) > 5 * (self.rtol * size + self.floor))

    def fits(self, model, weight=1.0, constants=0, where=True):
        """Does `model` predict the gradient?

        weight : how many numbers, each off by `floor`, the model adds up. constants : how many were chosen to fit.
        """
        where, clear = self.checked & where, self.clear & where
        off = np.abs(self.found - model)
        bound = 2 * self.rtol * np.maximum(np.abs(self.found), np.abs(model))
        bound += (1 + weight) * self.floor.max(where=self.checked, initial=0)
        near = off <= 1e-3 * np.abs(self.missing).max(initial=0)
        return bool(clear.sum() > constants and (off <= bound)[where].all() and near[clear].all())

    def fits_where_wrong(self, model, weight=1.0, constants=0):
        """As `fits`, for a model of the wrong entries; the right ones are right."""
        return self.fits(np.where(self.wrong, model, self.expected), weight, constants)


def zero(case):
    """Every entry is zero."""
    if case.clear.any() and not case.found.any():
        return f"it is zero everywhere, as if the loss did not depend on {case.name}"


def sign(case):
    """Wrong entries are minus the derivative."""
    if case.fits_where_wrong(-case.expected):
        return "it is minus the derivative"


def factor(case):
    """Wrong entries are one multiple of the derivative."""
    found, expected = case.found[case.wrong], case.expected[case.wrong]
    if not expected.any() or not found.any():
        return None
    lengths = [(f"{c.name}.shape[{axis}]", n) for c in case.others for axis, n in enumerate(c.found.shape) if n > 2]
    for name, n in [*case.sizes.items(), *lengths]:
        if case.fits_where_wrong(n * case.expected, n):
            return f"it is {n:g} times the derivative, and {n:g} is {name}: a sum in place of a mean?"
        if case.fits_where_wrong(case.expected / n):
            return f"it is 1/{n:g} of the derivative, and {n:g} is {name}: divided once too often?"
    c = float(found @ expected / (expected @ expected))
    for known, text in ((2, "twice"), (0.5, "half")):
        if case.fits_where_wrong(known * case.expected, known):
            return f"it is {text} the derivative"
    if case.fits_where_wrong(c * case.expected, abs(c), constants=1):
        return f"it is {c:.6g} times the derivative"


def swapped(case):
    """The gradient is the derivative by another parameter of the same shape."""
    for other in case.others:
        if other is not case and other.found.shape == case.found.shape and case.fits(other.expected):
            return f"it is the derivative by {other.name}: are the two swapped?"


def transposed(case):
    """The gradient is the derivative with its axes in another order."""
    for axes in list(permutations(range(case.found.ndim)))[1:]:
        model = case.expected.transpose(axes)
        if model.shape == case.found.shape and case.complete and case.fits(model):
            return "it is the transpose of the derivative"


def reduction(case):
    """All entries, or all along an axis, are the sum or mean of the derivatives there, or one of them."""
    shape = case.found.shape
    for axis in (None, *range(len(shape))) if case.complete else ():
        n, along = (case.found.size, "all entries") if axis is None else (shape[axis], f"axis {axis}")
        for name, model in (("sum", case.expected.sum(axis, keepdims=True)),
                            ("mean", case.expected.mean(axis, keepdims=True))):  # fmt: skip
            if n > 1 and case.fits(np.broadcast_to(model, shape), n if name == "sum" else 1):
                return f"each entry is the {name} of the derivatives over {along}"
        for i in range(n if axis is not None and 1 < n < case.found.size else 0):
            if case.fits(np.broadcast_to(case.expected.take([i], axis), shape)):
                return f"everywhere along axis {axis} it is the derivative at {i}"


def shifted(case):
    """The right numbers at other indices."""
    if not case.complete:
        return None
    for axis, n in enumerate(case.found.shape):
        for s in [s for size in range(1, min(n // 2, 50) + 1) for s in (size, -size)]:
            origins = np.arange(n) - s
            inside = (0 <= origins) & (origins < n)
            inside = np.expand_dims(inside, [other for other in range(case.found.ndim) if other != axis])
            if case.fits(np.roll(case.expected, s, axis), constants=1, where=inside):
                return f"along axis {axis} the derivative at i stands at i {'+' if s > 0 else '-'} {abs(s)}"
    model = np.empty(case.found.size)
    model[np.argsort(case.found, axis=None)] = np.sort(case.expected, axis=None)
    if case.fits(model.reshape(case.found.shape), constants=1):
        return "it has the right numbers in another order"


def missing_term(case):
    """What is missing is a multiple of the parameter, of its sign, of one; or of a row of another parameter."""
    name, missing = case.name, case.missing
    for what, term in ((name, case.param), (f"sign({name})", np.sign(case.param)), ("1", np.ones(case.found.shape))):
        t = np.where(case.wrong, term, 0.0)
        c = float((missing * t).sum() / max((t * t).sum(), 1e-300))
        if case.fits_where_wrong(case.expected - c * term, constants=1):
            return f"{abs(c):.6g} * {what} {'is missing' if c > 0 else 'is too much'}"
    if case.found.ndim != 2:
        return None
    for axis, along in ((0, "row"), (1, "column")):
        same = missing.mean(axis, keepdims=True)
        if case.complete and case.fits(case.expected - same, constants=same.size):
            return f"what is missing is the same in every {along}"
    for other in case.others:
        rows = other.param.reshape(-1, other.param.shape[-1]) if other.param.ndim else np.empty((0, 0))
        for i, row in enumerate(rows if other is not case and rows.shape[1] == case.found.shape[1] else ()):
            multiples = missing @ row / max(row @ row, 1e-300)
            n_wrong = case.wrong.any(axis=1).sum()
            if case.fits_where_wrong(case.expected - np.outer(multiples, row), constants=n_wrong):
                place = f"{other.name}[{i}]" if other.param.ndim > 1 else other.name
                return f"what is missing in each wrong row is a multiple of {place}: a term of this row"


def chain(case):
    """One factor of the chain rule is missing or there twice: one number a row or column, or a slope at the parameter."""
    for axis, along in ((1, "row"), (0, "column")) if case.found.ndim == 2 else ():
        expected = np.nan_to_num(case.expected)
        squares = np.maximum((expected**2).sum(axis, keepdims=True), 1e-300)
        ratios = (np.where(case.checked, case.found, 0.0) * expected).sum(axis, keepdims=True) / squares
        if case.found.any() and case.fits(ratios * case.expected, np.abs(ratios).max(), constants=ratios.size):
            return f"it is the derivative times one number for each {along}: a factor too few, or too many, in the chain rule"
    x, name = case.param.astype(np.float64), case.name
    with np.errstate(all="ignore"):
        s, t = 1 / (1 + np.exp(-x)), np.tanh(x)
        slopes = {
            name: x,
            f"{name}**2": x**2,
            f"exp({name})": np.exp(x),
            f"tanh'({name})": 1 - t * t,
            f"sigmoid'({name})": s * (1 - s),
        }
        for what, factor in slopes.items():
            if case.fits(case.expected / factor, 1 / np.abs(factor).min(initial=1), constants=1):
                return f"the factor {what} of the chain rule is missing"
            if case.fits(case.expected * factor, 1.0, constants=1):
                return f"the factor {what} of the chain rule is there once too often"


def total(case):
    """Wrong entries with the right sum: a sum over the wrong axis, or terms that were added to the wrong entries."""
    expected = case.expected
    if case.complete and case.clear.sum() > 2 and abs(expected.sum()) > 0.01 * np.abs(expected).sum():
        if abs(case.missing.sum()) <= case.rtol * np.abs(expected).max() + (case.floor.sum() if case.floor.max() else 0):
            return "its numbers are wrong but their sum is right: summed over the wrong axis, or added at wrong indices?"


def some_rows(case):
    """Only some rows or columns are wrong, or only some entries zero."""
    place = places(case)
    if not place or not case.clear.any():
        return None
    if not case.found[case.wrong].any():
        return f"no gradient arrives there; it is zero in {place}"
    if case.found.ndim > 1:
        return f"only {place} {'is' if place.count(' ') == 1 else 'are'} wrong: terms of this index missing, or counted twice?"


def places(case):
    """The rows, columns or entries that hold what is wrong, if they are not all; else an empty text."""
    names = ("entry", "entries") if case.found.ndim == 1 else ("row", "rows")
    for axis, (one, many) in enumerate((names, ("column", "columns"))[: case.found.ndim]):
        other = tuple(i for i in range(case.found.ndim) if i != axis)
        bad = np.flatnonzero(case.wrong.any(other))
        if 0 < len(bad) < case.found.shape[axis] and case.wrong.take(bad, axis).mean() > 0.5:
            listed = ", ".join(map(str, bad[:5])) + (", ..." if len(bad) > 5 else "")
            return f"{one if len(bad) == 1 else many} {listed}"
    return ""


MISTAKES = {
    "zero": zero,
    "sign": sign,
    "factor": factor,
    "swapped": swapped,
    "transposed": transposed,
    "reduction": reduction,
    "shifted": shifted,
    "missing term": missing_term,
    "chain rule": chain,
    "total": total,
    "some rows": some_rows,
}


def diagnose(case, kinds=tuple(MISTAKES)):
    """(kind, text) of the first kind that explains what is wrong; (None, "") if none does."""
    for kind in kinds:
        text = MISTAKES[kind](case)
        if text:
            return kind, text
    return None, ""
