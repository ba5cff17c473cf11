"""Factors of the chain rule that are missing, or there twice; `chain` is one of the functions of `mistakes`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from instahash.testing.cases import Case


def chain(case: Case) -> Iterator[str]:
    """A factor of the chain rule is missing or there twice: one number a row or column, or a slope at a parameter."""
    for axis, along in ((1, "row"), (0, "column")) if case.found.ndim == 2 and case.found.any() else ():
        found, expected = (np.where(case.checked, a, 0.0) for a in (case.found, case.expected))
        ratios = (found * expected).sum(axis, keepdims=True)
        ratios /= np.maximum((expected**2).sum(axis, keepdims=True), 1e-300)
        if case.fits(ratios * expected, np.abs(ratios).max(), constants=ratios.size):
            yield f"in each {along} it is a multiple of the derivative: a factor of the chain rule for this {along}?"
    yield from _both_ways(case)
    # In float32 one number fits one of so many by chance.
    constants = 0 if case.rtol < 1e-5 else 1
    for other in (case, *(other for other in case.others if other is not case)):
        for what, slope in _slopes(other) if other.found.shape == case.found.shape else ():
            if case.fits(case.expected / slope, 1 / np.abs(slope).min(initial=1), constants):
                yield f"the factor {what} is missing"
            if case.fits(case.expected * slope, np.abs(slope).max(initial=1), constants):
                inverse = f", or exp(-{other.name}) is missing" if what.startswith("exp") else ""
                yield f"the factor {what} is there once too often{inverse}"


def _both_ways(case: Case) -> Iterator[str]:
    """One number for each row times one for each column, from the logarithms of all ratios."""
    if case.found.ndim != 2 or (case.found.shape[0] - 1) * (case.found.shape[1] - 1) < 2:
        return
    ratios = case.found / case.expected
    logs, signs = np.log(np.abs(ratios)), np.sign(ratios)
    sizes = np.exp(logs.mean(1, keepdims=True) + logs.mean(0) - logs.mean())
    model = sizes * signs[:, :1] * signs[:1] * signs[0, 0] * case.expected
    if case.fits(model, constants=sum(model.shape) - 1):
        yield "it is the derivative times a number for each row and one for each column: factors on the wrong side?"


def _slopes(case: Case) -> Iterator[tuple[str, np.ndarray]]:
    """Slopes of common functions at a parameter, and what they are called."""
    x, name = case.param.astype(np.float64), case.name
    s, t = 1 / (1 + np.exp(-x)), np.tanh(x)
    yield f"tanh'({name})", 1 - t * t
    yield f"sigmoid'({name})", s * (1 - s)
    yield f"exp({name})", np.exp(x)
    yield name, x
