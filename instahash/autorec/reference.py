"""AutoRec on dense arrays, from the equations, in plain NumPy; nothing shared with the kernels.

Sedhain et al. 2015, equation 2, with a weight for every entry, over m posts with inputs x and targets s, both ratings
less the background:

    J = 1/(2m) sum_ij w_ij (o_ij - s_ij)^2 + reg/2 (|V|^2 + |U|^2)          o = f(U g(V x + mu) + b)
"""

from __future__ import annotations

import numpy as np

from instahash.network.reference import hidden_units, sigmoid

A = np.ndarray  # the type; no array is called so
Weights = A | float  # a scalar, or one a post and word, (m, n_words)
Span = tuple[float, float] | None  # (low, high) of sigmoid outputs, None for the identity


def output_units(Z: A, span: Span) -> tuple[A, A]:
    """Outputs O = f(Z) and slopes f'(Z): the identity, or for span = (low, high) low + (high - low) sigmoid(Z)."""
    if span is None:
        return Z, np.ones_like(Z)
    low, high = span
    s = sigmoid(Z)
    return low + (high - low) * s, (high - low) * s * (1 - s)


def forward(V: A, mu: A, U: A, b: A, X: A, hidden: str = "sigmoid", span: Span = None) -> tuple[A, A]:
    """Codes H (m, n_hidden) and outputs O (m, n_words) for the inputs X (m, n_words)."""
    H = hidden_units(hidden, X @ V.T + mu)[0]
    return H, output_units(H @ U.T + b, span)[0]


def decoder_gradients(
    U: A, b: A, H: A, S: A, w: Weights = 1.0, reg: float = 0.0, span: Span = None
) -> tuple[float, A, A, A]:
    """Sum of w e^2, its half's derivatives by the codes, D U, and J's by U and b."""
    O, slope = output_units(H @ U.T + b, span)
    E = O - S
    D = w * E * slope
    return (w * E**2).sum(), D @ U, D.T @ H / len(H) + reg * U, D.sum(0) / len(H)


def loss_and_gradients(
    V: A, mu: A, U: A, b: A, X: A, S: A, w: Weights = 1, reg: float = 0, hidden: str = "sigmoid", span: Span = None
) -> tuple[float, A, A, A, A]:
    """J and its gradients with respect to V, mu, U and b."""
    H, slope = hidden_units(hidden, X @ V.T + mu)
    square, DH, dU, db = decoder_gradients(U, b, H, S, w, reg, span)
    loss = 0.5 * square / len(X) + 0.5 * reg * ((V**2).sum() + (U**2).sum())
    DZ = DH * slope
    return loss, DZ.T @ X / len(X) + reg * V, DZ.sum(0) / len(X), dU, db


def mean_square(
    V: A, mu: A, U: A, b: A, X: A, S: A, w: Weights = 1, hidden: str = "sigmoid", span: Span = None, shift: float = 0
) -> float:
    """Weighted mean of the squared errors of outputs + `shift`: the targets may lie above another background."""
    squares = (forward(V, mu, U, b, X, hidden, span)[1] + shift - S) ** 2
    return float((w * squares).sum() / (w * np.ones_like(squares)).sum())


def ridge_decoder(H: A, S: A, reg: float) -> tuple[A, A]:
    """U and b that minimise 1/(2m) |H U' + 1 b' - S|^2 + reg/2 |U|^2: the normal equations of the centred codes."""
    h, s = H.mean(0), S.mean(0)
    G, Y = H - h, S - s
    U = np.linalg.solve(G.T @ G / len(H) + reg * np.eye(H.shape[1]), G.T @ Y / len(H)).T
    return U, s - U @ h


def best_linear_map(X: A, S: A, rank: int, corruption: float = 0.0) -> A:
    """B (n_words, n_words) of that rank for which the mean of |s - mean s - B' (x~ - mean x~)|^2 is least.

    x~ is x after each entry was dropped with probability p = `corruption` and the rest divided by 1 - p, in expectation
    over all drops (Chen et al. 2012): its covariance M is that of x plus p / (1 - p) times the mean squares of x.
    Without a limit of the rank B = M^-1 N with N the covariance of x and s; reduced-rank regression (Izenman 1975)
    projects B on the first eigenvectors of N' M^-1 N. For s = x and p = 0 this is principal component analysis.
    """
    C, Y = X - X.mean(0), S - S.mean(0)
    M = C.T @ C / len(X) + corruption / (1 - corruption) * np.diag((X**2).mean(0))
    N = C.T @ Y / len(X)
    B = np.linalg.lstsq(M, N, rcond=1e-10)[0]
    P = np.linalg.eigh(N.T @ B)[1][:, -rank:]
    return B @ P @ P.T


def correct(indptr: A, indices: A, data: A, H: A, U: A, b: A, absent_weight: float, span: Span, K: A, DH: A) -> float:
    """What the stored entries add to the errors that all entries have as if they were absent.

    With o = u_j . h_i + b_j and w = `absent_weight`: K_q = (o - s) - w o, DH_i += K_q u_j; where `span` is not None
    (then w = 0) o goes through the output units first. Returns the sum of (o - s)^2 - w o^2.
    """
    square = 0.0
    for i in range(len(H)):
        for q in range(indptr[i], indptr[i + 1]):
            j = indices[q]
            o, slope = output_units(np.asarray(U[j] @ H[i] + b[j]), span)
            square += (o - data[q]) ** 2 - absent_weight * o**2
            K[q] = (o - data[q]) * slope - absent_weight * o
            DH[i] += K[q] * U[j]
    return square


def add_gram(X_T_indptr: A, X_T_indices: A, X_T_data: A, S_indptr: A, S_indices: A, S_data: A, out: A) -> None:
    """out[j] += row j of X'S, for the words j that are the rows of the CSR matrix X' and the posts' rows of S."""
    for j in range(len(out)):
        for q in range(X_T_indptr[j], X_T_indptr[j + 1]):
            post = X_T_indices[q]
            for t in range(S_indptr[post], S_indptr[post + 1]):
                out[j, S_indices[t]] += X_T_data[q] * S_data[t]
