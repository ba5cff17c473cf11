"""The compiled twins of the functions of the same names in `reference.py`.

All real arrays of a call have one precision, float32 or float64, and so has `scale`. Threads may share them when each
is given rows of its own to change.
"""

from __future__ import annotations

import math

from instahash.jit import kernel


@kernel
def add_product(S_indptr, S_indices, S_data, A, scale, out):
    """out += scale S A, with S in CSR: out[i] += scale sum_j s_ij A[j]."""
    for i in range(out.shape[0]):
        end = S_indptr[i + 1]
        q = S_indptr[i]
        # Four entries at a time: out[i] is then read and written once for four rows of A.
        while q + 4 <= end:
            s0, s1 = scale * S_data[q], scale * S_data[q + 1]
            s2, s3 = scale * S_data[q + 2], scale * S_data[q + 3]
            a0, a1, a2, a3 = A[S_indices[q]], A[S_indices[q + 1]], A[S_indices[q + 2]], A[S_indices[q + 3]]
            for d in range(out.shape[1]):
                out[i, d] += s0 * a0[d] + s1 * a1[d] + s2 * a2[d] + s3 * a3[d]
            q += 4
        while q < end:
            s, a = scale * S_data[q], A[S_indices[q]]
            for d in range(out.shape[1]):
                out[i, d] += s * a[d]
            q += 1


@kernel
def outputs_at(indptr, indices, H, U, b, out):
    """out[q] = u_j . h_i + b_j for each stored entry q, in row i and column j, of a CSR matrix."""
    for i in range(H.shape[0]):
        h = H[i]
        for q in range(indptr[i], indptr[i + 1]):
            u = U[indices[q]]
            o = H.dtype.type(0)
            for d in range(h.shape[0]):
                o += u[d] * h[d]
            out[q] = o + b[indices[q]]


@kernel
def correct(indptr, indices, data, H, U, b, absent_weight, span, K, DU):
    """The stored entries' part of the errors, see the reference. span : (low, high), empty for the identity.

    A row of U is read once for its output and again, from the first-level cache, for its gradient.
    """
    real = H.dtype.type
    one, w = real(1), real(absent_weight)
    square = 0.0
    for i in range(H.shape[0]):
        h, du = H[i], DU[i]
        for q in range(indptr[i], indptr[i + 1]):
            u = U[indices[q]]
            o = real(0)
            for d in range(h.shape[0]):
                o += u[d] * h[d]
            o += b[indices[q]]
            slope = one
            if span.shape[0] > 0:
                share = real(0.5) + real(0.5) * real(math.tanh(real(0.5) * o))
                slope = (span[1] - span[0]) * share * (one - share)
                o = span[0] + (span[1] - span[0]) * share
            error = o - data[q]
            square += error * error - w * o * o
            k = error * slope - w * o
            K[q] = k
            for d in range(h.shape[0]):
                du[d] += k * u[d]
    return square


@kernel
def add_gram(X_T_indptr, X_T_indices, X_T_data, S_indptr, S_indices, S_data, out):
    """out[j] += row j of X'S, for the words j that are the rows of the CSR matrix X' and the posts' rows of S.

    A row of `out` stays in the first-level cache while all posts with word j are added to it.
    """
    for j in range(out.shape[0]):
        row = out[j]
        for q in range(X_T_indptr[j], X_T_indptr[j + 1]):
            post, x = X_T_indices[q], X_T_data[q]
            for t in range(S_indptr[post], S_indptr[post + 1]):
                row[S_indices[t]] += x * S_data[t]


@kernel
def momentum(theta, gradient, velocity, rate, beta):
    """Gradient descent with momentum (Polyak 1964): changes the one-dimensional theta and velocity in place."""
    rate, beta = theta.dtype.type(rate), theta.dtype.type(beta)
    for q in range(theta.shape[0]):
        velocity[q] = beta * velocity[q] + gradient[q]
        theta[q] -= rate * velocity[q]


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
