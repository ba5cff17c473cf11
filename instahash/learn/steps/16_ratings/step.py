"""16. What a post says of every word

Word2vec looks at pairs of words. The second model, AutoRec, looks at a whole post, and says
of every word how well it would fit. So a post is written as one row r of ratings, a number
for each word there is:

    1             the words of the post, its bag
    less by rank  its expansion: n other words, those nearest to the bag, the nearest first
    -1            every other word

The expansion's ratings go down to 0 in equal steps: 1 - 1/n, 1 - 2/n, ..., 1 - n/n.

Words are numbers, here 0 to 6. A post with bag [4, 1] and expansion [5, 0, 6, 2], so n = 4:

    word     0     1     2     3     4     5     6
    r       1/2    1     0    -1     1    3/4   1/4
"""

import numpy as np


def ratings(bag, expansion, n_words):
    """The ratings r, a float array (n_words,). `bag` and `expansion` are lists of word numbers, either may be empty."""
    # solution
    n = len(expansion)
    r = np.full(n_words, -1.0)
    r[bag] = 1
    r[expansion] = 1 - np.arange(1, n + 1) / n
    return r
    # end
