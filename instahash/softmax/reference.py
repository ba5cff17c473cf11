"""The softmax network on dense arrays, from the equations, in plain NumPy; nothing shared with the fast twins.

Its kernels are those of `network`, whose twins stand in `network/reference.py`.
"""

from __future__ import annotations

import numpy as np

from instahash.network.reference import hidden_units

A = np.ndarray  # the type; no array is called so


def log_probabilities(U: A, b: A, H: A) -> A:
    """log p (m, n_outputs) for the codes H (m, n_hidden), with p = softmax(U h + b)."""
    O = H @ U.T + b
    return O - np.logaddexp.reduce(O, axis=1, keepdims=True)


def output_gradients(U: A, b: A, H: A, S: A) -> tuple[float, A, A]:
    """The sum of the cross-entropies of S under p = softmax(o), D_ij = n_i p_ij - s_ij, and DH = D U."""
    log_p = log_probabilities(U, b, H)
    D = S.sum(1, keepdims=True) * np.exp(log_p) - S
    return -(S * log_p).sum(), D, D @ U


def normalisers(O: A, own: A, J: A, pi: A) -> A:
    """Estimates of Z_i = sum_j exp(o_ij), (m,): outputs of J that are not a post's own count 1 / pi_j times.

    O : (m, n_outputs).  own : bool (m, n_outputs).  J : bool (n_outputs,).  pi : (n_outputs,), chances of being in J.
    """
    return (np.where(own, 1.0, J / pi) * np.exp(O)).sum(axis=1)


def sampled_loss_and_gradients(
    V: A,
    mu: A,
    U: A,
    b: A,
    X: A,
    S: A,
    own: A,
    pi: A,
    reg: float = 0.0,
    hidden: str = "relu",
    kept: A | float = 1.0,
) -> tuple[float, A, A, A, A]:
    """As `loss_and_gradients`, with the estimated normalisers of the outputs J = any own, and L2 on its rows."""
    m, J, inputs = len(X), np.any(own, axis=0), np.any(X != 0, axis=0)
    H, slope = hidden_units(hidden, X @ V.T + mu)
    O = (kept * H) @ U.T + b
    n, Z = S.sum(axis=1), normalisers(O, own, J, pi)
    D = n[:, None] * np.where(own, 1.0, J / pi) * np.exp(O) / Z[:, None] - S
    DZ = (D @ U) * kept * slope
    V_used, U_used = V * inputs, U * J[:, None]
    loss = (n @ np.log(Z) - (S * O).sum()) / m + 0.5 * reg * ((V_used**2).sum() + (U_used**2).sum())
    DU = D.T @ (kept * H) / m + reg * U_used
    return loss, DZ.T @ X / m + reg * V_used, DZ.sum(0) / m, DU, D.sum(0) / m


def loss_and_gradients(
    V: A, mu: A, U: A, b: A, X: A, S: A, reg: float = 0.0, hidden: str = "relu", kept: A | float = 1.0
) -> tuple[float, A, A, A, A]:
    """Cross-entropy of targets s >= 0 under a softmax of the outputs (Liang et al. 2018, equation 2), its gradients.

        J = -1/m sum_ij s_ij log p_ij + reg/2 (|V|^2 + |U|^2)          p_i = softmax(U (k_i * g(V x_i + mu)) + b)

    kept : k (m, n_hidden), what the codes are multiplied by.
    """
    m = len(X)
    H, slope = hidden_units(hidden, X @ V.T + mu)
    loss, D, DH = output_gradients(U, b, kept * H, S)
    DZ = DH * kept * slope
    penalty = 0.5 * reg * ((V**2).sum() + (U**2).sum())
    return loss / m + penalty, DZ.T @ X / m + reg * V, DZ.sum(0) / m, D.T @ (kept * H) / m + reg * U, D.sum(0) / m
