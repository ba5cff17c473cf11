"""AutoRec: an autoencoder that completes rating vectors (Sedhain, Menon, Sanner and Xie, WWW 2015).

Read in this order: `reference.py` (the equations on dense arrays), `ratings.py` (what the model is asked to reproduce),
`kernels.py` (the sparse products and the optimiser's update, compiled), `optimize.py` (Adam), `model.py` (the class:
checks, the exact minibatch step, the epoch loop).

Letters, the same everywhere in this room:

    r   (n_words,)            rating vector of a post: the background c plus a few other entries
    c   scalar                background, the rating of every word not stored (-1 in training, 0 in serving)
    s   (n_words,)            r - c, sparse
    V   (n_hidden, n_words)   encoder, with V 1 = 0;  mu (n_hidden,) its bias
    U   (n_words, n_hidden)   decoder;  b (n_words,) its bias
    g                         hidden activation, the sigmoid
    h   (n_hidden,)           codes, g(V r + mu) = g(V s + mu)
    o   (n_words,)            output, U h + b
    e   (n_words,)            error, o - r

Capital R, S, H, O, E hold one post a row.
"""

from instahash.autorec.model import AutoRec
from instahash.autorec.ratings import expansion_decay, rating_matrix

__all__ = ["AutoRec", "expansion_decay", "rating_matrix"]
