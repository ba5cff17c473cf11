"""The paper's measures: the similarity of two sets of words, by their vectors and by the words themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from instahash.arrays import as_real, check_memory
from instahash.dense import unit_rows
from instahash.errors import DataError
from instahash.evaluation.checks import sets_of, values_of, vectors_of
from instahash.parameters import whole
from instahash.sparse import CSR, ones

# The paper's tables: each measure of a list with the author's hashtags or with the description, and its title.
TABLES = {
    "cosine_ground_truth": "cosine to the author's hashtags",
    "cosine_description": "cosine to the description",
    "jaccard_ground_truth": "Jaccard to the author's hashtags",
    "jaccard_description": "Jaccard to the description",
}


def jaccard(a: CSR, b: CSR) -> np.ndarray:
    """|A and B| / |A or B| of the sets in each row of two CSR matrices (n, n_words); 0 where both are empty.

    Stored entries are the members. Returns (n,) float64 in [0, 1]. Raises DataError for others.
    """
    a, b = sets_of(a, b)
    both = np.asarray(ones(a).multiply(ones(b)).sum(axis=1), dtype=np.float64).ravel()
    either = np.diff(a.indptr) + np.diff(b.indptr) - both
    return both / np.maximum(either, 1)


def cosine(a: CSR, b: CSR, vectors: np.ndarray) -> np.ndarray:
    """Cosine of the means of the unit word vectors of the sets in each row of two CSR matrices (n, n_words).

    vectors : (n_words, dim). Returns (n,) float64 in [-1, 1], NaN where a set is empty or its mean is the zero vector.

    Raises DataError for matrices of other shapes and numbers that are not finite.
    """
    a, b = sets_of(a, b)
    return unit_cosine(a, b, unit_rows(vectors_of(vectors, a.shape[1])))


def unit_cosine(a: CSR, b: CSR, unit: np.ndarray) -> np.ndarray:
    """:func:`cosine` with vectors of length 1 or 0."""
    x, y = ones(a, np.float64) @ unit, ones(b, np.float64) @ unit
    product = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip(np.where(product > 0, (x * y).sum(axis=1) / product, np.nan), -1, 1)


def fraction_table(values: ArrayLike) -> dict[str, float]:
    """Mean, and fractions above 0.7, above 0.3, below 0.3 and below 0, without the NaN; 0 without values."""
    x = values_of(values)
    x = x[~np.isnan(x)]
    table = {"mean": x, ">0.7": x > 0.7, ">0.3": x > 0.3, "<0.3": x < 0.3, "<0.0": x < 0.0}
    return {name: float(part.mean()) if len(x) else 0.0 for name, part in table.items()}


def histogram(values: ArrayLike, low: float, n_bins: int = 20) -> dict[str, list[Any]]:
    """{"edges": n_bins + 1 floats from `low` to 1, "counts": n_bins ints} of the values that are not NaN."""
    x, low = values_of(values), as_real(low, "low", -1e6, 1 - 1e-6)
    n_bins = whole(n_bins, "n_bins", 1, DataError)
    check_memory(100 * n_bins, f"{n_bins:,} bins")
    counts, edges = np.histogram(x[~np.isnan(x)], bins=n_bins, range=(low, 1.0))
    return {"edges": edges.tolist(), "counts": counts.tolist()}
