"""The compiled twins of the functions of the same names in `reference.py`; arrays are as in `network.kernels`."""

from __future__ import annotations

import math

from instahash.jit import kernel


@kernel
def correct(indptr, indices, data, H, U, b, absent_weight, span, K, DH):
    """The stored entries' part of the errors, see the reference. span : (low, high), empty for the identity.

    A row of U is read once for its output and again, from the first-level cache, for its gradient.
    """
    real = H.dtype.type
    one, w = real(1), real(absent_weight)
    square = 0.0
    for i in range(H.shape[0]):
        h, dh = H[i], DH[i]
        for q in range(indptr[i], indptr[i + 1]):
            u = U[indices[q]]
            o = real(0)
            for d in range(h.shape[0]):
                o += u[d] * h[d]
            o += b[indices[q]]
            slope = one
            if span.shape[0] > 0:
                fraction = real(0.5) + real(0.5) * real(math.tanh(real(0.5) * o))
                slope = (span[1] - span[0]) * fraction * (one - fraction)
                o = span[0] + (span[1] - span[0]) * fraction
            error = o - data[q]
            square += error * error - w * o * o
            k = error * slope - w * o
            K[q] = k
            for d in range(h.shape[0]):
                dh[d] += k * u[d]
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
