"""AutoRec: an autoencoder that completes rating vectors (Sedhain, Menon, Sanner and Xie, WWW 2015).

Read `network` first, and then in this order: `reference.py` (the equations on dense arrays), `settings.py`,
`ratings.py` (what the model is to reproduce), `problem.py` (what training is given), `decoder.py` (loss and gradient
by U'U and H'H or, cheaper for small vocabularies, the outputs of at most 512 words at a time; the decoder in closed
form), `kernels.py` (its compiled loops), `spectral.py` (the best linear autoencoder, where training may start),
`training.py` (from a batch to its gradients, and the epochs), `recommend.py`, `model.py` (the class: training,
queries). docs/autorec.md derives it all.

Letters beside those of `network`:

    r   (n_words,)   rating vector of a post: the background c plus a few other entries
    c   scalar       background, the rating of every word not stored, -1
    x, s             the ratings given and wanted, less c, sparse
    o                output less c, f(U h + b): f is the identity, or a sigmoid over the range `span` of the targets
    e   (n_words,)   error, o - s;  w its weight, 1 where a rating is stored, else absent_weight;  D = w e f'
    K   (m, n_words) what the stored entries add to D, sparse;  n posts in all;  k an entry of K, or a rank

Departures from the paper: V acts on what a rating has above the background, so that an unrated word says nothing to a
unit whatever the background; and codes are g(z) - g(0). Both only move constants into mu and b, the functions that the
network can be are the same, but training is far better conditioned: a unit's mean no longer reaches every output.
"""

from instahash.autorec.model import AutoRec
from instahash.autorec.ratings import expansion_decay, rating_matrix
from instahash.autorec.settings import AutoRecSettings

__all__ = ["AutoRec", "AutoRecSettings", "expansion_decay", "rating_matrix"]
