"""21. A batch of posts

m posts go through the network at once, a row each: X (m, n_words). What was a vector for
one post is now a matrix with a row a post. V' is V transposed:

    H = sigmoid(X V' + mu) - 1/2  (m, n_hidden)          O = H U' + b,  E = O - S  (m, n_words)

    J = 1/(2m) (sum of all E^2)

S is what should come out, here X itself or another matrix. V, mu, U and b are the same for
all posts, and J is the mean over the posts. So each gradient is the mean of those that the
posts have by themselves, as in step 19 without the pull. A sum over posts i of all E[i, j]
H[i, k] is one matrix product, (n_words, m) by (m, n_hidden): it sums over the posts' axis.

Two posts, one unit, three words: V = (1, -1, 0), mu = 0, U = (4, -2, 4) as a column, b = 0,

    X = (log 3, 0, 0)  H =  1/4  O = ( 1, -1/2,  1)  S = ( 0, -1/2,    1)  E = (1,   0,   0)
        (0, log 3, 0)      -1/4      (-1,  1/2, -1)      (-1,    0, -3/2)      (0, 1/2, 1/2)

    db = 1/2 ((1, 0, 0) + (0, 1/2, 1/2)) = (1/2, 1/4, 1/4)
    dU = 1/2 ((1, 0, 0)/4 - (0, 1/2, 1/2)/4) = (1/8, -1/16, -1/16)
    dH = E U = 4 and 1, times slopes of 3/16 each: dZ = 3/4 and 3/16
    dmu = 1/2 (3/4 + 3/16) = 15/32    dV = 1/2 (3/4 log 3, 3/16 log 3, 0) = (0.412, 0.103, 0)
"""

import numpy as np


def sigmoid(z):
    """1 / (1 + exp(-z)), as in step 1."""
    return np.exp(-np.logaddexp(0, -z))


def batch_gradients(V, mu, U, b, X, S):
    """dV (n_hidden, n_words), dmu (n_hidden,), dU (n_words, n_hidden), db (n_words,)."""
    m = len(X)
    H = sigmoid(X @ V.T + mu) - 1 / 2
    E = H @ U.T + b - S
    # solution
    dZ = E @ U * (1 / 2 + H) * (1 / 2 - H)
    return dZ.T @ X / m, dZ.sum(axis=0) / m, E.T @ H / m, E.sum(axis=0) / m
    # end
