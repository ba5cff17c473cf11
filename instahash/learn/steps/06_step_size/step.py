"""6. Which step?

A smaller step h makes the central difference better, up to a point. Two errors are at work,
for x and f near 1:

    of the formula     h^2            smaller with a smaller step
    of rounding        epsilon / h    larger with a smaller step: f(x + h) and f(x - h) are
                                      nearly equal, and their difference has few digits left

epsilon is the distance from 1 to the next number of a computer: np.finfo(x.dtype).eps.
x.dtype is float64 or float32, numbers of 64 or of 32 bits. The best step is where both
errors are equal, h^2 = epsilon / h. That is at

    h = epsilon^(1/3), where the error is epsilon^(2/3): this one number is the tolerance

               epsilon     h          tolerance
    float64    2.2e-16     6.1e-06    3.7e-11      a right gradient may differ from the
    float32    1.2e-07     4.9e-03    2.4e-05      differences by this much

Numbers are further apart around a large x. So the step grows with |x|, not the tolerance:

    h = epsilon^(1/3) max(1, |x|)        in NumPy ** (1 / 3), np.maximum, np.abs

By hand: x = (0.5, 3, -2000) in float64 has h = (6.06e-06, 1.82e-05, 1.21e-02).
"""

import numpy as np


def step_size(x):
    """The step to take at each entry of x, and the tolerance.

    x          an array of float64 or float32, of any shape
    returned   h, of the shape of x; and the tolerance, one number
    """
    # solution
    epsilon = np.finfo(x.dtype).eps
    return epsilon ** (1 / 3) * np.maximum(1, np.abs(x)), epsilon ** (2 / 3)
    # end
