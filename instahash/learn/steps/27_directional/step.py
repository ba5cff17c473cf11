"""27. A million derivatives in one number

In step 5 you moved one entry at a time: for a million entries that is two million losses.
There is a cheaper check. Move all parameters at once, each entry by t times a number d of
its own. How fast does the loss change along this direction? The gradient says

    said = sum over all parameters and all entries of gradient times d

and a central difference sees

    seen = (loss at parameters + t d  -  loss at parameters - t d) / 2t

With random directions a wrong gradient is found out at once, though not where it is wrong.

`parameters`, `gradients` and `directions` are lists of arrays: for each parameter one of
its shape. The loss is called with all parameters, loss(*parameters), and it must be called
twice only.

The loss a^3 b at a = 2, b = 1 has gradients 3 a^2 b = 12 and a^3 = 8. Along d = (1, -1),
with t = 0.1:

    said = 12 (1) + 8 (-1) = 4
    seen = (2.1^3 (0.9) - 1.9^3 (1.1)) / 0.2 = (8.3349 - 7.5449) / 0.2 = 3.95
"""

import numpy as np


def along(loss, parameters, gradients, directions, t):
    """said and seen, two numbers."""
    # solution
    said = sum(np.sum(g * d) for g, d in zip(gradients, directions))
    forwards = [p + t * d for p, d in zip(parameters, directions)]
    backwards = [p - t * d for p, d in zip(parameters, directions)]
    return said, (loss(*forwards) - loss(*backwards)) / (2 * t)
    # end
