"""The compiled twins of the functions of the same names in `reference.py`.

A, out, G, theta, gradient, m, v are float32 or float64; `indptr`, `indices`, `rows` integers. Threads may share the
arrays when each is given rows or columns of its own.
"""

from __future__ import annotations

import math

from instahash.jit import kernel


@kernel
def gather(A, indptr, indices, data, rows, out):
    """out[t] = sum_j s_j A[j], with s the sparse row `rows[t]`: S A."""
    for t in range(rows.shape[0]):
        out[t] = 0.0
        for q in range(indptr[rows[t]], indptr[rows[t] + 1]):
            s, j = data[q], indices[q]
            for d in range(A.shape[1]):
                out[t, d] += s * A[j, d]


@kernel
def scatter(A, indptr, indices, data, rows, G, scale):
    """A[j] += scale s_j G[t] for every entry s_j of the sparse row `rows[t]`: A += scale S' G."""
    for t in range(rows.shape[0]):
        for q in range(indptr[rows[t]], indptr[rows[t] + 1]):
            s, j = A.dtype.type(scale * data[q]), indices[q]
            for d in range(A.shape[1]):
                A[j, d] += s * G[t, d]


@kernel
def adam(theta, gradient, m, v, rate, beta1, beta2, epsilon):
    """Kingma and Ba 2015, algorithm 1: changes the one-dimensional theta, m and v in place."""
    real = theta.dtype.type
    rate, epsilon = real(rate), real(epsilon)
    keep1, new1 = real(beta1), real(1.0 - beta1)
    keep2, new2 = real(beta2), real(1.0 - beta2)
    for q in range(theta.shape[0]):
        m[q] = keep1 * m[q] + new1 * gradient[q]
        v[q] = keep2 * v[q] + new2 * gradient[q] * gradient[q]
        theta[q] -= rate * m[q] / (math.sqrt(v[q]) + epsilon)
