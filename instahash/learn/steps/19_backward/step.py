"""19. Back through AutoRec

How does the loss change with each weight? Go back line by line. Each derivative is the one
behind it times what stood beside it on the way forward. Write dh for the derivative of J by
h, and so on:

    forward                              back, the last line first
    J = 1/2 sum of e^2,  e = o - x       do = e
    o = U h + b                          db = do     dU[j, k] = do[j] h[k]
                                         dh[k] = sum over all j of U[j, k] do[j]
    h = sigmoid(z) - 1/2                 dz = dh times the slope (1/2 + h)(1/2 - h)
    z = V x + mu                         dmu, dV: the same rule as for b and U

A derivative has the shape of what it belongs to: dV that of V, and so on. The pull reg/2
(|V|^2 + |U|^2) adds reg V to dV, and reg U to dU.

The example of the last steps with reg = 0, where h = 1/4 and o - x = (-1, 1/2, 1/2):

    db = do = (-1, 1/2, 1/2)          dU = do / 4 = (-1/4, 1/8, 1/8)
    dh = (-4)(-1) + (-2)(1/2) + 2 (1/2) = 4          dz = 4 (3/4)(1/4) = 3/4
    dmu = dz = 3/4                    dV = 3/4 (2, 2, 0) = (3/2, 3/2, 0)
"""

import numpy as np


def sigmoid(z):
    """1 / (1 + exp(-z)), as in step 1."""
    return np.exp(-np.logaddexp(0, -z))


def backward(V, mu, U, b, x, reg):
    """dV, dmu, dU, db.  V (n_hidden, n_words), mu (n_hidden,), U (n_words, n_hidden), b and x (n_words,)."""
    h = sigmoid(V @ x + mu) - 1 / 2
    o = U @ h + b
    # solution
    do = o - x
    dz = U.T @ do * (1 / 2 + h) * (1 / 2 - h)
    return np.outer(dz, x) + reg * V, dz, np.outer(do, h) + reg * U, do
    # end
