"""7. The loss of the negatives

If only pairs that were seen had a loss, one long vector for all words would be perfect, and
nothing would be learnt. So the model draws some other words at random, the negatives. Most
of them never stood with the centre. For them the probability s(x) should be near 0, and the
loss is

    -log(1 - s(x)) = -log s(-x) = log(1 + exp(x))        small where x is very low

All words have a vector as context: the rows of a matrix C. drawn has the numbers of the
words that were drawn. The loss of all negatives is the sum of their losses. A word that was
drawn twice counts twice.

    C = [[1,  0],    <- word 0        w = (log 3, log 3), of the centre
         [0, -1],    <- word 1
         [1, -1]]    <- word 2        drawn = [1, 2, 2]

By hand: word 1 has the score x = w . c = -log 3, and its loss is log(1 + 1/3) = 0.2877.
Word 2 has the score 0, and its loss is log 2 = 0.6931, each time. The sum is 0.2877 +
0.6931 + 0.6931 = 1.6740.

C[drawn] takes rows of C: here rows 1, 2 and 2, a matrix of shape (n, dim) = (3, 2). With w
of shape (dim,), C[drawn] @ w is (n,): the last axis of the first meets the first of the
second. High scores happen, so mind the overflow as in step 2.
"""

import numpy as np


def negatives_loss(w, C, drawn):
    """The loss of all drawn words together.

    w          (dim,)            the vector of the centre
    C          (n_words, dim)    the vectors of all words as contexts
    drawn      (n,)              the words that were drawn: rows of C
    returned   one number
    """
    # solution
    return np.logaddexp(0, C[drawn] @ w).sum()
    # end
