"""How a gradient becomes a step: SGD, momentum and Adam batch by batch; L-BFGS on all posts at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from instahash.arrays import as_real
from instahash.network import kernels
from instahash.training import put_back

BETA, BETA1, BETA2, EPSILON = 0.9, 0.9, 0.999, 1e-8
# Iterations of L-BFGS that make an epoch, and pairs of vectors its curvature is estimated from: one of each iteration.
ITERATIONS = PAIRS = 10
# What is given the gradient of some rows of a parameter: update(name, rows, gradient), rows a slice. An optimiser's
# moves these rows.
Update = Callable[[str, Any, np.ndarray], None]


class Optimizer:
    """Adam (Kingma and Ba 2015), gradient descent with momentum (Polyak 1964), or plain SGD.

    name : "adam", "momentum", "sgd", or "lbfgs", which takes no such steps and keeps nothing between epochs.
    parameters : dict of name -> contiguous array, the model's own and no copies. A step is one call of `begin` and then
        of `update` for each of their rows, in any order and by several threads: they change in place, part by part.

    What a step makes no `update` for stays, and so do its moments ("lazy" or "sparse" Adam). In Kingma and Ba's the
    moments would fade, and the weight would go on moving by them; here they fade by the steps that it is in, while the
    correction of their start from zero is that of all steps.
    """

    def __init__(self, name: str, parameters: dict[str, np.ndarray]):
        self.name, self.parameters, self.steps, self.rate = name, parameters, 0, 0.0
        self._kinds = {"adam": ("m", "v"), "lbfgs": ()}.get(name, ("velocity",))
        # np.zeros takes no memory before the first step, unlike np.zeros_like.
        like = {f"{key}_{kind}": array for key, array in parameters.items() for kind in self._kinds}
        self.moments = {key: np.zeros(array.shape, array.dtype) for key, array in like.items()}

    def begin(self, rate: float) -> None:
        """Begin a step with this learning rate."""
        self.steps += 1
        self.rate = rate
        if self.name == "adam":
            self.rate = rate * math.sqrt(1 - BETA2**self.steps) / (1 - BETA1**self.steps)

    def update(self, name: str, rows: slice | np.ndarray, gradient: np.ndarray, first: int = 0) -> None:
        """Move some rows of a parameter by their gradient.

        rows : slice, or numbers of rows, each once; for these the gradient (n_rows, width) may be that of a part of
            the columns: from `first` on, and behind the last from 0.
        """
        theta, *moments = self.parameters[name], *(self.moments[f"{name}_{kind}"] for kind in self._kinds)
        numbers = (BETA1, BETA2, EPSILON) if self.name == "adam" else (BETA if self.name == "momentum" else 0.0,)
        if isinstance(rows, slice):
            arrays = [array.reshape(-1) for array in (theta[rows], gradient, *(moment[rows] for moment in moments))]
            move = kernels.adam if self.name == "adam" else kernels.momentum
            move(*arrays, self.rate, *numbers)
        else:
            theta, gradient, *moments = (array.reshape(len(array), -1) for array in (theta, gradient, *moments))
            move = kernels.adam_rows if self.name == "adam" else kernels.momentum_rows
            move(theta, rows, first, gradient, *moments, self.rate, *numbers)

    def state(self) -> dict[str, np.ndarray]:
        """The moments and the number of steps: what a training needs to go on."""
        return self.moments | {"steps": np.array(self.steps)}

    def restore(self, state: dict[str, np.ndarray], parameters: dict[str, np.ndarray] | None = None) -> None:
        """Go on from what :meth:`state` gave, and put these parameters back from it too.

        Raises DataError where it is of another optimizer, or of other parameters; then nothing has changed.
        """
        if isinstance(state, dict) and np.shape(steps := state.get("steps", 0)) == ():
            as_real(np.asarray(steps).item(), "the saved steps", 0)
        put_back((parameters or {}) | self.state(), state)
        self.steps = round(float(np.asarray(state["steps"]).item()))  # the mean of several may be no whole number


def lbfgs_epoch(
    parameters: dict[str, np.ndarray], loss_and_gradients: Callable[[], tuple[float, dict[str, np.ndarray]]]
) -> float:
    """ITERATIONS iterations of SciPy's L-BFGS-B (Byrd, Lu, Nocedal and Zhu 1995), with no curvature known; in place.

    An epoch thus depends on nothing but the parameters it begins with, so that training can be resumed after any.
    Works in float64 on a copy: 25 numbers a parameter are held. Returns the least loss found.
    """
    from scipy.optimize import minimize

    sizes = np.cumsum([array.size for array in parameters.values()])

    def assign(x: np.ndarray) -> None:
        for array, values in zip(parameters.values(), np.split(x, sizes[:-1])):
            array.reshape(-1)[:] = values

    def evaluate(x: np.ndarray) -> tuple[float, np.ndarray]:
        assign(x)
        loss, gradients = loss_and_gradients()
        return loss, np.concatenate([gradients[name].reshape(-1) for name in parameters]).astype(np.float64)

    start = np.concatenate([array.reshape(-1) for array in parameters.values()]).astype(np.float64)
    options = {"maxiter": ITERATIONS, "maxcor": PAIRS}
    best = minimize(evaluate, start, jac=True, method="L-BFGS-B", options=options)
    assign(best.x)
    return float(best.fun)
