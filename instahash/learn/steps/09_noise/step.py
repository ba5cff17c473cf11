"""9. From which words the negatives are drawn

Frequent words should be drawn more often than rare ones, but not as much more as they are
frequent. So a word is drawn with a probability in proportion to its count to the power 3/4:

    P_l  =  count_l^(3/4)  /  (the sum of all counts^(3/4))

By hand, for three words that occur 1, 16 and 81 times. 16 is 2^4, so 16^(3/4) = 2^3 = 8;
and 81^(3/4) = 3^3 = 27:

    word      count    count / 98    count^(3/4)    P = count^(3/4) / 36
    banjo         1         0.010              1    0.028     more often than its count says
    dog          16         0.163              8    0.222
    love         81         0.827             27    0.750     less often

All probabilities together are 1. A word with the count 0 is never drawn.
"""

import numpy as np


def noise(counts):
    """The probability of each word to be drawn as a negative.

    counts     (n_words,)    how often each word occurs
    returned   P, (n_words,)
    """
    # solution
    powers = counts ** (3 / 4)
    return powers / powers.sum()
    # end
