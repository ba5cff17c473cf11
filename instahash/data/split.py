"""A seeded split of posts into training and test rows."""

from __future__ import annotations

import numpy as np

from instahash.errors import DataError


def train_test_split(n_posts: int, test_share: float = 0.1, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two disjoint, sorted int64 arrays of row numbers that together cover range(n_posts).

    test_share : in [0, 1]; round(test_share * n_posts) rows go to the test part.
    """
    if not 0 <= test_share <= 1:
        raise DataError(f"test_share is {test_share}; it must lie in [0, 1]")
    order = np.random.default_rng(seed).permutation(n_posts)
    n_test = round(test_share * n_posts)
    return np.sort(order[n_test:]), np.sort(order[:n_test])
