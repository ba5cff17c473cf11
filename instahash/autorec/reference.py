"""AutoRec on dense arrays, from the equations, in plain NumPy; nothing shared with the kernels.

Sedhain et al. 2015, equation 2, with a weight for every entry, over m posts with inputs x and targets s, both ratings
less the background:

    J = 1/(2m) sum_ij w_ij (o_ij - s_ij)^2 + reg/2 (|V|^2 + |U|^2)          o = f(U g(V x + mu) + b)
"""

from __future__ import annotations

import numpy as np


def sigmoid(x):
    """1 / (1 + exp(-x)), without overflow."""
    return np.exp(-np.logaddexp(0.0, -x))


def hidden_units(name, Z):
    """Codes H = g(Z) and slopes g'(Z). Every g has g(0) = 0: the sigmoid is moved down by a half."""
    if name == "sigmoid":
        s = sigmoid(Z)
        return s - 0.5, s * (1 - s)
    if name == "tanh":
        return np.tanh(Z), 1 / np.cosh(np.clip(Z, -300, 300)) ** 2
    if name == "relu":
        return np.where(Z > 0, Z, 0), np.where(Z > 0, 1.0, 0.0)
    return Z, np.ones_like(Z)


def output_units(span, Z):
    """Outputs O = f(Z) and slopes f'(Z): the identity, or for span = (low, high) low + (high - low) sigmoid(Z)."""
    if span is None:
        return Z, np.ones_like(Z)
    low, high = span
    s = sigmoid(Z)
    return low + (high - low) * s, (high - low) * s * (1 - s)


def forward(V, mu, U, b, X, hidden="sigmoid", span=None):
    """Codes H (m, n_hidden) and outputs O (m, n_words) for the inputs X (m, n_words)."""
    H = hidden_units(hidden, X @ V.T + mu)[0]
    return H, output_units(span, H @ U.T + b)[0]


def loss_and_gradients(V, mu, U, b, X, S, weights=1.0, reg=0.0, hidden="sigmoid", span=None):
    """J and its gradients with respect to V, mu, U and b. weights : scalar or (m, n_words)."""
    m = len(X)
    H, slope = hidden_units(hidden, X @ V.T + mu)
    O, output_slope = output_units(span, H @ U.T + b)
    E = O - S
    loss = 0.5 * (weights * E**2).sum() / m + 0.5 * reg * ((V**2).sum() + (U**2).sum())
    dO = weights * E * output_slope
    dZ = (dO @ U) * slope
    return loss, dZ.T @ X / m + reg * V, dZ.sum(0) / m, dO.T @ H / m + reg * U, dO.sum(0) / m


def multinomial_loss_and_gradients(V, mu, U, b, X, S, reg=0.0, hidden="relu", kept=1.0):
    """Cross-entropy of targets s >= 0 under a softmax of the outputs (Liang et al. 2018, equation 2), and its gradients.

        J = -1/m sum_ij s_ij log p_ij + reg/2 (|V|^2 + |U|^2)          p_i = softmax(U (k_i * g(V x_i + mu)) + b)

    kept : k (m, n_hidden), what the codes are multiplied by: dropout's 0 and 1 / (1 - p).
    """
    m = len(X)
    H, slope = hidden_units(hidden, X @ V.T + mu)
    O = (kept * H) @ U.T + b
    log_p = O - np.logaddexp.reduce(O, axis=1, keepdims=True)
    loss = -(S * log_p).sum() / m + 0.5 * reg * ((V**2).sum() + (U**2).sum())
    dO = S.sum(1, keepdims=True) * np.exp(log_p) - S
    dZ = (dO @ U) * kept * slope
    return loss, dZ.T @ X / m + reg * V, dZ.sum(0) / m, dO.T @ (kept * H) / m + reg * U, dO.sum(0) / m


def rmse(V, mu, U, b, X, S, weights=1.0, hidden="sigmoid", span=None):
    """Root of the weighted mean of the squared errors."""
    squares = (forward(V, mu, U, b, X, hidden, span)[1] - S) ** 2
    return np.sqrt((weights * squares).sum() / (weights * np.ones_like(squares)).sum())


def ridge_decoder(H, S, reg):
    """U and b that minimise 1/(2m) |H U' + 1 b' - S|^2 + reg/2 |U|^2: the normal equations of the centred codes."""
    h, s = H.mean(0), S.mean(0)
    A, B = H - h, S - s
    U = np.linalg.solve(A.T @ A / len(H) + reg * np.eye(H.shape[1]), A.T @ B / len(H)).T
    return U, s - U @ h


def best_linear_map(X, S, rank, corruption=0.0):
    """B (n_words, n_words) of that rank for which the mean of |s - mean s - B' (x~ - mean x~)|^2 is least.

    x~ is x after each entry was dropped with probability p = `corruption` and the rest divided by 1 - p, in expectation
    over all drops (Chen et al. 2012): its covariance M is that of x plus p / (1 - p) times the mean squares of x.
    Without a limit of the rank B = M^-1 N with N the covariance of x and s; reduced-rank regression (Izenman 1975)
    projects B on the first eigenvectors of N' M^-1 N. For s = x and p = 0 this is principal component analysis.
    """
    A, C = X - X.mean(0), S - S.mean(0)
    M = A.T @ A / len(X) + corruption / (1 - corruption) * np.diag((X**2).mean(0))
    N = A.T @ C / len(X)
    B = np.linalg.lstsq(M, N, rcond=1e-10)[0]
    P = np.linalg.eigh(N.T @ B)[1][:, -rank:]
    return B @ P @ P.T


def add_product(S_indptr, S_indices, S_data, A, scale, out):
    """out += scale S A, with S in CSR: out[i] += scale sum_j s_ij A[j]."""
    for i in range(len(out)):
        for q in range(S_indptr[i], S_indptr[i + 1]):
            out[i] += scale * S_data[q] * A[S_indices[q]]


def outputs_at(indptr, indices, H, U, b, out):
    """out[q] = u_j . h_i + b_j for each stored entry q, in row i and column j, of a CSR matrix."""
    for i in range(len(H)):
        for q in range(indptr[i], indptr[i + 1]):
            out[q] = U[indices[q]] @ H[i] + b[indices[q]]


def correct(indptr, indices, data, H, U, b, absent_weight, span, K, DU):
    """What the stored entries add to the errors that all entries have as if they were absent.

    With o = u_j . h_i + b_j and w = `absent_weight`: K_q = (o - s) - w o, DU_i += K_q u_j; where `span` is not None
    (then w = 0) o goes through the output units first. Returns the sum of (o - s)^2 - w o^2.
    """
    square = 0.0
    for i in range(len(H)):
        for q in range(indptr[i], indptr[i + 1]):
            j = indices[q]
            o, slope = output_units(span, np.asarray(U[j] @ H[i] + b[j]))
            square += (o - data[q]) ** 2 - absent_weight * o**2
            K[q] = (o - data[q]) * slope - absent_weight * o
            DU[i] += K[q] * U[j]
    return square


def add_gram(X_T_indptr, X_T_indices, X_T_data, S_indptr, S_indices, S_data, out):
    """out[j] += row j of X'S, for the words j that are the rows of the CSR matrix X' and the posts' rows of S."""
    for j in range(len(out)):
        for q in range(X_T_indptr[j], X_T_indptr[j + 1]):
            post = X_T_indices[q]
            for t in range(S_indptr[post], S_indptr[post + 1]):
                out[j, S_indices[t]] += X_T_data[q] * S_data[t]


def momentum(theta, gradient, velocity, rate, beta):
    """Gradient descent with momentum (Polyak 1964); plain for beta = 0. Changes theta and velocity in place."""
    velocity[:] = beta * velocity + gradient
    theta -= rate * velocity


def adam(theta, gradient, m, v, rate, beta1, beta2, epsilon):
    """Kingma and Ba 2015, algorithm 1, second form of section 2: `rate` carries the corrections of m and v.

    Changes theta, m and v, all of one shape, in place.
    """
    m[:] = beta1 * m + (1 - beta1) * gradient
    v[:] = beta2 * v + (1 - beta2) * gradient**2
    theta -= rate * m / (np.sqrt(v) + epsilon)
