"""What a function of a Jacobian returns, as real numbers, each of which is a loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from instahash.testing.cases import Arrays
from instahash.testing.errors import GradientError
from instahash.testing.functions import Functions
from instahash.testing.options import shown
from instahash.testing.trees import bytes_of, leaves
from instahash.testing.wirtinger import written

__tracebackhide__ = True


class Outputs:
    """A function's value as one flat array of real numbers, computed once at each point.

    names : indices, as in "[2, 0]", and parts of complex numbers, as in "[2].imag".
    complex_rows : where real parts stand, each before its imaginary part.
    """

    def __init__(self, functions: Functions) -> None:
        self._functions, self.leaves = functions, functions.leaves
        self._known: dict[bytes, np.ndarray] = {}
        self.here = functions.loss([leaf.array for leaf in self.leaves])
        parts = list(leaves(self.here, ""))
        if not parts:
            text = f"the function returned {shown(self.here)}; it must return an array of floats, or several"
            raise GradientError(text, {"f": "no scalar"})
        flat = np.concatenate([part.array.reshape(-1) for part in parts])
        self._size = flat.size
        if not np.allclose(flat, self([leaf.array for leaf in self.leaves]), rtol=1e-5, atol=0, equal_nan=True):
            text = "the function differs from call to call; hand in what it draws or keeps, as kwargs={...}"
            raise GradientError(text, {"f": "state"})
        self.names = [
            f"{part.name}{list(index) if index else ''}{of_number}"
            for part in parts
            for index in np.ndindex(part.shape)
            for of_number in ((".real", ".imag") if part.is_complex else ("",))
        ]
        is_complex = np.repeat([part.is_complex for part in parts], [part.array.size for part in parts])
        self.complex_rows = [i for i in np.flatnonzero(is_complex) if self.names[i].endswith(".real")]

    def must_be_holomorphic(self, derivatives: Sequence[Arrays], of: str, rtol: float) -> None:
        """Raise where Cauchy's and Riemann's equations do not hold, so that there is no one derivative by z.

        derivatives : for each leaf those of all outputs first, NaN where they are not known, and how far they may be
            off beside `rtol`.
        """
        for leaf, (D, floors, _) in zip(self.leaves, derivatives):
            if leaf.is_complex and self.complex_rows:
                at = np.add.outer((0, 1), self.complex_rows)
                (real, imaginary), near = (array.reshape(len(D), -1, 2)[at] for array in (D, floors))
                off = np.abs(real[..., 0] - imaginary[..., 1]) + np.abs(real[..., 1] + imaginary[..., 0])
                bound = (1e-3 + 4 * rtol) * np.nan_to_num(np.abs(D)).max() + near.sum((0, -1))
                if (np.nan_to_num(off) > bound).any():
                    text = f"{of} is not holomorphic: it has no one derivative by {leaf.name}"
                    text += '; check its product with a tangent, form="jvp", or with a cotangent, form="vjp"'
                    raise GradientError(text, {leaf.name: "not holomorphic"})

    def __call__(self, arrays: Sequence[np.ndarray]) -> np.ndarray:
        key = bytes_of(arrays)
        if key not in self._known:
            numbers = [part.array.reshape(-1) for part in leaves(self._functions.loss(arrays), "")]
            flat = self._known[key] = np.concatenate(numbers or [np.empty(0)])
            if flat.size != self._size:
                text = f"the function returned {self._size} real numbers at first, and {flat.size} at another call"
                raise GradientError(f"{text}; it must return as many at each point", {"f": "shape"})
        return self._known[key]


class Output:
    """One number of the output as a loss, and a row of the Jacobian as its gradient."""

    def __init__(self, outputs: Outputs, J: Sequence[np.ndarray], row: int) -> None:
        self._outputs, self._J, self._row, self.leaves = outputs, J, row, outputs.leaves

    def loss(self, arrays: Sequence[np.ndarray]) -> Any:
        return self._outputs(arrays)[self._row]

    def gradient(self, arrays: Sequence[np.ndarray]) -> list[Any]:
        """That at the point itself."""
        rows = [of_leaf[self._row].reshape(leaf.array.shape) for of_leaf, leaf in zip(self._J, self.leaves)]
        return [written(row, "x+iy") if leaf.is_complex else row for row, leaf in zip(rows, self.leaves)]
