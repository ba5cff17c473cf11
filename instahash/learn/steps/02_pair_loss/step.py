"""2. The loss of one pair

Two words stand under the same photo. One is called the centre and has a vector w, the other
its context, with a vector c. Their score x is the product of the two vectors, one number:

    x = w . c = w[0] c[0] + w[1] c[1] + ...           in NumPy w @ c

    w = (log 3, 1)    c = (1, 0)      x = log 3 * 1 + 1 * 0 = log 3 = 1.0986

They were seen together, so s(x) should be near 1. The loss says how surprised the model is:

    loss = -log s(x)       0 where s(x) = 1, large where s(x) is near 0

By hand: x = log 3 gives s = 3/4, and the loss is -log 3/4 = log 4/3 = 0.2877.

The one difficulty: for x = -1000 a computer has s(x) = 0, and its logarithm is minus
infinity. The right loss is 1000. Put s(x) = 1 / (1 + exp(-x)) into the loss, and it is a
logarithm of a sum:

    -log s(x) = log(1 + exp(-x)) = log(exp(0) + exp(-x))

np.logaddexp(a, b) is log(exp(a) + exp(b)), and does not overflow for any a and b.
"""

import numpy as np


def pair_loss(w, c):
    """The loss -log s(w . c) of one pair that was seen.

    w, c       (dim,)    the vectors of the centre and of the context
    returned   one number
    """
    # solution
    return np.logaddexp(0, -w @ c)
    # end
