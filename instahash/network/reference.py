"""What both models have in common, from the equations, in plain NumPy; nothing shared with the kernels.

`softmax` has no kernels of its own: those whose twins stand here are its kernels as well.
"""

from __future__ import annotations

from typing import Any

import numpy as np

A = np.ndarray  # the type; no array is called so


def sigmoid(x: Any) -> Any:
    """s(x) = 1 / (1 + exp(-x)), without overflow."""
    return np.exp(-np.logaddexp(0.0, -x))


def hidden_units(name: str, Z: A) -> tuple[A, A]:
    """Codes H = g(Z) and slopes g'(Z). Every g has g(0) = 0: the sigmoid is moved down by a half."""
    if name == "sigmoid":
        s = sigmoid(Z)
        return s - 0.5, s * (1 - s)
    if name == "tanh":
        return np.tanh(Z), 1 / np.cosh(np.clip(Z, -300, 300)) ** 2
    if name == "relu":
        return np.where(Z > 0, Z, 0), np.where(Z > 0, 1.0, 0.0)
    return Z, np.ones_like(Z)


def add_rows(S_indptr: A, S_indices: A, S_data: A, B: A, scale: float, out: A) -> None:
    """out += scale S B, with S in CSR: out[i] += scale sum_j s_ij B[j], rows of B."""
    for i in range(len(out)):
        for q in range(S_indptr[i], S_indptr[i + 1]):
            out[i] += scale * S_data[q] * B[S_indices[q]]


def take(B: A, rows: A, first: int, out: A) -> None:
    """out (n_rows, width) <- these rows of B (n, d): its columns from `first` on, and behind the last those from 0."""
    out[:] = np.roll(B[rows], -first, axis=1)[:, : out.shape[1]]


def momentum(theta: A, gradient: A, velocity: A, rate: float, beta: float) -> None:
    """Gradient descent with momentum (Polyak 1964), plain for beta = 0: changes theta and velocity in place."""
    velocity[:] = beta * velocity + gradient
    theta -= rate * velocity


def momentum_rows(theta: A, rows: A, first: int, gradient: A, velocity: A, rate: float, beta: float) -> None:
    """Momentum where only the rows named, each once, have a gradient, in the columns of `take`: these alone change."""
    at = np.ix_(rows, (first + np.arange(gradient.shape[1])) % theta.shape[1])
    velocity[at] = beta * velocity[at] + gradient
    theta[at] -= rate * velocity[at]


def adam(theta: A, gradient: A, m: A, v: A, rate: float, beta1: float, beta2: float, epsilon: float) -> None:
    """Kingma and Ba 2015, end of section 2: `rate` carries the corrections of m and v. Changes theta, m, v in place."""
    m[:] = beta1 * m + (1 - beta1) * gradient
    v[:] = beta2 * v + (1 - beta2) * gradient**2
    theta -= rate * m / (np.sqrt(v) + epsilon)


def adam_rows(
    theta: A, rows: A, first: int, gradient: A, m: A, v: A, rate: float, beta1: float, beta2: float, epsilon: float
) -> None:
    """Adam where only the rows named, each once, have a gradient, in the columns of `take`: these alone change."""
    at = np.ix_(rows, (first + np.arange(gradient.shape[1])) % theta.shape[1])
    m[at] = beta1 * m[at] + (1 - beta1) * gradient
    v[at] = beta2 * v[at] + (1 - beta2) * gradient**2
    theta[at] -= rate * m[at] / (np.sqrt(v[at]) + epsilon)
