"""Hypothesis strategies for parameters of models, and for the data that word2vec and AutoRec see.

Most arrays are drawn from a drawn seed: Hypothesis then shrinks one number and the shapes, not every entry. `points`
are drawn number by number, so that where a test fails the smallest sizes and the plainest numbers are shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from hypothesis import strategies as st
from scipy import sparse

T = TypeVar("T")
Shape = int | tuple[int, ...]
Arrays = st.SearchStrategy[np.ndarray]
Points = st.SearchStrategy[list[np.ndarray]]
SEEDS = st.integers(0, 2**32 - 1)
# Plain numbers, the plainest first.
TENTHS = [1.0, 2.0, 0.5, 1.5, *(i / 10 for i in range(1, 20) if i % 5)]


def parameters(shape: Shape, dtype: Any = np.float64, scale: float = 1.0) -> Arrays:
    """An array of that shape and dtype whose entries have sizes from scale / 10 to scale, and random signs.

    No entry is near 0, so that a relu of the parameters has no kink near them.
    """

    def array(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return np.asarray(scale * rng.uniform(0.1, 1.0, shape) * rng.choice([-1.0, 1.0], shape), dtype)

    return SEEDS.map(array)


def points(*shapes: Shape | str | tuple[int | str, ...], sizes: st.SearchStrategy[int] | None = None) -> Points:
    """A list of float64 arrays, one a shape, of which each entry shrinks by itself to 1.

    shapes : lengths of axes, or names of lengths that are to be the same wherever they stand: ("n", "m"), "m".
    sizes : the lengths that names stand for, default 1 to 4.
    """
    lengths = st.integers(1, 4) if sizes is None else sizes
    axes = [shape if isinstance(shape, tuple) else (shape,) for shape in shapes]
    named = sorted({axis for shape in axes for axis in shape if isinstance(axis, str)})

    def arrays(drawn: dict[str, int]) -> Points:
        known = [tuple(drawn[axis] if isinstance(axis, str) else axis for axis in shape) for shape in axes]
        return st.tuples(*(_plain(shape) for shape in known)).map(list)

    return st.fixed_dictionaries(dict.fromkeys(named, lengths)).flatmap(arrays)


def _plain(shape: tuple[int, ...]) -> Arrays:
    """An array of tenths from -2 to 2, none of them 0."""
    n, entry = math.prod(shape), st.sampled_from([*TENTHS, *(-tenth for tenth in TENTHS)])
    return st.lists(entry, min_size=n, max_size=n).map(lambda numbers: np.array(numbers, float).reshape(shape))


def probabilities(shape: Shape, dtype: Any = np.float64) -> Arrays:
    """An array of that shape whose last axis sums to 1; with n entries along it, none is below 1 / 11n."""

    def array(seed: int) -> np.ndarray:
        weights = np.random.default_rng(seed).uniform(0.1, 1.1, shape)
        return np.asarray(weights / weights.sum(axis=-1, keepdims=True), dtype)

    return SEEDS.map(array)


def away_from_kinks(
    points: st.SearchStrategy[T], arguments: Callable[[T], Any], kinks: tuple[float, ...] = (0.0,), margin: float = 0.05
) -> st.SearchStrategy[T]:
    """Those of `points` at which no entry of `arguments(point)` is within `margin` of a kink.

    points : a strategy, such as st.tuples(parameters((3, 4)), parameters(3)).
    arguments : called with a point, returns the array that goes into what has the kinks: for max(z, 0) that is z.
    """

    def clear(point: T) -> bool:
        z = np.asarray(arguments(point))
        return all(np.abs(z - kink).min(initial=np.inf) > margin for kink in kinks)

    return points.filter(clear)


def bags(n_words: int = 10, min_size: int = 0, max_size: int = 7) -> st.SearchStrategy[list[int]]:
    """A bag: a list of different word ids below `n_words`, in any order."""
    return st.lists(st.integers(0, n_words - 1), min_size=min_size, max_size=min(max_size, n_words), unique=True)


def bag_matrices(
    n_words: int = 10, min_posts: int = 0, max_posts: int = 6, min_size: int = 0, max_size: int = 7
) -> st.SearchStrategy[sparse.csr_array]:
    """Bags as a CSR matrix (n_posts, n_words) int8 of ones with sorted indices."""

    def ones(m: sparse.csr_array) -> sparse.csr_array:
        return sparse.csr_array((np.ones(m.nnz, np.int8), m.indices, m.indptr), shape=m.shape)

    return csr_matrices(n_words, min_posts, max_posts, max_size, min_size=min_size).map(ones)


def rating_matrices(
    n_words: int = 10, min_posts: int = 1, max_posts: int = 6, max_size: int = 7
) -> st.SearchStrategy[tuple[sparse.csr_array, float]]:
    """(ratings, background): CSR (n_posts, n_words) float64 in [-1, 1], and the rating of all other entries."""
    return st.tuples(csr_matrices(n_words, min_posts, max_posts, max_size), st.sampled_from([-1.0, 0.0]))


@st.composite
def csr_matrices(
    draw: st.DrawFn, n_columns: int = 10, min_rows: int = 0, max_rows: int = 6, max_size: int = 7,
    dtype: Any = np.float64, *, min_size: int = 0,
) -> sparse.csr_array:  # fmt: skip
    """A CSR matrix (n_rows, n_columns) with `min_size` to `max_size` entries a row, in [-1, 1], with sorted indices."""
    rows = draw(st.lists(bags(n_columns, min_size, max_size), min_size=min_rows, max_size=max_rows))
    indices = np.array(sum(rows, []), np.int32)
    data = np.random.default_rng(draw(SEEDS)).uniform(-1, 1, len(indices)).astype(dtype)
    matrix = sparse.csr_array((data, indices, np.cumsum([0, *map(len, rows)])), shape=(len(rows), n_columns))
    matrix.sort_indices()
    return matrix
