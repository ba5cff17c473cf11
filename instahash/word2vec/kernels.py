"""The compiled twins of the functions of the same names in `reference.py`.

Arrays are typed and contiguous: vectors float32 or float64 (n, dim), `indices`, `order`, `negatives` int32 or int64,
`indptr` integers, `weights`, W2, C2 float64. Losses are summed in float64. Nothing checks bounds here; the class does.

Where `exact` is true the sigmoid is taken from the mathematical library, in the precision of the scores; where it is
false from :func:`fast_sigmoid_and_softplus`, whose loops compile to SIMD. The matrix products are BLAS's: a bag is a
few dozen rows of a few hundred bytes, so all it touches stays in the first-level cache.
"""

from __future__ import annotations

import math

import numpy as np

from instahash.jit import COMPILED, kernel

F = np.float32
# What the trainers pass as `exact`: the polynomials are the faster ones only where they are compiled.
EXACT = not COMPILED
# A step that must be halved more often gains nothing that float32 could show.
HALVINGS = 20


@kernel
def sigmoid_and_softplus(x):
    """(s(x), log(1 + exp(x))) from one exponential that cannot overflow. -log s(x) is softplus(x) - x."""
    if x >= 0.0:
        z = math.exp(-x)
        return 1.0 / (1.0 + z), x + math.log1p(z)
    z = math.exp(x)
    return z / (1.0 + z), math.log1p(z)


@kernel
def fast_sigmoid_and_softplus(x):
    """The same in float32 from polynomials: |error| <= 2e-7 in s, <= 3e-7 (1 + |x|) in softplus, at any finite x.

    z = exp(-|x|) = 2^n 2^r with n whole and |r| <= 1/2; 2^n is made by writing n into a float's exponent.
    """
    t = F(-1.44269504) * min(abs(x), F(80.0))
    n = np.int32(t - F(0.5))
    r = t - F(n)
    z = (F(1.34100055e-3) * r + F(9.67603642e-3)) * r + F(5.55029735e-2)
    z = (z * r + F(2.40221068e-1)) * r + F(6.93147242e-1)
    z = (z * r + F(1.00000012)) * np.int32((n + np.int32(127)) << np.int32(23)).view(np.float32)
    log = (F(-8.78330600e-3) * z + F(4.49444726e-2)) * z + F(-1.08857945e-1)
    log = (log * z + F(1.78255081e-1)) * z + F(-2.45235860e-1)
    log = ((log * z + F(3.32801729e-1)) * z + F(-4.99976993e-1)) * z + F(9.99999821e-1)
    q = F(1.0) / (F(1.0) + z)
    return (q if x >= F(0.0) else z * q), log * z + max(x, F(0.0))


@kernel
def sigmoids(scores, s, softplus, size, exact):
    """s and softplus of the first `size` scores; all three are flat arrays."""
    if exact:
        for q in range(size):
            s[q], softplus[q] = sigmoid_and_softplus(scores[q])
    else:
        for q in range(size):
            s[q], softplus[q] = fast_sigmoid_and_softplus(F(scores[q]))


@kernel
def bag_gradient(X, Y, n, k, dX, dY, workspace, exact):
    """Loss and gradient of a bag: centres X (n, dim) against contexts Y (m, dim), whose first n rows are the bag's own.

    Writes dX (n, dim) and dY (m, dim); workspace : (3, at least m n). Returns the loss.
    """
    m = Y.shape[0]
    own, size = n * n, m * n
    # One row a context: the bag's own pairs and the negatives are each one contiguous stretch.
    scores, s, softplus = workspace[0, :size], workspace[1, :size], workspace[2, :size]
    np.dot(Y, X.T, scores.reshape(m, n))
    sigmoids(scores, s, softplus, size, exact)

    positive, negative, one = X.dtype.type(0), X.dtype.type(0), X.dtype.type(1)
    times = X.dtype.type(k * (n - 1) / (m - n))
    for q in range(own):
        positive += softplus[q] - scores[q]
        s[q] -= one
    for i in range(n):
        positive -= softplus[i * n + i] - scores[i * n + i]
        s[i * n + i] = 0
    for q in range(own, size):
        negative += softplus[q]
        s[q] *= times
    errors = s.reshape(m, n)
    np.dot(errors.T, Y, dX)
    np.dot(errors, X, dY)
    return float(positive) + times * float(negative)


@kernel
def adagrad_rows(A, A2, rows, gradient, weight, learning_rate):
    """A step of Adagrad with one step size a row: `rows` of A, with `weight` times their `gradient`."""
    dim = A.shape[1]
    for t in range(gradient.shape[0]):
        i = rows[t]
        square = A.dtype.type(0)
        for d in range(dim):
            square += gradient[t, d] * gradient[t, d]
        A2[i] += weight * weight * square / dim
        if A2[i] > 0.0:
            step = A.dtype.type(learning_rate * weight / math.sqrt(A2[i]))
            for d in range(dim):
                A[i, d] -= step * gradient[t, d]


@kernel
def train_bags(W, C, W2, C2, indptr, indices, order, weights, negatives, k, learning_rate, exact):
    """One step for each bag `order[t]`, with the shared negatives `negatives[t]`; returns the weighted loss.

    Changes W, C, W2, C2 in place: a bag's rows are gathered once, its gradient taken, its rows written back once.
    """
    n_shared, dim = negatives.shape[1], W.shape[1]
    longest = 0
    for t in range(order.shape[0]):
        longest = max(longest, indptr[order[t] + 1] - indptr[order[t]])
    X, dX = np.empty((longest, dim), W.dtype), np.empty((longest, dim), W.dtype)
    Y, dY = np.empty((longest + n_shared, dim), W.dtype), np.empty((longest + n_shared, dim), W.dtype)
    workspace = np.empty((3, longest * (longest + n_shared)), W.dtype)
    contexts = np.empty(longest + n_shared, np.int64)

    total = 0.0
    for t in range(order.shape[0]):
        p = order[t]
        n = indptr[p + 1] - indptr[p]
        if n < 2:
            continue
        m = n + n_shared
        for j in range(m):
            word = indices[indptr[p] + j] if j < n else negatives[t, j - n]
            contexts[j] = word
            for d in range(dim):
                Y[j, d] = C[word, d]
        for i in range(n):
            word = contexts[i]
            for d in range(dim):
                X[i, d] = W[word, d]
        total += weights[p] * bag_gradient(X[:n], Y[:m], n, k, dX[:n], dY[:m], workspace, exact)
        adagrad_rows(W, W2, contexts, dX[:n], weights[p], learning_rate)
        adagrad_rows(C, C2, contexts, dY[:m], weights[p], learning_rate)
    return total


@kernel
def row_loss(scores, start, stop, indices, counts, a_i, b, s, softplus, exact):
    """The expected loss of one row, whose N is start:stop of `indices` and `counts`; leaves s and softplus behind."""
    sigmoids(scores, s, softplus, scores.shape[0], exact)
    negative = scores.dtype.type(0)
    for j in range(scores.shape[0]):
        negative += b[j] * softplus[j]
    loss = float(a_i * negative)
    for q in range(start, stop):
        loss += counts[q] * (softplus[indices[q]] - scores[indices[q]])
    return loss


@kernel
def expected_rows(scores, first, indptr, indices, counts, a, b, errors, curvature, losses, exact):
    """The expected loss of rows first, first + 1, ... of all pairs, and derivatives by the scores. With s = s(x_ij):

        errors_ij = (N_ij + a_i b_j) s - N_ij        curvature_ij = (N_ij + a_i b_j) s (1 - s)

    indptr, indices, counts : N, CSR.  Writes errors, curvature (n_rows, n_words) and losses (n_rows,) float64.
    """
    n_rows, n_words = scores.shape
    s, softplus = np.empty(n_words, scores.dtype), np.empty(n_words, scores.dtype)
    one = scores.dtype.type(1)
    for i in range(n_rows):
        start, stop = indptr[first + i], indptr[first + i + 1]
        losses[i] = row_loss(scores[i], start, stop, indices, counts, a[first + i], b, s, softplus, exact)
        for j in range(n_words):
            negatives = a[first + i] * b[j] * s[j]
            errors[i, j] = negatives
            curvature[i, j] = negatives * (one - s[j])
        for q in range(start, stop):
            j = indices[q]
            errors[i, j] -= counts[q] * (one - s[j])
            curvature[i, j] += counts[q] * s[j] * (one - s[j])


@kernel
def newton_steps(scores, moves, slopes, curvature, first, indptr, indices, counts, a, b, losses, steps, exact):
    """How far each row goes along its direction p_i: t_i = slope_i / sum_j curvature_ij moves_ij^2.

    moves : (n_rows, n_words), p_i . y_j.  slopes : (n_rows,), gradient times direction.
    A step is halved until the loss is not higher than before, since far out a softplus is flatter than its parabola.
    Writes steps, 0 where nothing is gained, and the new losses.
    """
    n_rows, n_words = scores.shape
    s, softplus = np.empty(n_words, scores.dtype), np.empty(n_words, scores.dtype)
    moved = np.empty(n_words, scores.dtype)
    for i in range(n_rows):
        start, stop = indptr[first + i], indptr[first + i + 1]
        along = scores.dtype.type(0)
        for j in range(n_words):
            along += curvature[i, j] * moves[i, j] * moves[i, j]
        step = slopes[i] / along if along > 0 else scores.dtype.type(0)
        steps[i] = 0
        for _ in range(HALVINGS):
            for j in range(n_words):
                moved[j] = scores[i, j] - step * moves[i, j]
            loss = row_loss(moved, start, stop, indices, counts, a[first + i], b, s, softplus, exact)
            if loss <= losses[i]:
                steps[i], losses[i] = step, loss
                break
            step *= scores.dtype.type(0.5)
