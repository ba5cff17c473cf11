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
def take(B, rows, first, out):
    """out (n_rows, width) <- these rows of B (n, d): its columns from `first` on, and behind the last those from 0."""
    width = out.shape[1]
    end = min(first + width, B.shape[1])
    n = end - first
    for k in range(rows.shape[0]):
        source, target = B[rows[k], first:end], out[k, :n]
        for d in range(n):
            target[d] = source[d]
        source, target = B[rows[k]], out[k, n:]
        for d in range(width - n):
            target[d] = source[d]


@kernel
def momentum(theta, gradient, velocity, rate, beta):
    """Gradient descent with momentum (Polyak 1964), plain for beta = 0: changes theta and velocity in place."""
    rate, beta = theta.dtype.type(rate), theta.dtype.type(beta)
    for q in range(theta.shape[0]):
        velocity[q] = beta * velocity[q] + gradient[q]
        theta[q] -= rate * velocity[q]


@kernel
def momentum_rows(theta, rows, first, gradient, velocity, rate, beta):
    """`momentum` of a part of these rows, each once; theta, velocity (n, d), gradient (n_rows, width), see `take`."""
    width = gradient.shape[1]
    end = min(first + width, theta.shape[1])
    n, rest = end - first, first + width - end
    for k in range(rows.shape[0]):
        i = rows[k]
        momentum(theta[i, first:end], gradient[k, :n], velocity[i, first:end], rate, beta)
        momentum(theta[i, :rest], gradient[k, n:], velocity[i, :rest], rate, beta)


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
def adam_rows(theta, rows, first, gradient, m, v, rate, beta1, beta2, epsilon):
    """`adam` of a part of these rows, each once; theta, m, v (n, d), gradient (n_rows, width), see `take`."""
    width = gradient.shape[1]
    end = min(first + width, theta.shape[1])
    n, rest = end - first, first + width - end
    for k in range(rows.shape[0]):
        i = rows[k]
        adam(theta[i, first:end], gradient[k, :n], m[i, first:end], v[i, first:end], rate, beta1, beta2, epsilon)
        adam(theta[i, :rest], gradient[k, n:], m[i, :rest], v[i, :rest], rate, beta1, beta2, epsilon)
