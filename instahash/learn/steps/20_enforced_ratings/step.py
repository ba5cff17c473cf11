"""20. What counts where a word is absent

AutoRec was made for stars, where only ratings that somebody gave count. But a post only
ever says yes. So outputs of 2 for every word, yes to everything, would have no error that
counts, and nothing would be learnt.

Absent words must count too, but less, since nobody writes all that fits. Each error gets a
weight w:

    w_j = 1         where the post rates the word: x_j > 0, in the bag or in its expansion
    w_j = absent    elsewhere, a number between 0 and 1

    J = 1/2 (sum of all w_j e_j^2)         e = o - x

Return J, and do: the derivative of J by each output o_j, where the way back starts.

Three words, one in the bag, one of the expansion, one absent, with absent = 0.2:

    x = (2, 3/2, 0)     o = (1, 2, 1/2)     e = (-1, 1/2, 1/2)     w = (1, 1, 0.2)
    J = 1/2 (1 + 1/4 + 0.2/4) = 0.65        do = (-1, 1/2, 0.1)
"""

import numpy as np


def weighted(o, x, absent):
    """J, a number, and do (n_words,).  o and x (n_words,)."""
    # solution
    w = np.where(x > 0, 1, absent)
    e = o - x
    return (w * e**2).sum() / 2, w * e
    # end
