"""The hashtags' vectors in a plane: principal components, by a thin singular value decomposition."""

from __future__ import annotations

import numpy as np

# The most used hashtags, as many as a page can draw at once.
MOST = 5000


def plane(vectors):
    """The coordinates along the two directions in which the vectors vary most, and the share of variance of each.

    With X the vectors less their mean and X = A S B' (thin), the coordinates are the first two columns of A S, and the
    shares s_k^2 / sum s^2. A direction's sign is the one in which its largest entry is positive.

    vectors : (n, dim) float.  Returns ((n, 2) float64, (2,) float64); zeros where there are fewer directions.
    """
    X = np.asarray(vectors, np.float64)
    X = X - X.mean(axis=0) if len(X) else X
    A, s, B = np.linalg.svd(X, full_matrices=False)
    k = min(2, len(s))
    largest = np.abs(B[:k]).argmax(axis=1) if B.size else np.zeros(0, int)
    signs = np.sign(B[np.arange(len(largest)), largest])
    coordinates, shares = np.zeros((len(X), 2)), np.zeros(2)
    coordinates[:, : len(signs)] = A[:, : len(signs)] * s[: len(signs)] * signs
    total = np.square(s).sum()
    if total > 0:
        shares[:k] = np.square(s[:k]) / total
    return coordinates, shares


def hashtag_map(model, most=MOST):
    """The most used hashtags and where they lie, a dict that JSON can hold; coordinates in [-1, 1].

    Vectors are of length 1, as cosines see them.
    """
    vocabulary = model.vocabulary
    ids = vocabulary.hashtag_ids[:most]
    coordinates, shares = plane(model.word2vec.unit_vectors()[ids])
    coordinates /= max(np.abs(coordinates).max(initial=0), np.finfo(float).tiny)
    return {
        "words": vocabulary.words_array[ids].tolist(),
        "spelled": vocabulary.spelled(ids),
        "posts": vocabulary.hashtag_counts[ids].tolist(),
        "x": coordinates[:, 0].round(4).tolist(),
        "y": coordinates[:, 1].round(4).tolist(),
        "shares": shares.round(4).tolist(),
        "left_out": len(vocabulary.hashtag_ids) - len(ids),
    }
