"""25. One probability for all words

A rating says yes or no to each word by itself. Where only the order of words matters, let
all words share one probability: what one word gets, the others lose. The softmax makes the
shares of the outputs o,

    p_j = exp(o_j) / Z          Z = sum of all exp(o_j)

and the loss is small where the n words of the post are likely. With s_j = 1 for
these and 0 elsewhere,

    J = - sum of s_j log p_j = n log Z - sum of s_j o_j        n = sum of all s_j

Return do, the derivative of J by each o_j. Two facts are all you need: the derivative of
log Z by o_j is p_j, and a sum of s_j o_j is a straight line.

Three words, o = (log 1, log 2, log 5), so Z = 8. The post has the last two, s = (0, 1, 1):

    p = (1/8, 2/8, 5/8)     J = 2 log 8 - log 2 - log 5 = 1.856     do = (1/4, -1/2, 1/4)

Outputs may be large: exp(1000) is inf. The line given for log p is safe. Make p of it.
"""

import numpy as np


def log_probabilities(o):
    """log p (n_words,): the largest output is taken off first, which changes no p, and no exp can overflow."""
    o = o - o.max()
    return o - np.log(np.exp(o).sum())


def loss(o, s):
    """J, a number.  o and s (n_words,)."""
    return -(s * log_probabilities(o)).sum()


def loss_gradient(o, s):
    """do (n_words,)."""
    # solution
    p = np.exp(log_probabilities(o))
    return s.sum() * p - s
    # end
