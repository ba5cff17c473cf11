"""15. The nearest words

The vectors are trained. Which words are near to a given word? Those whose vectors have the
same direction, whatever their length: a long vector only says that a word is frequent or
sure of itself. The cosine measures the direction:

    cosine(a, b) = a . b / (|a| |b|)        1: same direction   0: right angle   -1: opposite
    |a| = root of (a[0]^2 + a[1]^2 + ...), the length

By hand, for these five words, with |(4, 3)| = root of (16 + 9) = 5:

                vector        length    product with sea    cosine
    0  sea     ( 4  , 3  )    5         25                  25 / (5 * 5) = 1
    1  dog     (-3  , 4  )    5          0                   0
    2  ocean   ( 0.4, 0.3)    0.5        2.5                2.5 / (5 * 0.5) = 1
    3  sand    ( 3  , 4  )    5         24                  24 / (5 * 5) = 0.96
    4  love    ( 7  , 0  )    7         28                  28 / (5 * 7) = 0.8

The two nearest to sea are ocean and then sand: the answer is [2, 3], without sea itself.

np.linalg.norm(vectors, axis=1) has the length of each row. np.argsort(a) says where in a the
smallest number stands, then the next: np.argsort([5, 2, 9]) is [1, 0, 2].
"""

import numpy as np


def nearest(vectors, i, top):
    """The words with the highest cosines to word i, highest first, without i itself.

    vectors    (n_words, dim)    a vector a word
    i          the word
    top        how many are wanted
    returned   (top,)            the numbers of the words
    """
    # solution
    lengths = np.linalg.norm(vectors, axis=1)
    cosines = vectors @ vectors[i] / (lengths * lengths[i])
    cosines[i] = -np.inf
    return np.argsort(-cosines)[:top]
    # end
