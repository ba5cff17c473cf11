"""How a gradient becomes a step: SGD, momentum and Adam batch by batch; L-BFGS on all posts at once."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from instahash.errors import DataError
from instahash.network import kernels

BETA, BETA1, BETA2, EPSILON = 0.9, 0.9, 0.999, 1e-8
# Iterations of L-BFGS that make an epoch, and the pairs of vectors that its curvature is estimated from.
ITERATIONS = 10
# What is given the gradient of some rows of a parameter: update(name, rows, gradient).
Update = Callable[[str, slice, np.ndarray], None]


class Optimizer:
    """Adam (Kingma and Ba 2015), gradient descent with momentum (Polyak 1964), or plain SGD.

    name : "adam", "momentum" or "sgd".  parameters : dict of name -> contiguous array.
    A step is one call of `begin` and then of `update` for each of their rows, in any order and by several threads: the
    arrays change in place, a part at a time, so that no gradient need stand as a whole.
    """

    def __init__(self, name: str, parameters: dict[str, np.ndarray]):
        self.name, self.parameters, self.steps, self.rate = name, parameters, 0, 0.0
        kinds = ("m", "v") if name == "adam" else ("velocity",)
        self.moments = {array: [np.zeros_like(value) for _ in kinds] for array, value in parameters.items()}
        self._kinds = kinds

    def begin(self, rate: float) -> None:
        """Begin a step with this learning rate."""
        self.steps += 1
        self.rate = rate
        if self.name == "adam":
            self.rate = rate * math.sqrt(1 - BETA2**self.steps) / (1 - BETA1**self.steps)

    def update(self, name: str, rows: slice, gradient: np.ndarray) -> None:
        """Move some rows of a parameter by their gradient."""
        arrays = self.parameters[name][rows], gradient, *(moment[rows] for moment in self.moments[name])
        flat = [array.reshape(-1) for array in arrays]
        if self.name == "adam":
            kernels.adam(*flat, self.rate, BETA1, BETA2, EPSILON)
        else:
            kernels.momentum(*flat, self.rate, BETA if self.name == "momentum" else 0.0)

    def state(self) -> dict[str, np.ndarray]:
        """The moments and the number of steps: what a training needs to go on."""
        return {"steps": np.array(self.steps)} | {
            f"{name}_{kind}": moment for name, own in self.moments.items() for kind, moment in zip(self._kinds, own)
        }

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from what :meth:`state` gave; DataError where it is of another optimizer, or of other parameters."""
        missing = [name for name in self.state() if name not in state]
        if missing:
            raise DataError(f"the saved state lacks '{missing[0]}': it is of another optimizer or decoder")
        for name, own in self.moments.items():
            for kind, moment in zip(self._kinds, own):
                moment[:] = state[f"{name}_{kind}"]
        self.steps = int(state["steps"])


def make_optimizer(name: str, parameters: dict[str, np.ndarray], n_epochs: int) -> Optimizer | None:
    """The optimizer of a training; None for "lbfgs", which keeps nothing between epochs, and for no epochs."""
    return None if name == "lbfgs" or not n_epochs else Optimizer(name, parameters)


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
    options = {"maxiter": ITERATIONS, "maxcor": ITERATIONS}
    best = minimize(evaluate, start, jac=True, method="L-BFGS-B", options=options)
    assign(best.x)
    return float(best.fun)
