"""The paper's measures: how alike two sets of words are, by their vectors and by the words themselves."""

from __future__ import annotations

import numpy as np

from instahash.sparse import ones


def jaccard(a, b):
    """|A and B| / |A or B| of the sets in each row of two CSR matrices (n, n_words); 0 where both are empty.

    Stored entries are the members. Returns (n,) float64 in [0, 1].
    """
    both = np.asarray(ones(a).multiply(ones(b)).sum(axis=1), dtype=np.float64).ravel()
    either = np.diff(a.indptr) + np.diff(b.indptr) - both
    return both / np.maximum(either, 1)


def cosine(a, b, vectors):
    """Cosine of the means of the unit word vectors of the sets in each row of two CSR matrices (n, n_words).

    vectors : (n_words, dim). Returns (n,) float64 in [-1, 1], NaN where a set is empty or its mean is the zero vector.
    """
    return unit_cosine(a, b, unit_vectors(vectors))


def unit_vectors(vectors):
    """Each row divided by its length, float64; a row of zeros stays so."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True).astype(np.float64)
    return vectors / np.where(length > 0, length, 1)


def unit_cosine(a, b, unit):
    """:func:`cosine` where the vectors have unit length already, as :func:`unit_vectors` makes them."""
    x, y = ones(a, np.float64) @ unit, ones(b, np.float64) @ unit
    product = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip(np.where(product > 0, (x * y).sum(axis=1) / product, np.nan), -1, 1)


def share_table(values):
    """Mean, and shares (in [0, 1]) above 0.7, above 0.3, below 0.3 and below 0, leaving NaN out; 0 without values."""
    values = np.asarray(values, np.float64)
    values = values[~np.isnan(values)]
    if not len(values):
        return {"mean": 0.0, ">0.7": 0.0, ">0.3": 0.0, "<0.3": 0.0, "<0.0": 0.0}
    return {
        "mean": float(values.mean()),
        ">0.7": float((values > 0.7).mean()),
        ">0.3": float((values > 0.3).mean()),
        "<0.3": float((values < 0.3).mean()),
        "<0.0": float((values < 0.0).mean()),
    }


def histogram(values, low, n_bins=20):
    """{"edges": n_bins + 1 floats from `low` to 1, "counts": n_bins ints} of the values that are not NaN."""
    values = np.asarray(values, np.float64)
    counts, edges = np.histogram(values[~np.isnan(values)], bins=n_bins, range=(low, 1.0))
    return {"edges": edges.tolist(), "counts": counts.tolist()}
