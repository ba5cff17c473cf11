"""1. The sigmoid

A score says how well a word and its neighbour fit: any number, from very negative to very large. The sigmoid makes a
probability of it:

    s(x) = 1 / (1 + exp(-x))            1 |          ______
                                          |        /
    s(0) = 0.5                        0.5 |       /
    s(2) = 1 / (1 + 0.1353) = 0.8808      |      /
    s(-2) = 1 - s(2) = 0.1192           0 |_____/__________
                                            -5    0     5
x is an array of any shape, and so is what comes back.

There is a catch: exp(1000) is more than a float64 can hold. It must neither become inf nor warn. So of exp(x) and
exp(-x) take only the one that is small, and for negative x write s(x) = exp(x) / (1 + exp(x)).
"""

import numpy as np


def sigmoid(x):
    """s(x), an array of the shape of x, for any finite numbers."""
    # solution
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1 + small)
    # end
