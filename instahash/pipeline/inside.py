"""How an answer about one post came about, for whoever wants to show it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse

from instahash.autorec import AutoRec


class Asked(NamedTuple):
    """An AutoRec with what it is given for one post.

    name : "autorec", or "completion" for the one that completes chosen hashtags.
    model : AutoRec.
    ratings : CSR (1, n_inputs), as `model.predict` takes them.
    inputs : (n_inputs,) ids of the words that its inputs stand for; a word may have several.
    usual : (n_inputs,) float, the rating of each input where its word is given with nothing special about it.
    outputs : (n_outputs,) ids of the words that its outputs stand for.
    """

    name: str
    model: AutoRec
    ratings: sparse.csr_array
    inputs: np.ndarray
    usual: np.ndarray
    outputs: np.ndarray


class Opinions(NamedTuple):
    """What the experts of mode "best" say about one post, and their fusion.

    context : "neither", "description", "chosen" or "both", what is known of the post.
    hashtags : (n_hashtags,) ids of the words that all arrays are about.
    scores : dict of expert -> (n_hashtags,) float32, log-scores.  weights : dict of expert -> float.
    log_p : (n_hashtags,) float32, log-probabilities of being the next hashtag: the softmax of the weighted sum.
    probabilities : (n_hashtags,) float32 in [0, 1], of being used at all.
    shift : (n_hashtags,) float32, what novelty adds to log_p before hashtags are ranked.
    """

    context: str
    hashtags: np.ndarray
    scores: dict[str, np.ndarray]
    weights: dict[str, float]
    log_p: np.ndarray
    probabilities: np.ndarray
    shift: np.ndarray
