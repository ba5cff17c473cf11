"""The softmax network on dense arrays, from the equations, in plain NumPy; nothing shared with the fast twins."""

from __future__ import annotations

import numpy as np

from instahash.network.reference import hidden_units

A = np.ndarray  # the type; no array is called so


def forward(V: A, mu: A, U: A, b: A, X: A, hidden: str = "relu", kept: A | float = 1.0) -> tuple[A, A, A]:
    """Codes, their slopes, and log-probabilities log p (m, n_outputs) for the inputs X (m, n_inputs)."""
    H, slope = hidden_units(hidden, X @ V.T + mu)
    O = (kept * H) @ U.T + b
    return kept * H, kept * slope, O - np.logaddexp.reduce(O, axis=1, keepdims=True)


def loss_and_gradients(
    V: A, mu: A, U: A, b: A, X: A, S: A, reg: float = 0.0, hidden: str = "relu", kept: A | float = 1.0
) -> tuple[float, A, A, A, A]:
    """Cross-entropy of targets s >= 0 under a softmax of the outputs (Liang et al. 2018, equation 2), its gradients.

        J = -1/m sum_ij s_ij log p_ij + reg/2 (|V|^2 + |U|^2)          p_i = softmax(U (k_i * g(V x_i + mu)) + b)

    kept : k (m, n_hidden), what the codes are multiplied by.
    """
    m = len(X)
    H, slope, log_p = forward(V, mu, U, b, X, hidden, kept)
    loss = -(S * log_p).sum() / m + 0.5 * reg * ((V**2).sum() + (U**2).sum())
    D = S.sum(1, keepdims=True) * np.exp(log_p) - S
    DZ = (D @ U) * slope
    return loss, DZ.T @ X / m + reg * V, DZ.sum(0) / m, D.T @ H / m + reg * U, D.sum(0) / m
