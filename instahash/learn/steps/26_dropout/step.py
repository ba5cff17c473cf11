"""26. Units that are missing now and then

A network with many units can learn its posts by heart. Dropout hinders that: in each
training step every unit is missing with probability p, so that no unit can rely on another.
The codes h are multiplied by k:

    kept_j = k_j h_j           k_j = 0            where unit j is dropped
                               k_j = 1 / (1 - p)  where it stays

Dividing by 1 - p makes up for the missing ones: over many draws the mean of k_j is 1, so
the mean of kept is h. When the network is used, nothing is dropped and nothing else need
change.

Each code has a draw, a number from 0 to 1. It is dropped where its draw is below p.

The way back starts from dkept, the derivative of J by each kept_j. What is dh, the
derivative by each h_j?

Four codes, p = 0.2:

    draws = (0.9,  0.1, 0.5, 0.3)         k    = (1.25, 0, 1.25,  1.25)
    h     = (0.2, -0.4, 0.1, 0.3)         kept = (0.25, 0, 0.125, 0.375)
    dkept = (  1,    2,   3,   4)         dh   = (1.25, 0, 3.75,  5)
"""

import numpy as np


def dropout(h, dkept, draws, p):
    """kept and dh, both of the shape of h, which `dkept` and `draws` have too."""
    # solution
    k = np.where(draws < p, 0, 1 / (1 - p))
    return k * h, k * dkept
    # end
