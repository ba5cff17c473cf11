"""8. The gradient of the negatives

The loss of step 7 is a sum over the drawn words. The one of a single word l is log(1 +
exp(x)), with x = w . c_l, and its derivative by x is s(x): again one number, the error, now
0 where the model is sure that the two do not belong together. As in step 3, the derivative
by one vector is the error times the other vector. So

    dw = sum over the drawn l of   s(w . c_l) c_l           the shape of w
    each l that was drawn adds     s(w . c_l) w             to row l of dC, of the shape of C

By hand, with w = (log 3, log 3), C = [[1, 0], [0, -1], [1, -1]] and drawn = [1, 2, 2]: the
errors are 1/4, 1/2, 1/2.

    dw = 1/4 (0, -1) + 1/2 (1, -1) + 1/2 (1, -1) = (1, -1.25)

    dC = [[0,      0     ],      word 0 was not drawn
          [0.2747, 0.2747],      1/4 w
          [1.0986, 1.0986]]      1/2 w + 1/2 w: word 2 was drawn twice, and both count

The one difficulty is such a word. dC[drawn] += ... writes each row only once, and one of
the two is lost. np.add.at(dC, drawn, rows), with rows (n, dim), adds rows[0] to dC[drawn[0]],
rows[1] to dC[drawn[1]], and so on, and loses none. It changes dC itself and returns nothing.
(np.outer(a, b) has the numbers a[t] b[d], a row for each of a.)
"""

import numpy as np
from scipy.special import expit as s  # the sigmoid of step 1


def negatives_gradient(w, C, drawn):
    """The derivatives of the loss of step 7 by w and by C.

    w          (dim,)            the vector of the centre
    C          (n_words, dim)    the vectors of all words as contexts
    drawn      (n,)              the words that were drawn: rows of C
    returned   dw (dim,) and dC (n_words, dim)
    """
    # solution
    errors = s(C[drawn] @ w)
    dC = np.zeros(C.shape)
    np.add.at(dC, drawn, np.outer(errors, w))
    return errors @ C[drawn], dC
    # end
