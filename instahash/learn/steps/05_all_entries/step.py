"""5. The derivative by every entry

A model has many parameters, in arrays. A loss f takes the whole array X and gives one
number. Move one entry of X at a time by h to both sides, while all others stay as they are,
and take the central difference of step 4:

                f( 1.0  2.1  3.0 )  -  f( 1.0  1.9  3.0 )        X = [[1, 2, 3], [4, 5, 6]],
                 ( 4.0  5.0  6.0 )      ( 4.0  5.0  6.0 )        h = 0.1
    G[0, 1]  =  -----------------------------------------
                                  2 h

Do so for each entry. The slopes make an array G of the shape of X.

By hand: f(X) = the sum of the squares of all entries. In G[0, 1] all squares cancel but one:
(2.1^2 - 1.9^2) / 0.2 = (4.41 - 3.61) / 0.2 = 4. The whole is G = [[2, 4, 6], [8, 10, 12]].

X may have one axis, two, or more. np.ndindex(X.shape) goes through all its entries,
whatever the shape: for X of shape (2, 3) it gives (0, 0), (0, 1), (0, 2), (1, 0), (1, 1),
(1, 2), and X[index] is the entry there.

X belongs to the caller: when you return, its numbers must be what they were, to the last
digit. So work on copies, such as X.copy() or X + something; Y = X alone makes no copy.
"""

import numpy as np


def differences(f, X, h):
    """The central difference of f by every entry of X.

    f          a function of an array of the shape of X, which returns one number
    X          an array of any shape
    h          the step, a number
    returned   G, of the shape of X
    """
    # solution
    G = np.zeros(X.shape)
    for index in np.ndindex(X.shape):
        move = np.zeros(X.shape)
        move[index] = h
        G[index] = (f(X + move) - f(X - move)) / (2 * h)
    return G
    # end
