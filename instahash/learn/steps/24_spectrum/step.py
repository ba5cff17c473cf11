"""24. The best that n units can do

Whatever V and mu are, n hidden units give outputs U h + b: points on a line for one unit,
on a plane for two, and so on. Which line or plane is nearest to all posts? The singular
value decomposition knows, and no training can do better.

    1. Take the mean over the posts off: G = X - mean.
    2. P, d, Q = np.linalg.svd(G, full_matrices=False) makes layers of G, the largest first:

           G[i, j] = sum over k of  P[i, k] d[k] Q[k, j]          d[0] >= d[1] >= ... >= 0

    3. Keep the first n layers, and put the mean back.

What is left out is |O - X|^2 = d[n]^2 + d[n+1]^2 + ..., the spectrum's tail.

Four posts of two words, and n = 1. The mean is (1, 1):

    X = (0, 0)      G = (-1, -1)     d = (2, 1): along (1, 1) the posts     O = (0, 0)
        (2, 2)          ( 1,  1)     spread most, and that layer is kept        (2, 2)
        (3/2, 1/2)      ( 1/2, -1/2)                                            (1, 1)
        (1/2, 3/2)      (-1/2,  1/2)                        |O - X|^2 = 1       (1, 1)
"""

import numpy as np


def best_outputs(X, n):
    """The outputs O (m, n_words) nearest to X (m, n_words) that n hidden units can give."""
    # solution
    mean = X.mean(axis=0)
    P, d, Q = np.linalg.svd(X - mean, full_matrices=False)
    return P[:, :n] * d[:n] @ Q[:n] + mean
    # end
