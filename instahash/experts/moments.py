"""Ridge regression on dense inputs from sums over posts: more are added, and its regularisation found, exactly.

x, y  (d,), (m,)  the inputs and targets of a post, of weight w
A     (d, d)      sum of w (x - mean)(x - mean)' over the posts, V diag(e) V'
B     (d, m)      sum of w (x - mean)(y - mean)'
W     (d, m)      (A + reg I)^-1 B, so that mean + (x - mean) W is near to y (Hoerl and Kennard 1970)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import linalg

from instahash.errors import DivergenceError
from instahash.forms import COUNT, SUM, WEIGHT, Form, fit
from instahash.sparse import CSR, with_data

# Weights of L2 that are tried, in posts whose inputs have the deviation 1.
REGS = 2.0 ** np.arange(-3, 13)

FORMS = {
    "n": Form("float64", (), 0, COUNT),
    "x": Form("float64", ("features",), -SUM, SUM),
    "y": Form("float64", ("hashtags",), -SUM, SUM),
    "xx": Form("float32", ("features", "features"), -SUM, SUM),
    "xy": Form("float32", ("features", "hashtags"), -SUM, SUM),
    "yy": Form("float64", (), 0, SUM),
}


class Linear(NamedTuple):
    """mean_y + (x - mean_x) W, as `W` and `b`, and the weight of L2 that gave it, in posts."""

    W: np.ndarray
    b: np.ndarray
    reg: float


@dataclass
class Moments:
    """Sums over posts: weights `n`, w x `x` (d,), w y `y` (m,), w x x' `xx` (d, d), w x y' `xy` (d, m), w y y `yy`."""

    n: float
    x: np.ndarray
    y: np.ndarray
    xx: np.ndarray
    xy: np.ndarray
    yy: float

    @classmethod
    def zeros(cls, n_inputs: int, n_outputs: int) -> Moments:
        """Of no post."""
        d, m = n_inputs, n_outputs
        return cls(0.0, np.zeros(d), np.zeros(m), np.zeros((d, d)), np.zeros((d, m)), 0.0)

    def add(self, X: np.ndarray, Y: CSR, weights: np.ndarray) -> None:
        """Posts with inputs (n_posts, d) float32, targets CSR (n_posts, m), and weights (n_posts,)."""
        each = weights.astype(np.float32)
        weighted = with_data(Y, Y.data * np.repeat(each, np.diff(Y.indptr)))
        self.n += float(each.sum(dtype=np.float64))
        self.x += each @ X
        self.y += weighted.sum(axis=0)
        self.xx += (X * each[:, None]).T @ X
        self.xy += (weighted.T @ X).T
        self.yy += float(np.sum(weighted.data * Y.data, dtype=np.float64))

    def __add__(self, more: Moments) -> Moments:
        """Those of other posts too."""
        return Moments(*(a + b for a, b in zip(vars(self).values(), vars(more).values())))

    def decay(self, factor: float) -> None:
        """Let all posts count less by this factor."""
        self.n, self.yy = self.n * factor, self.yy * factor
        for array in (self.x, self.y, self.xx, self.xy):
            array *= factor

    def grow(self, n_outputs: int) -> None:
        """Make room for more targets, which no post has had so far."""
        more = n_outputs - len(self.y)
        self.y, self.xy = np.pad(self.y, (0, more)), np.pad(self.xy, ((0, 0), (0, more)))

    def solve(self) -> Linear:
        """The regression whose weight of L2, one of REGS, has the least generalised cross-validation error.

        That is |Y - HY|^2 / (n - tr H)^2 for H = X (A + reg I)^-1 X' and one more in H for the mean (Golub, Heath and
        Wahba 1979): about the error of each post by what is learnt from the others.

        Raises DivergenceError where the weights are larger than a model file may have them.
        """
        n, d = max(self.n, 1e-12), len(self.x)
        mean_x, mean_y = self.x / n, self.y / n
        A, B = self.xx - n * np.outer(mean_x, mean_x), self.xy - n * np.outer(mean_x, mean_y)
        e, V = linalg.eigh(A, overwrite_a=True, check_finite=False)
        e = np.maximum(e, 0.0)
        C = V.T @ B
        regs = REGS * d
        shares = e / (e + regs[:, None])
        # |Y - XW|^2 = |Y|^2 - 2 tr W'B + tr W'AW, in the directions of V.
        explained = ((2 - shares) / (e + regs[:, None])) @ np.square(C).sum(axis=1)
        left = n - 1 - shares.sum(axis=1)
        errors = np.maximum(self.yy - n * (mean_y @ mean_y) - explained, 0)
        errors = np.where(left > 1e-9, errors / np.maximum(left, 1e-9) ** 2, np.inf)
        best = int(np.argmin(errors)) if np.isfinite(errors).any() else len(regs) - 1
        W = V @ (C / (e + regs[best])[:, None])
        b = mean_y - mean_x @ W
        if not (np.abs(W).max(initial=0) <= WEIGHT and np.abs(b).max(initial=0) <= WEIGHT):
            raise DivergenceError("the sums over photos are such as no posts have; train anew")
        return Linear(W.astype(np.float32), b.astype(np.float32), float(REGS[best]))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """All of it, float32 where it is large."""
        large = {name: getattr(self, name).astype(np.float32) for name in ("xx", "xy")}
        return {name: np.asarray(value) for name, value in vars(self).items()} | large

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], **sizes: int) -> Moments:
        """What :meth:`to_arrays` gave, among other arrays. KeyError, ValueError where it does not fit together.

        sizes : of `features` and `hashtags`, where they are known.
        """
        fit(arrays, FORMS, **sizes)
        x, y, xx, xy = (np.array(arrays[name], np.float64) for name in ("x", "y", "xx", "xy"))
        return cls(float(arrays["n"]), x, y, xx, xy, float(arrays["yy"]))
