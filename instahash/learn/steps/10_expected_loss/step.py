"""10. The loss without drawing

Drawn negatives make noise: other words each time, so another loss each time. Let us do
without. If k words are drawn with the probabilities P of step 9, then word l comes k P_l
times on average. So take every word, with that weight:

    loss  =  -log s(w . c_j)  -  k  sum over all l of  P_l log s(-w . c_l)
             ---------------     -----------------------------------------
             the pair, step 2    the negatives, step 7, on average

This is the loss of word2vec (Mikolov et al. 2013, equation 4). j is the number of the
context: c_j is row j of C. The sum is over all words, also over j, for that word may be
drawn as well. k is a whole number, such as 5.

By hand: w = (log 3, log 3), C = [[1, 0], [0, -1], [1, -1]], j = 0, P = (1/2, 1/4, 1/4) and
k = 2. The scores w . c_l are log 3, -log 3 and 0.

    the pair        -log s(log 3) = log 4/3                                      = 0.2877
    the negatives   2 (1/2 log(1 + 3) + 1/4 log(1 + 1/3) + 1/4 log(1 + 1))
                  = 2 (0.6931         + 0.0719           + 0.1733)               = 1.8767
    loss                                                                         = 2.1644

Scores may be high or low, so mind the overflow as in steps 2 and 7.
"""

import numpy as np


def expected_loss(w, C, j, P, k):
    """The loss of a centre and its context, with all words as negatives.

    w          (dim,)            the vector of the centre
    C          (n_words, dim)    the vectors of all words as contexts
    j          the context: a row of C
    P          (n_words,)        the probability of each word to be drawn
    k          how many negatives are drawn
    returned   one number
    """
    # solution
    scores = C @ w
    return np.logaddexp(0, -scores[j]) + k * P @ np.logaddexp(0, scores)
    # end
