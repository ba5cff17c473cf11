"""AutoRec on dense arrays, from the equations, in plain NumPy; nothing shared with the kernels.

Sedhain et al. 2015, equation 2, with every entry of r rated (the recipe's enforced negatives), over m posts:

    J = 1/(2m) sum_i |r_i - U g(V r_i + mu) - b|^2 + reg/2 (|V|^2 + |U|^2)
"""

from __future__ import annotations

import numpy as np


def sigmoid(x):
    """1 / (1 + exp(-x)), without overflow."""
    return np.exp(-np.logaddexp(0.0, -x))


def forward(V, mu, U, b, R):
    """Codes H (m, n_hidden) and outputs O (m, n_words) of the rating vectors R (m, n_words)."""
    H = sigmoid(R @ V.T + mu)
    return H, H @ U.T + b


def loss_and_gradients(V, mu, U, b, R, reg):
    """J and its gradients with respect to V, mu, U and b."""
    m = len(R)
    H, O = forward(V, mu, U, b, R)
    E = O - R
    dZ = (E @ U) * H * (1 - H)  # g'(z) = h (1 - h)
    loss = 0.5 * (E**2).sum() / m + 0.5 * reg * ((V**2).sum() + (U**2).sum())
    return loss, dZ.T @ R / m + reg * V, dZ.sum(0) / m, E.T @ H / m + reg * U, E.sum(0) / m


def centred(V):
    """The nearest V with V 1 = 0: each unit's weights less their mean."""
    return V - V.mean(axis=1, keepdims=True)


def rmse(V, mu, U, b, R):
    """Root of the mean squared error over all entries of R."""
    return np.sqrt(np.mean((forward(V, mu, U, b, R)[1] - R) ** 2))


def add_product(S_indptr, S_indices, S_data, A, scale, out):
    """out += scale S A, with S in CSR: out[i] += scale sum_j s_ij A[j]."""
    for i in range(len(out)):
        for q in range(S_indptr[i], S_indptr[i + 1]):
            out[i] += scale * S_data[q] * A[S_indices[q]]


def adam(theta, gradient, m, v, rate, beta1, beta2, epsilon):
    """Kingma and Ba 2015, algorithm 1, second form of section 2: `rate` carries the corrections of m and v.

    Changes theta, m and v, all of one shape, in place.
    """
    m[:] = beta1 * m + (1 - beta1) * gradient
    v[:] = beta2 * v + (1 - beta2) * gradient**2
    theta -= rate * m / (np.sqrt(v) + epsilon)
