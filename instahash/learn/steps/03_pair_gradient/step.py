"""3. The gradient of one pair

How does the loss of step 2 change when w or c change a little? There are two stages, and by
the chain rule their derivatives are multiplied. Start at the loss and go back:

    w, c  --->  x = w . c  --->  loss = -log s(x)
           (1)              (2)

(2) How the loss changes with x. The derivative of log u is 1/u, and the derivative of s(x)
    is s(x) (1 - s(x)). Put them together: much cancels. What is left is one number, called
    the error. It is 0 where the model is sure, at s(x) = 1.
(1) How x changes with w. As x = w[0] c[0] + w[1] c[1] + ..., x changes c[0] times as much as
    w[0] does. With c it is the other way round.

By hand: w = (log 3, 1) and c = (1, 0), so s(x) = 3/4. The error is -1/4: the loss falls
when the score rises. Then

    dw = (-0.25, 0)         how the loss changes with each number of w; the shape of w
    dc = (-0.2747, -0.25)   with each number of c; the shape of c
"""

import numpy as np
from scipy.special import expit as s  # the sigmoid of step 1


def pair_gradient(w, c):
    """The derivatives of the loss -log s(w . c) by w and by c.

    w, c       (dim,)    the vectors of the centre and of the context
    returned   dw, dc    both (dim,)
    """
    # solution
    error = s(w @ c) - 1
    return error * c, error * w
    # end
