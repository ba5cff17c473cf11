"""29. What both models say

For a photo's description Word2Vec names the words nearest to it: `near`, the nearest first.
AutoRec rates all words: `outputs` (n_words,), above 0 means rather yes than no. The paper
recommends what both say:

    1. the words of `near` with an output above 0, in the order of `near`
    2. if there are none, the five words with the highest outputs, the highest first
    3. of what 1 or 2 gave, the hashtags only, even if that leaves none

Seven words, all but 4 and 6 are hashtags:

    near = [4, 0, 5, 2]     word         0     1     2     3     4     5     6
                            outputs    0.2   0.9  -0.1  -0.6   0.7   0.4  -0.9

    1. [4, 0, 5]            3. [0, 5]

With all outputs lower by 1 nothing is above 0:

    2. [1, 4, 5, 0, 2]      3. [1, 5, 0, 2]
"""

import numpy as np


def recommend(near, outputs, is_hashtag):
    """A list of word numbers.  near: a list of word numbers.  is_hashtag: bool (n_words,)."""
    # solution
    both = [word for word in near if outputs[word] > 0]
    if not both:
        both = list(np.argsort(-outputs)[:5])
    return [word for word in both if is_hashtag[word]]
    # end
