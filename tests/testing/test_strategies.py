"""The strategies draw what they say, and Hypothesis is loaded for nothing else."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import find, given
from hypothesis import strategies as st

import instahash.testing
from instahash.testing import (
    away_from_kinks,
    bag_matrices,
    bags,
    csr_matrices,
    parameters,
    probabilities,
    rating_matrices,
)

shapes = st.lists(st.integers(0, 4), min_size=1, max_size=3).map(tuple)
dtypes = st.sampled_from([np.float32, np.float64])


@given(st.data(), shapes, dtypes, st.sampled_from([1e-6, 1.0, 1e6]))
def test_parameters_are_well_scaled(data, shape, dtype, scale):
    array = data.draw(parameters(shape, dtype, scale))
    assert array.shape == shape and array.dtype == dtype
    assert (np.abs(array) >= 0.099 * scale).all() and (np.abs(array) <= 1.001 * scale).all()


def test_parameters_have_both_signs_and_all_sizes():
    drawn = find(parameters(200), lambda array: True)
    assert 60 < (drawn > 0).sum() < 140 and np.ptp(np.abs(drawn)) > 0.7


@given(st.data(), st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple), dtypes)
def test_probabilities_sum_to_one(data, shape, dtype):
    array = data.draw(probabilities(shape, dtype))
    assert array.shape == shape and array.dtype == dtype and array.min() >= 0.999 / (11 * shape[-1])
    np.testing.assert_allclose(array.sum(axis=-1), 1, rtol=1e-6)


X = np.random.default_rng(0).normal(size=(3, 4))


@given(away_from_kinks(st.tuples(parameters((2, 4)), parameters(2)), lambda p: X @ p[0].T + p[1], (0.0, 1.0), 0.1))
def test_points_keep_away_from_every_kink(point):
    z = X @ point[0].T + point[1]
    assert (np.abs(z) > 0.1).all() and (np.abs(z - 1) > 0.1).all()


@given(away_from_kinks(parameters(0), lambda x: x))
def test_no_entries_are_away_from_kinks(point):
    assert point.shape == (0,)


@given(bags(n_words=5, min_size=2, max_size=9))
def test_bags_are_sets_of_ids(bag):
    assert 2 <= len(bag) == len(set(bag)) <= 5 and set(bag) <= set(range(5))


@given(bag_matrices(n_words=6, min_posts=1))
def test_bag_matrices_are_canonical(matrix):
    assert matrix.dtype == np.int8 and matrix.shape[1] == 6 and (matrix.data == 1).all()
    assert matrix.has_sorted_indices and matrix.has_canonical_format


@given(rating_matrices())
def test_rating_matrices_stay_in_range(drawn):
    ratings, background = drawn
    assert ratings.shape[0] >= 1 and np.abs(ratings.data).max(initial=0) <= 1 and background in (-1.0, 0.0)


@pytest.mark.parametrize("background", [-1.0, 0.0])
def test_rating_matrices_have_both_backgrounds(background):
    find(rating_matrices(), lambda drawn: drawn[1] == background)


@given(csr_matrices(n_columns=5, min_rows=2, max_rows=4, max_size=3, dtype=np.float32))
def test_csr_matrices_are_canonical_and_in_range(matrix):
    assert matrix.dtype == np.float32 and matrix.shape[1] == 5 and 2 <= matrix.shape[0] <= 4
    assert matrix.has_canonical_format and np.diff(matrix.indptr).max() <= 3 and np.abs(matrix.data).max(initial=0) <= 1


def test_csr_matrices_have_both_signs():
    for sign in (-1, 1):
        find(csr_matrices(), lambda matrix: (sign * matrix.data).max(initial=0) > 0.1)


def test_arrays_shrink_to_the_first_seed():
    first = find(parameters((50, 20)), lambda array: True)
    np.testing.assert_array_equal(find(parameters((50, 20)), lambda array: array.size == 1000), first)


def test_checks_work_without_hypothesis():
    code = """if True:
        import sys
        sys.modules["hypothesis"] = None
        import numpy as np
        from instahash.testing import check_gradient
        check_gradient(lambda x: (x**2).sum(), lambda x: 2 * x, np.ones(3))
        print(*sys.modules)"""
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "instahash.testing.gradients" in loaded and "instahash.testing.strategies" not in loaded
    assert not {"numba", "scipy"} & {name.split(".")[0] for name in loaded}


def test_every_public_name_is_there():
    for name in instahash.testing.__all__:
        assert getattr(instahash.testing, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        assert instahash.testing.nothing
