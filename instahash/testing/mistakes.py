"""Which kind of mistake explains the wrong numbers of a gradient?

Each function of `MISTAKES` looks for one kind in a `Case`, a parameter's gradient as found and as expected. It yields
what to say if the kind explains every number that was checked, right or wrong, else nothing. A kind explains numbers if
it predicts each within twice its tolerance, and each that is clearly wrong, by five tolerances, within a thousandth of
the largest error. It must have fewer constants to choose than there are numbers clearly wrong. The first kind that fits
is reported; often none does.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from instahash.testing.arranged import reduction, shifted, symmetric, total, transposed
from instahash.testing.cases import Case
from instahash.testing.chains import chain
from instahash.testing.wirtinger import CONVENTIONS, read_as

# Those that hold along directions if they hold for all entries, and of numbers whose axes are of several sorts.
GLOBAL = ("convention", "sign", "factor", "zero")
# Those that make sense for complex numbers, whose real and imaginary parts lie along an axis.
COMPLEX = ("convention", "zero", "sign", "factor", "some rows", "missing term")


def convention(case: Case) -> Iterator[str]:
    """A gradient by complex numbers is right in another convention."""
    for other in CONVENTIONS if case.wirtinger and not case.kinds else ():
        if other != case.wirtinger and case.fits(read_as(case.expected, case.wirtinger, other)):
            yield f'it is right as wirtinger="{other}", and wirtinger="{case.wirtinger}" was asked for'


def conjugate(case: Case) -> Iterator[str]:
    """Of complex numbers one part has the other sign, and the other part is not zero in all of them."""
    n_wrong = case.wrong.sum(-1) if case.wirtinger else np.zeros(0)
    if (n_wrong == 1).sum() < 2 or (n_wrong == 2).any() or not case.fits_where_wrong(-case.expected):
        return
    if (~case.wrong & case.wrong.any(-1, keepdims=True) & (np.abs(case.expected) > case.floor)).any():
        yield "one part of each number has the other sign: is a conjugate missing, or another wirtinger meant?"


def zero(case: Case) -> Iterator[str]:
    """Every entry is zero."""
    if not case.found.any():
        yield f"it is zero everywhere, as if the loss did not depend on {case.name}"


def unreached(case: Case) -> Iterator[str]:
    """Only some rows, columns or entries are wrong, and these are zero."""
    if case.share_of_rows < 1 and not case.found[case.wrong].any():
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
        yield _multiple(c, case.rtol)


def _multiple(c: float, rtol: float) -> str:
    """As a whole number, or 1 / one, where it is so near to it that this is no chance."""
    for number, text, asked in (
        (c, "it is {} times the derivative", "a sum in place of a mean"),
        (1 / c, "it is the derivative / {}", "divided once too often"),
    ):
        n = round(number)
        if 2 < n < 0.1 / rtol and abs(number - n) <= 2 * rtol * n:
            return f"{text.format(n)}: {asked}?"
    return f"it is {c:.6g} times the derivative"


def swapped(case: Case) -> Iterator[str]:
    """The gradient is the derivative by another parameter of the same shape."""
    for other in case.others:
        if other.found.shape == case.found.shape and case.fits(other.expected):
            asked = "are the two swapped?" if other.fits(case.expected) else "are gradients returned in another order?"
            yield f"it is the derivative by {other.name}: {asked}"


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


def some_rows(case: Case) -> Iterator[str]:
    """At most half of the rows or columns are wrong; others are right by a thousand times as much."""
    if case.share_of_rows <= 0.5 and case.found.ndim > 1:
        outside = np.abs(case.missing[~case.wrong]).max(initial=0)
        if outside <= 1e-3 * np.sqrt((case.missing[case.wrong] ** 2).mean()):
            yield case.place.hint or "a term of these indices that is missing, or counted twice?"


# In the order in which they are looked for, each with the kind that it is reported as.
MISTAKES = {
    convention: "convention", conjugate: "convention", zero: "zero", unreached: "some rows", sign: "sign",
    factor: "factor", swapped: "swapped", transposed: "transposed", symmetric: "symmetric", reduction: "reduction",
    shifted: "shifted", missing_term: "missing term", chain: "chain rule", total: "reduction", some_rows: "some rows",
}  # fmt: skip


@np.errstate(all="ignore")
def diagnose(case: Case) -> tuple[str | None, str]:
    """(kind, text) of the first kind that explains what is wrong; (None, "") if none does."""
    kinds = case.kinds or (COMPLEX if case.wirtinger else MISTAKES.values())
    for look, kind in MISTAKES.items() if case.clear.any() else ():
        for text in look(case) if kind in kinds else ():
            return kind, text
    return None, ""
