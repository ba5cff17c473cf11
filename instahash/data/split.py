"""A seeded split of posts into training and test rows."""

from __future__ import annotations

import numpy as np

from instahash.errors import DataError


def train_test_split(n_posts: int, test_fraction: float = 0.1, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two disjoint, sorted int64 arrays of row numbers that together cover range(n_posts).

    test_fraction : in [0, 1]; round(test_fraction * n_posts) rows are test rows.
    """
    if not 0 <= test_fraction <= 1:
        raise DataError(f"test_fraction is {test_fraction}; it must lie in [0, 1], such as 0.1")
    order = np.random.default_rng(seed).permutation(n_posts)
    n_test = round(test_fraction * n_posts)
    return np.sort(order[n_test:]), np.sort(order[:n_test])
