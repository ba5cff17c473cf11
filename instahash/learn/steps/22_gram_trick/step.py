"""22. A loss over all words, and no output computed

With 1,000 posts and 100,000 words O has 100,000,000 numbers. Yet S is sparse, nearly all
zeros, and O = H U' + b is a product. So multiply the square out, with <O, S> for the sum of
all O_ij S_ij:

    |O - S|^2 = |O|^2 - 2 <O, S> + |S|^2                      all are sums over posts and words

    |O|^2  = (sum of all H (U'U) * H)  +  2 (sum of all H (U'b))  +  m b.b
    <O, S> = (sum of all H * (S U))    +  (sum of all S b)

Here * multiplies entry by entry, all else are matrix products; m is the number of posts.
U'U, called a Gram matrix, is (n_hidden, n_hidden), and S U is (m, n_hidden). Only S is
(m, n_words), and there zeros cost nothing.

Write J = |O - S|^2 / (2m) so that O never exists. Two posts, one unit, two words:

    H = 1     U = 1     b = (1, 0)     S = (2, 0)     so O would be (2, 3)
        2         3                        (0, 5)                   (3, 6)

    U'U = 10, U'b = 1:                |O|^2 = (10 + 40) + 2 (1 + 2) + 2 (1) = 58
    S U = 2 and 15, S b = 2 and 0:    <O, S> = (2 + 30) + (2 + 0) = 34
    |O - S|^2 = 58 - 2 (34) + (4 + 25) = 19          J = 19/4
"""

import numpy as np


def loss(H, U, b, S):
    """J, a number.  H (m, n_hidden), U (n_words, n_hidden), b (n_words,), S a sparse array (m, n_words)."""
    m = len(H)
    squares_of_S = np.sum(S.data**2)
    # solution
    squares_of_O = (H @ (U.T @ U) * H).sum() + 2 * (H @ (U.T @ b)).sum() + m * b @ b
    products = (H * (S @ U)).sum() + (S @ b).sum()
    return (squares_of_O - 2 * products + squares_of_S) / 2 / m
    # end
