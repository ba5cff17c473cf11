"""Adam (Kingma and Ba, ICLR 2015), one state for a dict of parameters."""

from __future__ import annotations

import math

import numpy as np

from instahash.autorec import kernels

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class Adam:
    """First and second moments of each parameter, and the number of steps taken.

    parameters : dict of name -> contiguous array; `step` changes these arrays in place.
    """

    def __init__(self, parameters):
        self.parameters = parameters
        self.m = {name: np.zeros_like(value) for name, value in parameters.items()}
        self.v = {name: np.zeros_like(value) for name, value in parameters.items()}
        self.steps = 0

    def step(self, gradients, learning_rate, pool, n_threads):
        """One step; `gradients` holds an array of the same shape for each parameter."""
        self.steps += 1
        rate = learning_rate * math.sqrt(1 - BETA2**self.steps) / (1 - BETA1**self.steps)
        for name, theta in self.parameters.items():
            flat = [array.reshape(-1) for array in (theta, gradients[name], self.m[name], self.v[name])]
            cuts = np.linspace(0, theta.size, n_threads + 1).astype(int)
            parts = [slice(a, b) for a, b in zip(cuts, cuts[1:])]
            list(pool.map(lambda part: kernels.adam(*(a[part] for a in flat), rate, BETA1, BETA2, EPSILON), parts))

    def state(self):
        """The moments and step count as a dict of arrays."""
        moments = {f"{name}_m": array for name, array in self.m.items()}
        return moments | {f"{name}_v": array for name, array in self.v.items()} | {"steps": np.array(self.steps)}

    def restore(self, state):
        """Take up what :meth:`state` gave."""
        for name in self.parameters:
            self.m[name][:], self.v[name][:] = state[f"{name}_m"], state[f"{name}_v"]
        self.steps = int(state["steps"])
