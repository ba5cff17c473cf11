"""30. Two experts are better than one

The recipe asks two models and keeps what both say. Better: let each expert score every
hashtag, and add the scores up. But scores come in units of their own: probabilities
P(tag | word) lie between 0 and 1, log(P(tag | word) / P(tag)) between -3 and 3. In a plain
sum the louder expert decides alone. So standardise each expert's scores, post by post:

    z = (score - mean) / deviation       mean over the hashtags of this post
                                         deviation: root of the mean of (score - mean)^2

and add up the z of all experts. An expert that gives all hashtags of a post the same score
has no opinion: its deviation is 0, and its z shall be 0 for this post.

One post, three hashtags, two experts:

    A = (0.5, 0.3, 0.1)    mean 0.3, deviation 0.163    z = ( 1.225,     0, -1.225)
    B = ( 10,  30,  20)    mean  20, deviation 8.165    z = (-1.225, 1.225,      0)
                                                  sum       (     0, 1.225, -1.225)

On 300 new posts of the package's sample the probabilities have an nDCG@10 of 0.52 (1 is a
perfect order), the log ratios 0.37, and their plain sum 0.47. Standardised the sum has
0.54: more than each alone.
"""

import numpy as np


def fuse(experts):
    """The sums (n_posts, n_hashtags).  experts: a list of arrays (n_posts, n_hashtags), one an expert."""
    # solution
    total = np.zeros(experts[0].shape)
    for scores in experts:
        centred = scores - scores.mean(axis=1, keepdims=True)
        deviation = scores.std(axis=1, keepdims=True)
        total += centred / np.where(deviation > 0, deviation, 1)
    return total
    # end
