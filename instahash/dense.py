"""Dense arrays, a row a post or a word: probabilities and unit vectors."""

from __future__ import annotations

import numpy as np


def log_softmax(O: np.ndarray, excluded: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """(log p, p) with p = softmax of each row of O, both of the shape of O.

    excluded : bool of that shape, entries whose p is 0; the others' p sum to 1 without them. Their log p is on the same
        scale as the others'.
    """
    possible = O if excluded is None else np.where(excluded, -np.inf, O)
    highest = possible.max(axis=1, keepdims=True)
    highest[highest == -np.inf] = 0  # all are excluded
    p = np.exp(possible - highest)
    total = np.maximum(p.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return O - highest - np.log(total), p / total


def unit_rows(A: np.ndarray) -> np.ndarray:
    """The rows of A (n, dim) scaled to length 1; a row of zeros stays."""
    length = np.linalg.norm(A, axis=-1, keepdims=True)
    return A / np.where(length > 0, length, 1)
