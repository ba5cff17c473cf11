"""The compiled twins of the functions of the same names in `reference.py`.

All real arrays of a call have one precision, float32 or float64, and so has `scale`. Threads may share them when each
is given rows of its own to change. The arrays of `momentum` and `adam` are one-dimensional.
"""

from __future__ import annotations

import math

from instahash.jit import kernel


@kernel
def add_rows(S_indptr, S_indices, S_data, B, scale, out):
    """out += scale S B, with S in CSR: out[i] += scale sum_j s_ij B[j], rows of B."""
    for i in range(out.shape[0]):
        q, end = S_indptr[i], S_indptr[i + 1]
        # Four entries at a time: out[i] is then read and written once for four rows of B.
        while q + 4 <= end:
            s0, s1 = scale * S_data[q], scale * S_data[q + 1]
            s2, s3 = scale * S_data[q + 2], scale * S_data[q + 3]
            b0, b1, b2, b3 = B[S_indices[q]], B[S_indices[q + 1]], B[S_indices[q + 2]], B[S_indices[q + 3]]
            for d in range(out.shape[1]):
                out[i, d] += s0 * b0[d] + s1 * b1[d] + s2 * b2[d] + s3 * b3[d]
            q += 4
        while q < end:
            s, b = scale * S_data[q], B[S_indices[q]]
            for d in range(out.shape[1]):
                out[i, d] += s * b[d]
            q += 1


@kernel
def momentum(theta, gradient, velocity, rate, beta):
    """Gradient descent with momentum (Polyak 1964), plain for beta = 0: changes theta and velocity in place."""
    rate, beta = theta.dtype.type(rate), theta.dtype.type(beta)
    for q in range(theta.shape[0]):
        velocity[q] = beta * velocity[q] + gradient[q]
        theta[q] -= rate * velocity[q]


@kernel
def momentum_rows(theta, rows, gradient, velocity, rate, beta):
    """`momentum` of these rows alone, each once; theta and velocity (n, d), gradient (n_rows, d)."""
    for k in range(rows.shape[0]):
        momentum(theta[rows[k]], gradient[k], velocity[rows[k]], rate, beta)


@kernel
def adam(theta, gradient, m, v, rate, beta1, beta2, epsilon):
    """Kingma and Ba 2015, end of section 2: `rate` carries the corrections of m and v. Changes theta, m, v in place."""
    real = theta.dtype.type
    rate, epsilon = real(rate), real(epsilon)
    keep1, new1 = real(beta1), real(1.0 - beta1)
    keep2, new2 = real(beta2), real(1.0 - beta2)
    for q in range(theta.shape[0]):
        m[q] = keep1 * m[q] + new1 * gradient[q]
        v[q] = keep2 * v[q] + new2 * gradient[q] * gradient[q]
        theta[q] -= rate * m[q] / (math.sqrt(v[q]) + epsilon)


@kernel
def adam_rows(theta, rows, gradient, m, v, rate, beta1, beta2, epsilon):
    """`adam` of these rows alone, each once; theta, m, v (n, d), gradient (n_rows, d)."""
    for k in range(rows.shape[0]):
        adam(theta[rows[k]], gradient[k], m[rows[k]], v[rows[k]], rate, beta1, beta2, epsilon)
