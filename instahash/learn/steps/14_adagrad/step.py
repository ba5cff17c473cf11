"""14. A step of Adagrad

A small step against the gradient makes the loss smaller. But how small? A word that comes in
each post gets a gradient each time, a rare word seldom. A holds the vectors, a row a word.
Adagrad remembers for each row how large its gradients were, and divides by that:

    A2[i]  grows by   the mean of g^2                     one number for each row, first 0
    A[i]   falls by   rate g / (the root of A2[i])        with the A2[i] that has grown already

So the first step of every row is long, and the later ones are shorter and shorter.

By hand: A[i] = (1, 1), A2[i] = 0, g = (1, 7), rate = 0.5. The mean of g^2 is (1 + 49) / 2,
so A2[i] = 25, its root is 5, and the step 0.5 (1, 7) / 5 = (0.1, 0.7): A[i] = (0.9, 0.3).
The same g once more: A2[i] = 50, its root is 7.07, and the step (0.0707, 0.495) is shorter:
A[i] = (0.8293, -0.195).

Change A and A2 in place, only their row i, and return nothing: A[i] -= ... writes into the
array of the caller. If the gradient was 0 so far, so is A2[i], and dividing by it would
make nan of A[i]. Then leave A[i] as it is.
"""

import numpy as np


def adagrad(A, A2, i, g, rate):
    """One step for row i of A. Changes A and A2 in place.

    A          (n_words, dim)    the vectors
    A2         (n_words,)        what the mean squares of each row's gradients add up to
    i          the row
    g          (dim,)            the gradient by A[i]
    rate       the step size, a number
    """
    # solution
    A2[i] += np.mean(g**2)
    if A2[i] > 0:
        A[i] -= rate * g / np.sqrt(A2[i])
    # end
