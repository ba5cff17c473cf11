"""17. One post through AutoRec

AutoRec makes a few numbers of a post, its codes h, and of these it makes the whole post
again. A place for such a number is called a hidden unit. Ratings are counted from that of
an absent word, x = r + 1: then x is 2 for the words of the bag and 0 for absent words,
nearly all. Now

    z = V x + mu            V (n_hidden, n_words), mu (n_hidden,)
    h = sigmoid(z) - 1/2    the codes (n_hidden,)
    o = U h + b             the outputs (n_words,)         U (n_words, n_hidden), b (n_words,)

    x  o o o o o o  -- V, mu -->  h  o o  -- U, b -->  o  o o o o o o

A sigmoid is 1/2 at z = 0. With 1/2 taken off, a unit that sees nothing says nothing.
Outputs have no sigmoid.

One unit, three words, V = (1, -1, 2), mu = log 3, U = (-4, -2, 2) as a column, b = (2, 3,
0), x = (2, 2, 0):

    z = 2 - 2 + 0 + log 3 = log 3           h = 3/4 - 1/2 = 1/4
    o = (-4, -2, 2) / 4 + (2, 3, 0) = (1, 5/2, 1/2)
"""

import numpy as np


def sigmoid(z):
    """1 / (1 + exp(-z)), as in step 1."""
    return np.exp(-np.logaddexp(0, -z))


def forward(V, mu, U, b, x):
    """The codes h (n_hidden,) and the outputs o (n_words,).  x (n_words,), the ratings + 1 already."""
    # solution
    h = sigmoid(V @ x + mu) - 1 / 2
    return h, U @ h + b
    # end
