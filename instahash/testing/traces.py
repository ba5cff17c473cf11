"""What can be said of wrong numbers that no one kind of mistake explains. None of this proves anything."""

from __future__ import annotations

import numpy as np

from instahash.testing.cases import Case


@np.errstate(all="ignore")
def trace_of(case: Case) -> str:
    """The first of these that holds, in words; empty if none does."""
    if case.kinds or not case.checked.all() or not case.clear.any():
        return ""
    return _clipped(case) or case.place.hint or _another(case) or _combined(case) or _rank(case) or _ratio(case)


def _clipped(case: Case) -> str:
    """Wrong entries are one number and its negative, in sizes below those expected."""
    sizes = np.abs(case.found[case.wrong])
    if len(sizes) > 1 and sizes[0] > 0 and np.ptp(sizes) <= case.rtol * sizes[0]:
        if (np.abs(case.expected[case.wrong]) > sizes[0]).all() and not (np.abs(case.found) > sizes.max()).any():
            return f"it is cut off at {sizes[0]:.6g} there: is it clipped?"
    return ""


def _another(case: Case) -> str:
    """What is missing is a multiple of the derivative by another parameter of this shape."""
    for other in case.others:
        if other is case or other.found.shape != case.found.shape or not other.checked.all():
            continue
        c = float((case.missing * other.expected).sum() / max((other.expected**2).sum(), 1e-300))
        if case.fits(case.expected - c * other.expected, max(abs(c), 1.0), constants=1):
            return f"what is {_of(c)} is {abs(c):.6g} times the derivative by {other.name}: the same path twice?"
    return ""


def _combined(case: Case) -> str:
    """What is missing in each row, or column, is a multiple of the parameter's plus one number."""
    for axis, along in ((1, "row"), (0, "column")) if case.found.ndim == 2 else ():
        if case.found.shape[axis] < 4:
            continue
        off, x = (a - a.mean(axis, keepdims=True) for a in (case.missing, case.param))
        multiples = (off * x).sum(axis, keepdims=True) / (x * x).sum(axis, keepdims=True)
        model = case.expected - multiples * x - case.missing.mean(axis, keepdims=True)
        if case.fits(model, constants=2 * multiples.size):
            text = f"in each {along} what is missing is a multiple of {case.name}'s {along} plus one number"
            return f"{text}: mean and deviation of a norm?"
    return ""


def _rank(case: Case) -> str:
    """What is missing is one outer product, or few, and the derivative is many."""
    if case.found.ndim != 2 or min(case.found.shape) < 3:
        return ""
    noise = 10 * case.rtol * np.abs(case.missing).max() + case.floor.max()
    ranks = []
    for matrix in (case.missing, case.expected):
        sizes = np.linalg.svd(matrix, compute_uv=False)
        ranks.append(int((sizes > noise * np.sqrt(matrix.size)).sum()))
    if 0 < ranks[0] < min(ranks[1], min(case.found.shape) - 1) or ranks[0] == 1 < ranks[1]:
        many = "one outer product" if ranks[0] == 1 else f"a sum of {ranks[0]} outer products"
        return f"what is missing is {many}, the derivative one of {ranks[1]}: the terms of so many examples or steps?"
    return ""


def _ratio(case: Case) -> str:
    """Each entry is a positive multiple of the derivative, not all the same."""
    ratios = (case.found / case.expected)[case.wrong]
    if len(ratios) < 3 or not (np.isfinite(ratios).all() and (ratios > 0.02).all() and (ratios < 50).all()):
        return ""
    low, high = float(ratios.min()), float(ratios.max())
    text = f"its signs are right, its sizes {low:.3g} to {high:.3g} times the derivative's"
    return f"{text}: a factor of each entry, or a term that is left out?"


def _of(c: float) -> str:
    return "missing" if c > 0 else "too much"
