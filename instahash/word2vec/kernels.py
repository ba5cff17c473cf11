"""The compiled twins of the functions of the same names in `reference.py`.

Arrays are typed and contiguous: vectors float32 or float64 (n, dim), `indices`, `order`, `negatives` int32 or int64,
`indptr` integers, `weights`, W2, C2 float64. Losses are summed in float64. Nothing checks bounds here; the class does.
"""

from __future__ import annotations

import math

import numpy as np

from instahash.jit import kernel


@kernel
def sigmoid_and_loss(x):
    """(s(x), -log s(x)) from one exponential that cannot overflow."""
    if x >= 0.0:
        z = math.exp(-x)
        return 1.0 / (1.0 + z), math.log1p(z)
    z = math.exp(x)
    return z / (1.0 + z), math.log1p(z) - x


@kernel
def bag_gradient(X, Y, n, m, k, dX, dY, errors):
    """Loss and gradient of a bag: n centres X against m contexts Y, of which the first n are the bag's own.

    Writes dX[:n] and dY[:m]; `errors` (m,) is room to work in. Returns the loss.
    """
    dim = X.shape[1]
    share = k * (n - 1) / (m - n)
    loss = 0.0
    dY[:m] = 0.0
    for i in range(n):
        for j in range(m):
            score = X[i, 0] * Y[j, 0]
            for d in range(1, dim):
                score += X[i, d] * Y[j, d]
            errors[j] = score
        for j in range(n):
            s, pair = sigmoid_and_loss(errors[j])
            errors[j] = s - 1.0
            if i != j:
                loss += pair
        errors[i] = 0.0
        for j in range(n, m):
            s, pair = sigmoid_and_loss(-errors[j])
            errors[j] = share * (1.0 - s)
            loss += share * pair
        dX[i] = 0.0
        for j in range(m):
            error = errors[j]
            for d in range(dim):
                dX[i, d] += error * Y[j, d]
                dY[j, d] += error * X[i, d]
    return loss


@kernel
def adagrad_rows(A, A2, rows, n, gradient, weight, learning_rate):
    """A step of Adagrad with one step size a row: for the first n `rows`, with `weight` times their gradient."""
    dim = A.shape[1]
    for t in range(n):
        i = rows[t]
        square = gradient[t, 0] * gradient[t, 0]
        for d in range(1, dim):
            square += gradient[t, d] * gradient[t, d]
        A2[i] += weight * weight * square / dim
        if A2[i] > 0.0:
            step = A.dtype.type(learning_rate * weight / math.sqrt(A2[i]))
            for d in range(dim):
                A[i, d] -= step * gradient[t, d]


@kernel
def train_bags(W, C, W2, C2, indptr, indices, order, weights, negatives, k, learning_rate):
    """One step for each bag `order[t]`, with the shared negatives `negatives[t]`; returns the weighted loss.

    Changes W, C, W2, C2 in place: a bag's rows are gathered, its gradient taken, its rows written back.
    """
    n_shared = negatives.shape[1]
    longest = 0
    for t in range(order.shape[0]):
        longest = max(longest, indptr[order[t] + 1] - indptr[order[t]])
    X = np.empty((longest, W.shape[1]), W.dtype)
    Y = np.empty((longest + n_shared, W.shape[1]), W.dtype)
    dX, dY = np.empty_like(X), np.empty_like(Y)
    errors = np.empty(longest + n_shared, W.dtype)
    contexts = np.empty(longest + n_shared, np.int64)

    total = 0.0
    for t in range(order.shape[0]):
        p = order[t]
        n = indptr[p + 1] - indptr[p]
        if n < 2:
            continue
        m = n + n_shared
        for i in range(n):
            contexts[i] = indices[indptr[p] + i]
            X[i] = W[contexts[i]]
        for j in range(n, m):
            contexts[j] = negatives[t, j - n]
        for j in range(m):
            Y[j] = C[contexts[j]]
        total += weights[p] * bag_gradient(X, Y, n, m, k, dX, dY, errors)
        adagrad_rows(W, W2, contexts, n, dX, weights[p], learning_rate)
        adagrad_rows(C, C2, contexts, m, dY, weights[p], learning_rate)
    return total


@kernel
def top_k(scores, k):
    """Columns of the k highest scores of each row, highest first, ties by column; -1 where only -inf is left."""
    n_rows, n_columns = scores.shape
    ids = np.full((n_rows, k), -1, np.int32)
    values = np.full((n_rows, k), -np.inf, scores.dtype)
    for i in range(n_rows):
        best, value = ids[i], values[i]
        for j in range(n_columns):
            score = scores[i, j]
            if score > value[k - 1]:
                # Insert from behind; equal scores stay in front, so ties keep the lower column first.
                place = k - 1
                while place > 0 and score > value[place - 1]:
                    value[place] = value[place - 1]
                    best[place] = best[place - 1]
                    place -= 1
                value[place] = score
                best[place] = j
    return ids, values
