"""Dropout of hidden units, the same ones for all posts of a batch, so that nothing is computed for those dropped.

Srivastava et al. 2014 draw the units for each post anew. Drawn for a batch (Graham, Reizenstein and Robinson 2015,
"Efficient batchwise dropout training using submatrices"), the units that stay are a smaller network, whose products and
steps cost as much less. We depart from both: the units that stay are a run of neighbours on a ring of all, which begins
anywhere, so that their weights stand side by side in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from instahash.network import kernels
from instahash.network.layers import Parameters
from instahash.network.optimize import Update
from instahash.softmax.settings import SoftmaxSettings
from instahash.threads import Threads

Array = np.ndarray


class Units(NamedTuple):
    """The hidden units that a step keeps: `width` of them from `first` on, behind the last those from 0."""

    first: int
    width: int

    @classmethod
    def drawn(cls, settings: SoftmaxSettings, rng: np.random.Generator) -> Units:
        """All units without dropout; else the nearest whole number to 1 - dropout of them, one at least."""
        n = settings.n_hidden
        width = max(round(n * (1 - settings.dropout)), 1)
        return cls(int(rng.integers(n)) if width < n else 0, width)

    def numbers(self, n_hidden: int) -> Array:
        """(width,) int64, which units of all these are."""
        return (self.first + np.arange(self.width)) % n_hidden

    def part(self, theta: Parameters, inputs: Array, outputs: Array, threads: Threads) -> Parameters:
        """Copies of the parameters of these units, for rows of Vt, and of U and b, with the numbers given."""

        def taken(A: Array, rows: Array) -> Array:
            out = np.empty((len(rows), self.width), A.dtype)
            threads.rows(len(rows), lambda part: kernels.take(A, rows[part], self.first, out[part]))
            return out

        mu = theta.mu[self.numbers(len(theta.mu))]
        return Parameters(taken(theta.Vt, inputs), mu, taken(theta.U, outputs), theta.b[outputs])

    def moving(self, update: Callable[..., None], inputs: Array, outputs: Array, n_hidden: int) -> Update:
        """What is given the gradients of that part, and gives them to `update` as those of all parameters.

        update : as :meth:`instahash.network.optimize.Optimizer.update`.
        """
        numbers = {"Vt": inputs, "mu": self.numbers(n_hidden), "U": outputs, "b": outputs}

        def move(name: str, rows: slice, gradient: Array) -> None:
            update(name, numbers[name][rows], gradient, self.first if name in ("Vt", "U") else 0)

        return move
