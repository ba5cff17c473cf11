"""What a wrong norm, softmax or rotation leaves in a gradient by its argument; each function is one of `traces`."""

from __future__ import annotations

import numpy as np

from instahash.testing.cases import Case


def norm(case: Case) -> str:
    """In each row or column the gradient is a combination of the derivative, the parameter and one number.

    A norm's derivative, by x, is g / s plus a multiple of x plus one number, g being what comes from above. So is what
    has other statistics, or lacks a part.
    """
    axes = () if case.wirtinger or not case.found.ndim else (1, 0) if case.found.ndim == 2 else (-1,)
    for axis in axes:
        said, right, x = (np.moveaxis(a, axis, -1).astype(float) for a in (case.found, case.expected, case.param))
        one, nothing, along = np.ones_like(right), np.zeros_like(right), ("column", "row")[axis]
        place, part = f"in each {along} ", f"{case.name}'s {along}"
        if case.found.ndim != 2:
            place, part = "along the last axis " if case.found.ndim > 2 else "", case.name
        missing, is_ = "what is missing is a multiple of", "it is a multiple of the derivative plus"
        for fixed, basis, text in (
            (right, [x], f"{missing} {part}: is that of its length left out?"),
            (right, [x, one], f"{missing} {part} plus one number: a norm whose derivative lacks a part?"),
            (nothing, [right, one], f"{is_} one number: a norm with another mean?"),
            (nothing, [right, x], f"{is_} one of {part}: a norm with another length?"),
            (nothing, [right, x, one], f"{is_} one of {part} and one number: a norm with other statistics?"),
        ):
            constants = len(basis) * said[..., 0].size + 2
            fits = [
                case.fits(np.moveaxis(fixed + _projected(said - fixed, some), -1, axis), constants=constants)
                for some in (basis, basis[1:])
            ]
            if fits == [True, False]:  # the first part is needed, be it the derivative
                return place + text
    return ""


def _projected(y: np.ndarray, basis: list[np.ndarray]) -> np.ndarray:
    """The nearest combination of arrays of one shape, with numbers of its own for each row of the last axis."""
    if not basis:
        return np.zeros_like(y)
    q, _ = np.linalg.qr(np.stack(basis, -1))
    return (q @ (q.swapaxes(-1, -2) @ y[..., None]))[..., 0]


def softmax(case: Case) -> str:
    """The parameter goes through a softmax, whose derivative is taken by its diagonal alone, or over another axis.

    The derivative is p (g - sum g p), g being what comes from above, or p - g behind a cross-entropy. So g is the
    derivative over p plus one number a sum, or p less the derivative; and the derivatives of a sum add up to 0.
    """
    x, right = case.param.astype(float), case.expected
    axes: list[int | None] = [] if case.wirtinger else list(range(x.ndim))
    for axis in axes:
        if (np.abs(right.sum(axis)) > 1e-3 * np.abs(right).sum(axis) + case.floor.sum(axis)).any():
            continue
        p = _softmax(x, axis)
        slope = p * (1 - p)
        k = ((case.found - (1 - p) * right) * slope).sum(axis, keepdims=True) / (slope**2).sum(axis, keepdims=True)
        if case.fits((1 - p) * right + k * slope, constants=k.size + 1):
            return f"only p (1 - p) of the softmax p of {case.name} is differentiated: is -p_i p_j missing?"
        for other in [other for other in (*axes, None) if other != axis and x.ndim > 1]:
            q = _softmax(x, other)
            text = f"axis {axis}, in the gradient {'all entries' if other is None else f'axis {other}'}"
            text = f"{case.name} goes through a softmax over {text}?"
            c = float((case.missing * (p - q)).sum() / ((p - q) ** 2).sum())
            if case.fits(right - c * (p - q), abs(c), constants=1):
                return text
            sums = case.found / q - right / p
            fitted, n = sums.mean(axis, keepdims=True), k.size + 1
            if other is not None:
                column, both = (sums.mean(along, keepdims=True) for along in (other, (axis, other)))
                fitted, n = fitted + column - both, n + column.size
            if case.fits(q * (right / p + fitted), (q / p).max(), n):
                return text
    return ""


def _softmax(x: np.ndarray, axis: int | None) -> np.ndarray:
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def rotation(case: Case) -> str:
    """Pairs of columns, halves apart or neighbours, have the right lengths and other angles."""
    n = case.found.shape[-1] if case.found.ndim else 0
    for apart in () if n < 2 or n % 2 or case.wirtinger else (1, n // 2):
        order = np.arange(n).reshape(-1, 2) if apart == 1 else np.arange(n).reshape(2, -1).T
        pairs, wanted, wrong = (a[..., order] for a in (case.found, case.expected, case.wrong))
        lengths = np.sqrt((wanted**2).sum(-1))
        near = np.abs(np.sqrt((pairs**2).sum(-1)) - lengths) <= 4 * (case.rtol * lengths + case.floor.max())
        if near.all() and wrong.any(-1).sum() > 2:
            text = f"pairs as of columns {order[0, 0]} and {order[0, 1]} have the right lengths and other angles"
            return f"{text}: are they turned forward and not back?"
    return ""
