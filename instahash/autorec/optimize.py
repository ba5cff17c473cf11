"""How a gradient becomes a step: SGD, momentum and Adam batch by batch; L-BFGS on all posts at once."""

from __future__ import annotations

import math

import numpy as np

from instahash.autorec import kernels

BETA, BETA1, BETA2, EPSILON = 0.9, 0.9, 0.999, 1e-8
# Iterations of L-BFGS that make an epoch, and the pairs of vectors that it remembers.
ITERATIONS = 10


def rate_at(done, learning_rate, schedule):
    """The learning rate after a share `done` in [0, 1) of the training: constant, or falling to zero."""
    if schedule == "linear":
        return learning_rate * (1.0 - done)
    return learning_rate * 0.5 * (1 + math.cos(math.pi * done)) if schedule == "cosine" else learning_rate


class Momentum:
    """Gradient descent with momentum; plain SGD for beta = 0.

    parameters : dict of name -> contiguous array. A step is one call of `begin` and then of `take` for each of their
    rows, in any order and by several threads: the arrays change in place, a part at a time.
    """

    def __init__(self, parameters, beta=BETA):
        self.parameters, self.beta = parameters, beta
        self.velocity = {name: np.zeros_like(value) for name, value in parameters.items()}

    def begin(self, rate):
        """Begin a step with this learning rate."""
        self.rate = rate

    def take(self, name, part, gradient):
        """The gradient of some rows of a parameter."""
        arrays = self.parameters[name][part], gradient, self.velocity[name][part]
        kernels.momentum(*(array.reshape(-1) for array in arrays), self.rate, self.beta)

    def state(self):
        """What a training needs to go on, a dict of arrays."""
        return {f"{name}_velocity": array for name, array in self.velocity.items()}

    def restore(self, state):
        """Take up what :meth:`state` gave."""
        for name, array in self.velocity.items():
            array[:] = state[f"{name}_velocity"]


class Adam:
    """Adam (Kingma and Ba, ICLR 2015): first and second moments of each parameter, and the number of steps taken.

    Used as :class:`Momentum` is.
    """

    def __init__(self, parameters):
        self.parameters = parameters
        self.m = {name: np.zeros_like(value) for name, value in parameters.items()}
        self.v = {name: np.zeros_like(value) for name, value in parameters.items()}
        self.steps = 0

    def begin(self, rate):
        """Begin a step with this learning rate."""
        self.steps += 1
        self.rate = rate * math.sqrt(1 - BETA2**self.steps) / (1 - BETA1**self.steps)

    def take(self, name, part, gradient):
        """The gradient of some rows of a parameter."""
        arrays = self.parameters[name][part], gradient, self.m[name][part], self.v[name][part]
        kernels.adam(*(array.reshape(-1) for array in arrays), self.rate, BETA1, BETA2, EPSILON)

    def state(self):
        """The moments and step count as a dict of arrays."""
        moments = {f"{name}_m": array for name, array in self.m.items()}
        return moments | {f"{name}_v": array for name, array in self.v.items()} | {"steps": np.array(self.steps)}

    def restore(self, state):
        """Take up what :meth:`state` gave."""
        for name in self.parameters:
            self.m[name][:], self.v[name][:] = state[f"{name}_m"], state[f"{name}_v"]
        self.steps = int(state["steps"])


def make_optimizer(name, parameters):
    """The optimiser of that name for a dict of arrays; None for "lbfgs", which keeps nothing between epochs."""
    if name == "lbfgs":
        return None
    return Adam(parameters) if name == "adam" else Momentum(parameters, BETA if name == "momentum" else 0.0)


def lbfgs_epoch(parameters, loss_and_gradients):
    """ITERATIONS iterations of SciPy's L-BFGS-B (Byrd, Lu, Nocedal and Zhu 1995), from an empty memory; in place.

    An epoch thus depends on nothing but the parameters it begins with, so that training can be resumed after any.
    Works in float64 on a copy: 25 numbers a parameter are held. Returns the least loss found.
    """
    from scipy.optimize import minimize

    sizes = np.cumsum([array.size for array in parameters.values()])

    def place(x):
        for array, values in zip(parameters.values(), np.split(x, sizes[:-1])):
            array.reshape(-1)[:] = values

    def evaluate(x):
        place(x)
        loss, gradients = loss_and_gradients()
        flat = np.concatenate([gradients[name].reshape(-1) for name in parameters]).astype(np.float64)
        return loss, flat

    start = np.concatenate([array.reshape(-1) for array in parameters.values()]).astype(np.float64)
    options = {"maxiter": ITERATIONS, "maxcor": ITERATIONS}
    best = minimize(evaluate, start, jac=True, method="L-BFGS-B", options=options)
    place(best.x)
    return float(best.fun)
