"""Skip-gram word2vec with negative sampling, on unordered bags of words.

Read in this order: `reference.py` (the equations in plain NumPy), `sampling.py` (every random draw), `kernels.py` (the
same functions as the reference, compiled), `model.py` (the class: checks, the epoch loop, questions to the vectors).

Letters, the same everywhere in this room:

    W       (n_words, dim)   input vectors, one row w_i a word as centre
    C       (n_words, dim)   output vectors, one row c_j a word as context
    W2, C2  (n_words,)       running sums of squared gradients of the rows of W and C
    P       (n_words,)       noise distribution
    k                        negatives a pair
    n                        words of a bag
    s(x)                     1 / (1 + exp(-x))
"""

from instahash.word2vec.model import Word2Vec

__all__ = ["Word2Vec"]
