"""What can be said of wrong numbers that no one kind of mistake explains. None of this proves anything."""

from __future__ import annotations

import numpy as np

from instahash.testing.cases import Case
from instahash.testing.layers import norm, rotation, softmax
from instahash.testing.places import place_of

# So many signs are all right by chance in less than one of a hundred.
LEAST_RATIOS = 7


@np.errstate(all="ignore")
def trace_of(case: Case) -> str:
    """The first of these that holds, in words; empty if none does."""
    if case.kinds and not case.wirtinger or not case.checked.all() or not case.clear.any():
        return ""
    return next(filter(None, (look(case) for look in TRACES)), "")


def _unused(case: Case) -> str:
    """All derivatives are zero, and the gradient is not."""
    if (np.abs(case.expected) <= case.floor).all():
        return f"every derivative by {case.name} is 0 here: does the loss take another parameter in its place?"
    return ""


def _clipped(case: Case) -> str:
    """Wrong entries are one number and its negative, with the signs of those expected and sizes below theirs."""
    found, expected = case.found[case.wrong], case.expected[case.wrong]
    sizes = np.abs(found)
    if len(sizes) > 1 and sizes[0] > 0 and np.ptp(sizes) <= case.rtol * sizes[0]:
        if (expected * np.sign(found) > sizes[0]).all() and not (np.abs(case.found) > sizes.max()).any():
            return f"it is cut off at {sizes[0]:.6g} there: is it clipped?"
    return ""


def _step(case: Case) -> str:
    """It is the parameter less a multiple of the derivative."""
    c = float(((case.param - case.found) * case.expected).sum() / max((case.expected**2).sum(), 1e-300))
    if abs(c) > case.rtol and case.fits(case.param - c * case.expected, abs(c), constants=1):
        return (
            f"it is {case.name} {'less' if c > 0 else 'plus'} {abs(c):.6g} times the derivative: what a step leads to?"
        )
    return ""


def _hint(case: Case) -> str:
    return case.place.hint


def _masked(case: Case) -> str:
    """It is zero where the derivative is not."""
    zero, nothing = case.found == 0, np.abs(case.expected) <= case.floor
    if case.wirtinger or not (zero & case.clear).any() or (zero & case.wrong).all():
        return ""
    if (zero != nothing).all():
        return "it is zero where the derivative is not, and only there: a mask the other way round?"
    place = place_of(zero & ~nothing, nothing, case.param, case.expected, case.name)
    return f"it is zero {place.text}: no gradient arrives there" if place.text else ""


def _branches(case: Case) -> str:
    """Wrong entries are one of two multiples of the derivative."""
    ratios = (case.found / case.expected)[case.wrong]
    first = ratios[0]
    is_first = np.abs(ratios - first) <= 4 * case.rtol * np.abs(first)
    rest = ratios[~is_first]
    if is_first.sum() < 2 or len(rest) < 2 or not (np.abs(rest - rest[0]) <= 4 * case.rtol * np.abs(rest[0])).all():
        return ""
    if min(abs(first - 1), abs(rest[0] - 1), abs(first - rest[0])) < 0.01:
        return ""
    text = f"it is {first:.4g} times the derivative at {is_first.sum()} entries, {rest[0]:.4g} times at {len(rest)}"
    return f"{text}: a branch that is taken for another?"


def _another(case: Case) -> str:
    """What is missing is a multiple of the derivative by another parameter of this shape."""
    for other in case.others:
        if other is case or other.found.shape != case.found.shape or not other.checked.all():
            continue
        c = float((case.missing * other.expected).sum() / max((other.expected**2).sum(), 1e-300))
        if case.fits(case.expected - c * other.expected, max(abs(c), 1.0), constants=1):
            return f"what is {_of(c)} is {abs(c):.6g} times the derivative by {other.name}: the same path twice?"
    return ""


def _rank(case: Case) -> str:
    """What is missing is one outer product, or few, and the derivative is many; so in each matrix of a stack.

    A sum of r of them, within some rows and columns, has r (rows + columns - r) numbers to choose: as many as are wrong
    where a few entries are so anywhere, which says nothing.
    """
    if case.found.ndim < 2 or min(case.found.shape[-2:]) < 3:
        return ""
    noise = 10 * case.rtol * np.abs(case.missing).max() + case.floor.max()
    n_missing, n_derivative = (
        (np.linalg.svd(matrices, compute_uv=False) > noise * np.sqrt(np.prod(matrices.shape[-2:]))).sum(-1)
        for matrices in (case.missing, case.expected)
    )
    sides = sum(case.wrong.any(axis).sum(-1) for axis in (-1, -2))
    if (n_missing * (sides - n_missing)).sum() >= case.wrong.sum():
        return ""
    ranks = int(n_missing.max()), int(n_derivative.max())
    if 0 < ranks[0] < min(ranks[1], min(case.found.shape[-2:]) - 1) or ranks[0] == 1 < ranks[1]:
        many = "one outer product" if ranks[0] == 1 else f"a sum of {ranks[0]} outer products"
        text = f"what is missing is {many}, the derivative one of {ranks[1]}"
        return f"{text}: the terms of so many examples, steps or uses?"
    return ""


def _conjugate(case: Case) -> str:
    """Complex numbers of the right sizes."""
    if not case.wirtinger:
        return ""
    sizes, wanted = (np.sqrt((pairs**2).sum(-1)) for pairs in (case.found, case.expected))
    if case.wrong.any(-1).sum() > 1 and (np.abs(sizes - wanted) <= 4 * case.rtol * wanted + case.floor.sum(-1)).all():
        return "each number has the right size and another angle: is a conjugate missing, or one too many?"
    return ""


def _ratio(case: Case) -> str:
    """Each entry is a positive multiple of the derivative, not all the same."""
    ratios = (case.found / case.expected)[case.wrong]
    if len(ratios) < LEAST_RATIOS or not (np.isfinite(ratios).all() and (ratios > 0.02).all() and (ratios < 50).all()):
        return ""
    low, high = float(ratios.min()), float(ratios.max())
    if (off := max(1 - low, high - 1)) < 0.01:
        return f"it is right to {100 * off:.2g} %: numbers of fewer digits, or an approximation?"
    text = f"its signs are right, its sizes {low:.3g} to {high:.3g} times the derivative's"
    return f"{text}: a factor of each entry, or a term that is left out?"


def _of(c: float) -> str:
    return "missing" if c > 0 else "too much"


TRACES = (
    _unused, _clipped, _masked, _branches, _step, softmax, norm, rotation, _conjugate, _hint, _another, _rank, _ratio,
)  # fmt: skip
