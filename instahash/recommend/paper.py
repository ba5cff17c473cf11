"""The paper's combination of the two models: the intersection, a default where it is empty, then only hashtags."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

Ids = list[np.ndarray]


class Combination(NamedTuple):
    """What becomes of each of m posts.

    combined : list of int32 arrays, the intersection in Word2Vec's order, or AutoRec's first words where it is empty.
    hashtags : list of int32 arrays, those of them that are in the hashtag vocabulary.
    scores : list of float32 arrays beside `hashtags`: the cosine with the description, or AutoRec's output where
        `defaulted`.
    defaulted : (m,) bool, the intersection was empty.
    """

    combined: Ids
    hashtags: Ids
    scores: list[np.ndarray]
    defaulted: np.ndarray


def autorec_sets(outputs: np.ndarray) -> Ids:
    """AutoRec's set of each post: the words with a positive output, highest first, ties by id.

    outputs : (m, n_words) float.  Returns a list of m int32 arrays.
    """
    sets = []
    for row in outputs:
        positive = np.flatnonzero(row > 0)
        sets.append(positive[np.argsort(-row[positive], kind="stable")].astype(np.int32))
    return sets


def combine(
    similar: np.ndarray, cosines: np.ndarray, outputs: np.ndarray, is_hashtag: np.ndarray, n_default: int = 5
) -> Combination:
    """Combine the Word2Vec and AutoRec sets of m posts.

    similar : (m, n_similar) int32, the Word2Vec set, -1 for none.  cosines : (m, n_similar) float.
    outputs : (m, n_words) float, AutoRec's outputs.  is_hashtag : (n_words,) bool.
    n_default : how many words with the highest outputs, positive or not, stand in for an empty intersection.
    """
    shared = (similar >= 0) & (np.take_along_axis(outputs, np.maximum(similar, 0), axis=1) > 0)
    defaulted = ~np.asarray(shared.any(axis=1))
    combined, hashtags, scores = [], [], []
    for post in range(len(similar)):
        if defaulted[post]:
            ids = np.argsort(-outputs[post], kind="stable")[:n_default].astype(np.int32)
            values = outputs[post, ids]
        else:
            ids = similar[post, shared[post]]
            values = cosines[post, shared[post]]
        kept = is_hashtag[ids]
        combined.append(ids)
        hashtags.append(ids[kept])
        scores.append(values[kept])
    return Combination(combined, hashtags, scores, defaulted)
