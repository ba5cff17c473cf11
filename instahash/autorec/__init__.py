"""AutoRec: an autoencoder that completes rating vectors (Sedhain, Menon, Sanner and Xie, WWW 2015).

Read in this order: `reference.py` (the equations on dense arrays), `ratings.py` (what the model is asked to reproduce),
`units.py` (hidden and output units), `kernels.py` (sparse products and updates, compiled), `decoder.py` (loss and
gradient without an array of posts x words, and the decoder in closed form), `spectral.py` (the best linear autoencoder,
where training starts), `optimize.py` (from gradients to steps), `epochs.py` (the epoch loops, and one pass over some
posts), `memory.py` (old posts to practise with), `checks.py` (what cannot be asked), `model.py` (the class: training,
questions). docs/autorec.md derives it all.

Letters, the same everywhere in this room:

    r   (n_words,)            rating vector of a post: the background c plus a few other entries
    c   scalar                background, the rating of every word not stored, -1
    s   (n_words,)            r - c, sparse
    x   (n_words,)            the same of what the encoder is given, where that is something else
    V   (n_hidden, n_words)   encoder;  mu (n_hidden,) its bias
    U   (n_words, n_hidden)   decoder;  b (n_words,) its bias
    g                         hidden activation, less its value at 0
    h   (n_hidden,)           codes, g(V x + mu)
    o   (n_words,)            output less the background, U h + b
    e   (n_words,)            error, o - s;  w its weight

Capital R, X, S, H, O, E hold one post a row.
"""

from instahash.autorec.model import AutoRec
from instahash.autorec.ratings import expansion_decay, rating_matrix

__all__ = ["AutoRec", "expansion_decay", "rating_matrix"]
