"""Ratings beside those of `instahash.autorec`."""

import numpy as np
from scipy import sparse

from instahash.autorec import expansion_decay, rating_matrix
from instahash.learn.compare import case, same, unchanged


def check(answer):
    cases = [([4, 1], [5, 0, 6, 2], 7), ([2], [0], 3), ([], [2, 3, 1], 5), ([0, 3], [], 5), ([], [], 2)]
    rng = np.random.default_rng(16)
    for n in (5, 10):
        words = rng.permutation(20).tolist()
        cases.append((words[:6], words[6 : 6 + n], 20))
    for bag, expansion, n_words in cases:
        with case(f"bag = {bag}, expansion = {expansion}, n_words = {n_words}"):
            with unchanged(bag=bag, expansion=expansion):
                found = answer.ratings(bag, expansion, n_words)
            same(found, wanted(bag, expansion, n_words), "r", mistaken=mistaken(bag, expansion, n_words))


def wanted(bag, expansion, n_words):
    """Unstored entries of `rating_matrix` are the -1 of the background."""
    post = sparse.csr_array((np.ones(len(bag)), np.sort(np.array(bag, int)), [0, len(bag)]), shape=(1, n_words))
    stored = rating_matrix(post, np.array([expansion], int), expansion_decay(len(expansion)))
    r = np.full(n_words, -1.0)
    r[stored.indices] = stored.data
    return r


def mistaken(bag, expansion, n_words):
    """What plausible mistakes give, by the sentence that helps."""
    n = len(expansion)

    def row(decay, absent=-1, ids=expansion):
        r = np.full(n_words, float(absent))
        r[bag], r[ids] = 1, decay
        return r

    right = 1 - np.arange(1, n + 1) / max(n, 1)
    return {
        "missing term: the words of the expansion have -1 here, like absent ones": row(np.full(n, -1)),
        "words that are neither in the bag nor in the expansion are absent: they have -1, not 0": row(right, 0),
        "the expansion's ratings are cut to whole numbers: r is an array of ints; make it one of floats": row(
            right.astype(int)
        ),
        "the expansion goes down from 1 here, but 1 is for the bag: its first word has 1 - 1/n": row(
            1 - np.arange(n) / max(n, 1)
        ),
        "the expansion goes from 1 to 0 here, but 1 is for the bag: its first word has 1 - 1/n": row(
            np.linspace(1, 0, n)
        ),
        "the expansion goes down to -1 here; its last word has 0": row(np.linspace(right[0], -1, n) if n else right),
        "the expansion's ratings go by the word's number here, not by its rank in the list": row(
            right, ids=sorted(expansion)
        ),
        "the expansion's ratings go up here: the first of the list is the nearest and has the most": row(right[::-1]),
    }
