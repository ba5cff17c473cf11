"""28. Cases that find the mistake

A check of one case says something about one case. Hypothesis is a library that draws some
hundred cases, and when a test fails for one, looks for the smallest that still fails. What
it draws from is called a strategy:

    st.integers(0, 9)                      whole numbers from 0 to 9, both among them
    st.lists(st.booleans(), max_size=3)    lists of 0 to 3 draws, also with the same one twice
                                           (min_size= asks for more, unique=True forbids that)

In step 8 a word met its drawn negatives: a list of word numbers, in any order, in which a
word may come twice. There are n_words words, numbered from 0. Write the strategy for lists
of 0 to 6 of them. It must be able to give every list that may occur, and none that may not.

`gradient` below has a mistake that only some lists show: of two additions to the same row
one is lost. With your strategy `smallest_failure` finds it, and says [0, 0].
"""

import numpy as np
from hypothesis import find, settings
from hypothesis import strategies as st


def drawn_words(n_words):
    """A strategy for lists of 0 to 6 word numbers below n_words."""
    # solution
    return st.lists(st.integers(0, n_words - 1), max_size=6)
    # end


def gradient(w, C, drawn):
    """The gradient by C of the negatives' loss, with a mistake. `np.add.at` would be right."""
    errors = 1 / (1 + np.exp(-C[drawn] @ w))
    dC = np.zeros_like(C)
    dC[drawn] += np.outer(errors, w)
    return dC


def is_right(drawn, n_words):
    """Is the gradient the sum of what each drawn word adds?"""
    rng = np.random.default_rng(0)
    w, C = rng.normal(size=3), rng.normal(size=(n_words, 3))
    return np.allclose(gradient(w, C, drawn), sum((gradient(w, C, [word]) for word in drawn), np.zeros_like(C)))


def smallest_failure(n_words):
    """The smallest list for which the gradient is wrong."""
    alone = settings(database=None, deadline=None)
    return find(drawn_words(n_words), lambda drawn: not is_right(drawn, n_words), settings=alone)
