"""12. A bag's pairs

Steps 10 and 11 learn from one pair. Where do pairs come from? Hashtags have no order: the
words of a post are a bag, not a sentence. So every word of a bag is a context of every other,
and each is the centre once:

    bag = [5, 2, 7]               (numbers of words)

          centre       contexts         pairs (centre, context)
            5            2  7           (5, 2)  (5, 7)
            2            5  7           (2, 5)  (2, 7)
            7            5  2           (7, 5)  (7, 2)

The pair (5, 2) and the pair (2, 5) are two: once w_5 and c_2 learn, once w_2 and c_5. No
word is its own context.

A bag of n words has n (n - 1) pairs: 3 words 6 pairs, 10 words 90. A bag of one word has
none, nor has an empty one: then the list is empty.
"""

import numpy as np


def bag_pairs(bag):
    """All pairs of a bag.

    bag        a list of whole numbers, the words of a post, all different
    returned   a list of tuples (centre, context), in any order
    """
    # solution
    return [(i, j) for i in bag for j in bag if i != j]
    # end
