"""4. A derivative by trying

Is a gradient right? Here is a way to find out without any calculus: change x by a little
and look at how much f changes. Go a step h to each side, and divide the difference of f by
the distance of the two points:

            f(x + h) - f(x - h)                     f |           . /
    slope = -------------------                       |         ./
            from x - h to x + h                       |       /. :
                                                      |     / .  :
                                                      |   /.  :  :
                                                      +----:--:--:--- x
                                                         x-h  x  x+h

This is called the central difference. By hand, for f(x) = x^3 at x = 2 with h = 0.1:

    f(2.1) = 9.261    f(1.9) = 6.859    slope = (9.261 - 6.859) / 0.2 = 12.01

The derivative is 3 x^2 = 12. Going to one side only, from f(2) = 8 to f(2.1), would give
12.61, much further off.
"""

import numpy as np


def central_difference(f, x, h):
    """The slope of f at x, from the values of f at a step h to each side.

    f          a function of one number, which returns one number
    x, h       numbers
    returned   one number
    """
    # solution
    return (f(x + h) - f(x - h)) / (2 * h)
    # end
