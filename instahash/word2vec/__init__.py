"""Skip-gram word2vec with negative sampling, on unordered bags of words.

Read in this order: `reference.py` (the equations in plain NumPy), `kernels.py` (the same functions, compiled),
`learnt.py` (what is kept between trainings), `sampling.py` (every random draw, and the trainer that visits bag by bag),
`exact.py` (the trainer of all pairs at once, from counts), `plan.py` (what a training will cost), `model.py` (the class
that trains). `settings.py` has the parameters. `vectors.py` answers queries with the vectors, `formats.py` exchanges
them with other tools. docs/word2vec.md derives it all, from one pair's loss on.

Letters, the same everywhere in this package:

    W       (n_words, dim)   input vectors, one row w_i a word as centre
    C       (n_words, dim)   output vectors, one row c_j a word as context
    W2, C2  (n_words,)       running sums of squared gradients of the rows of W and C
    P       (n_words,)       noise distribution
    k                        negatives a pair
    N       (n_words, n_words) co-occurrence counts, each bag with its weight; n_i is the sum of row i
    a, b    (n_words,)       a_i b_j = k n_i P_j, the negatives expected of centre i and context j
    n                        words of a bag
    s(x)                     1 / (1 + exp(-x))
"""

from instahash.word2vec.model import Word2Vec
from instahash.word2vec.plan import Plan
from instahash.word2vec.settings import Word2VecSettings
from instahash.word2vec.vectors import WordVectors, choose_vectors

__all__ = ["Plan", "Word2Vec", "Word2VecSettings", "WordVectors", "choose_vectors"]
