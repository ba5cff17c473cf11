"""The hashtags' vectors in a plane: principal components, by a thin singular value decomposition."""

from __future__ import annotations

from typing import Any

import numpy as np

from instahash.arrays import as_array
from instahash.errors import DataError

# The most used hashtags, as many as a page can draw at once.
MOST_DRAWN = 5000
# Squares of larger numbers may be infinite.
LARGEST = 1e100


def plane(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The coordinates along the two directions in which the vectors vary most, and the proportion of variance of each.

    With X the vectors less their mean and X = A S B' (thin), the coordinates are the first two columns of A S, and the
    proportions s_k^2 / sum s^2. A direction's sign is the one in which its largest entry is positive.

    vectors : (n, dim) float.  Returns ((n, 2) float64, (2,) float64); zeros where there are fewer directions.
    Raises DataError for what are no such vectors.
    """
    X = as_array(vectors, "vectors", ("n", "dim"))
    if np.abs(X).max(initial=0) > LARGEST:
        raise DataError(f"vectors have a number beyond {LARGEST:g}; scale them")
    if not X.size:
        return np.zeros((len(X), 2)), np.zeros(2)
    X = X - X.mean(axis=0)
    A, s, B = np.linalg.svd(X, full_matrices=False)
    coordinates, proportions = np.zeros((len(X), 2)), np.zeros(2)
    for k in range(min(2, len(s))):
        coordinates[:, k] = A[:, k] * s[k] * np.sign(B[k, np.abs(B[k]).argmax()])
        proportions[k] = s[k] ** 2 / max(np.square(s).sum(), np.finfo(float).tiny)
    return coordinates, proportions


def hashtag_map(model: Any, most: int = MOST_DRAWN) -> dict[str, Any]:
    """The most used hashtags and where they lie, a dict that JSON can hold; coordinates in [-1, 1].

    model : a trained InstaHash.
    Vectors are of length 1, as cosines see them.
    """
    model = model.learnt
    vocabulary = model.vocabulary
    ids = vocabulary.hashtag_ids[:most]
    coordinates, proportions = plane(model.word_vectors().unit[ids])
    coordinates /= max(np.abs(coordinates).max(initial=0), np.finfo(float).tiny)
    return {
        "words": vocabulary.words_array[ids].tolist(),
        "spelled": vocabulary.spelled(ids),
        "posts": vocabulary.hashtag_counts[ids].tolist(),
        "x": coordinates[:, 0].round(4).tolist(),
        "y": coordinates[:, 1].round(4).tolist(),
        "variance": proportions.round(4).tolist(),
        "left_out": len(vocabulary.hashtag_ids) - len(ids),
    }
