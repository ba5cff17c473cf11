"""The paper's combination of the two models: the intersection, a default where it is empty, then only hashtags."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Recommendation(NamedTuple):
    """The answer for one photo, with every set on the way to it.

    hashtags : list of str, best first.
    scores : list of float beside them: the cosine with the description; AutoRec's output where `defaulted`; the share
        of training posts that use the hashtag where `fallback` is set.
    word2vec, autorec : list of str, the two models' sets, best first.
    defaulted : bool, the sets do not meet, so the answer is not their intersection.
    description : list of str, the known words that were asked about.
    combined : list of str, the intersection or the default, before only hashtags were kept.
    fallback : "most_used" where no word of the description is known, else None.
    """

    hashtags: list[str]
    scores: list[float]
    word2vec: list[str]
    autorec: list[str]
    defaulted: bool
    description: list[str]
    combined: list[str]
    fallback: str | None = None

    def to_json(self) -> dict:
        """What `instahash-recommend --json` prints."""
        value = {name: getattr(self, name) for name in ("hashtags", "scores", "word2vec", "autorec", "defaulted")}
        return value | ({"fallback": self.fallback} if self.fallback else {})


class Combination(NamedTuple):
    """What becomes of each of m posts.

    combined : list of int32 arrays, the intersection in Word2Vec's order, or AutoRec's first words where it is empty.
    hashtags : list of int32 arrays, those of them that are in the hashtag vocabulary.
    scores : list of float32 arrays beside `hashtags`: the cosine with the description, or AutoRec's output where
        `defaulted`.
    defaulted : (m,) bool, the intersection was empty.
    """

    combined: list[np.ndarray]
    hashtags: list[np.ndarray]
    scores: list[np.ndarray]
    defaulted: np.ndarray


def autorec_sets(outputs):
    """AutoRec's set of each post: the words with a positive output, highest first, ties by id.

    outputs : (m, n_words) float.  Returns a list of m int32 arrays.
    """
    sets = []
    for row in outputs:
        positive = np.flatnonzero(row > 0)
        sets.append(positive[np.argsort(-row[positive], kind="stable")].astype(np.int32))
    return sets


def combine(similar, cosines, outputs, is_hashtag, n_default=5):
    """Combine the Word2Vec and AutoRec sets of m posts.

    similar : (m, n_similar) int32, the Word2Vec set, -1 for none.  cosines : (m, n_similar) float.
    outputs : (m, n_words) float, AutoRec's outputs.  is_hashtag : (n_words,) bool.
    n_default : how many words with the highest outputs, positive or not, stand in for an empty intersection.
    """
    shared = (similar >= 0) & (np.take_along_axis(outputs, np.maximum(similar, 0), axis=1) > 0)
    defaulted = ~shared.any(axis=1)
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
