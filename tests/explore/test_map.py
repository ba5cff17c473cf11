"""Principal components: on points whose plane is known, and as theorems."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.explore.map import hashtag_map, plane


def test_four_points_worked_by_hand():
    """They lie (±4, 0) and (0, ±1) around (5, 5, 5), so that scatter is 32 and 2."""
    X = np.array([[9, 5, 5], [1, 5, 5], [5, 6, 5], [5, 4, 5]])
    coordinates, variance = plane(X)
    np.testing.assert_allclose(coordinates, [[4, 0], [-4, 0], [0, 1], [0, -1]], atol=1e-12)
    np.testing.assert_allclose(variance, [32 / 34, 2 / 34])


@given(st.integers(0, 10**6), st.integers(2, 30), st.integers(1, 8))
def test_it_is_the_eigenvectors_of_the_scatter(seed, n, dim):
    X = np.random.default_rng(seed).normal(size=(n, dim)) * np.arange(1, dim + 1)
    coordinates, variance = plane(X)
    C = X - X.mean(axis=0)
    values = np.linalg.eigvalsh(C.T @ C)[::-1]
    values = np.append(values, 0)[:2]
    np.testing.assert_allclose(coordinates.T @ coordinates, np.diag(values), atol=1e-8 * values[0])
    np.testing.assert_allclose(variance, values / np.square(C).sum(), atol=1e-9)
    np.testing.assert_allclose(coordinates.mean(axis=0), 0, atol=1e-9)
    moved, _ = plane(X + 7)  # where they are does not matter
    np.testing.assert_allclose(moved, coordinates, atol=1e-6 * dim)
    again, _ = plane(X[::-1])  # nor in which order they come: signs are fixed
    np.testing.assert_allclose(again[::-1], coordinates, atol=1e-6 * dim)


@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (5, 1), (3, 0)])
def test_few_points_and_directions(shape):
    coordinates, variance = plane(np.ones(shape))
    assert coordinates.shape == (shape[0], 2) and not coordinates.any() and not variance.any()


def test_the_map_has_the_most_used_hashtags(models):
    model = models["best"]
    whole, part = hashtag_map(model), hashtag_map(model, 5)
    n = len(model.vocabulary.hashtag_ids)
    assert len(whole["words"]) == len(whole["x"]) == len(whole["y"]) == len(whole["posts"]) == n
    assert part["words"] == whole["words"][:5] and part["left_out"] == n - 5 and whole["left_out"] == 0
    assert whole["posts"] == sorted(whole["posts"], reverse=True)
    assert max(map(abs, whole["x"] + whole["y"])) == pytest.approx(1, abs=1e-4)
    # Distances in the plane are no longer than those of the unit vectors, to one scale.
    unit = model.word_vectors().unit[model.vocabulary.hashtag_ids]
    expected, _ = plane(unit)
    np.testing.assert_allclose(np.stack([whole["x"], whole["y"]], 1), expected / np.abs(expected).max(), atol=1e-4)
