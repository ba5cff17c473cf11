"""The checks pass a right gradient and name what is wrong with a wrong one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.testing import (
    GradientError,
    bag_matrices,
    bags,
    check_directional,
    check_gradient,
    rating_matrices,
)


def loss(A, x):
    return 0.5 * ((np.tanh(A @ x)) ** 2).sum()


def gradient(A, x):
    t = np.tanh(A @ x)
    dz = t * (1 - t**2)
    return np.outer(dz, x), A.T @ dz


WRONG = {
    "sign": lambda A, x: (gradient(A, x)[0], -gradient(A, x)[1]),
    "factor": lambda A, x: (2 * gradient(A, x)[0], gradient(A, x)[1]),
    "missing term": lambda A, x: (np.outer(np.tanh(A @ x), x), gradient(A, x)[1]),
    "wrong reduction": lambda A, x: (gradient(A, x)[0], np.full_like(x, gradient(A, x)[1].sum())),
    "one entry": lambda A, x: (gradient(A, x)[0] + 1e-3 * (np.arange(A.size) == 4).reshape(A.shape), gradient(A, x)[1]),
    "not a number": lambda A, x: (gradient(A, x)[0] * np.nan, gradient(A, x)[1]),
}


def point(seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(3, 4)), rng.normal(size=4)


@given(st.integers(0, 10**6))
def test_a_right_gradient_passes_both(seed):
    check_gradient(loss, gradient, *point(seed))
    check_directional(loss, gradient, *point(seed), seed=seed)


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_gradient_fails_both(kind):
    for check in (check_gradient, check_directional):
        with pytest.raises(GradientError):
            check(loss, WRONG[kind], *point(1))


def test_the_message_names_parameter_index_and_values():
    A, x = point(1)
    with pytest.raises(GradientError, match=r"d loss / d A\[1, 0\] is (-?[\d.e-]+) by .* says "):
        check_gradient(loss, WRONG["one entry"], A, x, names=["A", "x"])


def test_a_part_of_the_entries():
    calls = []

    def counted(A, x):
        calls.append(1)
        return loss(A, x)

    check_gradient(counted, gradient, *point(1), n_checked=2)
    assert len(calls) == 4 * (2 + 2)


def test_a_single_parameter_and_unchanged_arguments():
    x = np.array([1.0, 2.0])
    check_gradient(lambda x: (x**3).sum(), lambda x: 3 * x**2, x)
    assert x.tolist() == [1.0, 2.0]


def test_shapes_counts_and_types_are_checked():
    x = np.ones(3)
    with pytest.raises(GradientError, match=r"shape \(3,\), but its gradient \(1, 3\)"):
        check_gradient(lambda x: x.sum(), lambda x: np.ones((1, 3)), x)
    with pytest.raises(GradientError, match="2 parameters, but the gradient has 1"):
        check_gradient(lambda x, y: 0.0, lambda x, y: np.ones(3), x, x)
    with pytest.raises(TypeError, match="float64 arrays, not float32"):
        check_gradient(lambda x: x.sum(), lambda x: np.ones(3), x.astype(np.float32))


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
