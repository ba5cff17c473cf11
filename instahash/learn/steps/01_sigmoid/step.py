"""1. The sigmoid

The model of this course gives two words a score x: any number, from very low to very high.
The sigmoid makes a probability of it, a number from 0 to 1:

    s(x) = 1 / (1 + exp(-x))
                                        1 |                  . . . .
    x      -5     0     5                 |              .
    s(x)   0.007  0.5   0.993         1/2 |            .
                                        0 | . . . .
                                          +------------------------- x

By hand: at x = log 3, exp(-x) is 1/3, so s = 1 / (4/3) = 3/4. At x = -log 3 it is 1/4.
(log is the natural logarithm, as np.log is.)

The one difficulty: exp(1000) is too large a number for a computer, it overflows. exp(-1000)
is no trouble, it is 0. So exp must never see a large positive number. Multiply above and
below by exp(x), and the same sigmoid reads

    s(x) = exp(x) / (1 + exp(x))

One of the two forms is safe where x >= 0, the other where x < 0. np.where(x >= 0, a, b) takes
a where x >= 0 and b elsewhere. But both a and b are computed for every x: is there one
exponential, never a large one, that both forms can use? np.abs(x) is |x|.
"""

import numpy as np


def sigmoid(x):
    """s(x) for each number of x.

    x          an array of any shape
    returned   an array of the same shape
    """
    # solution
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)
    # end
