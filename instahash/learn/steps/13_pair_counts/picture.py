"""Posts and words, and how often each two words met."""

import numpy as np
from scipy.sparse import csr_array

from instahash.learn.drawing import table


def draw(figure, answer):
    B = np.array([[1.0, 1, 0, 0], [1, 1, 1, 0], [0, 0, 1, 1]])
    left, right = figure.subplots(1, 2)
    words = ["sea", "sand", "sun", "dog"]
    table(left, B, "B: which post has which word", ["post 0", "post 1", "post 2"], words, zero="")
    table(right, answer.pair_counts(csr_array(B)).toarray(), "N: how often two words met", words, words, zero="")
    figure.set_size_inches(6.5, 3.0)
