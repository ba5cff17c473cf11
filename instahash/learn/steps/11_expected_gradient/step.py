"""11. The gradient without drawing

The loss of step 10 has two parts, and each word pulls or pushes with an error, as in steps
3 and 8:

    the pair           s(w . c_j) - 1         the two should come nearer
    each word l        k P_l s(w . c_l)       as a negative, it should go away; word j too

Every error e moves two vectors: it adds e c_l to dw, and e w to row l of dC. So row j of dC
gets two parts.

By hand: w = (log 3, log 3), C = [[1, 0], [0, -1], [1, -1]], j = 0, P = (1/2, 1/4, 1/4) and
k = 2. The scores are as in step 10, and s of them is 3/4, 1/4 and 1/2.

                    word 0    word 1    word 2
    as negatives    3/4       1/8       1/4           k P_l s(w . c_l)
    the pair       -1/4                               s(w . c_0) - 1
    together        1/2       1/8       1/4           one error a word

    dw = 1/2 (1, 0) + 1/8 (0, -1) + 1/4 (1, -1) = (0.75, -0.375)
    dC = [1/2 w, 1/8 w, 1/4 w] = [[0.5493, 0.5493], [0.1373, 0.1373], [0.2747, 0.2747]]
"""

import numpy as np
from scipy.special import expit as s  # the sigmoid of step 1


def expected_gradient(w, C, j, P, k):
    """The derivatives of the loss of step 10 by w and by C.

    w          (dim,)            the vector of the centre
    C          (n_words, dim)    the vectors of all words as contexts
    j          the context: a row of C
    P          (n_words,)        the probability of each word to be drawn
    k          how many negatives are drawn
    returned   dw (dim,) and dC (n_words, dim)
    """
    # solution
    errors = k * P * s(C @ w)
    errors[j] += s(C[j] @ w) - 1
    return errors @ C, np.outer(errors, w)
    # end
