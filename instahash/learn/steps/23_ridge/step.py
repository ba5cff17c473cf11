"""23. The best decoder, without a single step

The decoder, U and b, makes outputs of codes. If the codes H stay as they are, the best
decoder needs no training. What is to be least (U' is U transposed) is

    J = 1/(2m) |H U' + b - S|^2 + reg/2 |U|^2          H (m, n_hidden), S (m, n_words)

a parabola in U and b, so set its slopes to zero. That is called ridge regression. With the
means h and s of H and S over the posts, G = H - h and Y = S - s, the slopes are zero if

    (G'G / m + reg I) U' = G'Y / m          b = s - U h

where I is the identity (n_hidden, n_hidden). The first are linear equations, A U' = B,
which np.linalg.solve(A, B) solves for all words at once.

Two posts, one unit, one word, reg = 3:

    H = 0     h = 1     G = -1     G'G / m = 1         (1 + 3) U' = 4, so U = 1
        2                    1
    S = 1     s = 5     Y = -4     G'Y / m = 4         b = 5 - 1 (1) = 4
        9                    4

The outputs H U' + b are 4 and 6: nearer to each other than 1 and 9, as U costs something.
"""

import numpy as np


def ridge(H, S, reg):
    """U (n_words, n_hidden) and b (n_words,)."""
    # solution
    h, s = H.mean(axis=0), S.mean(axis=0)
    G, Y = H - h, S - s
    A = G.T @ G / len(H) + reg * np.eye(H.shape[1])
    U = np.linalg.solve(A, G.T @ Y / len(H)).T
    return U, s - U @ h
    # end
