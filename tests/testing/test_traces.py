"""What is said of numbers that no kind of mistake explains is said of no others; sizes and shapes that tell more."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.testing import GradientError, check_directional, check_gradient, check_points, check_sizes, points
from instahash.testing.cases import Case
from instahash.testing.errors import UNEXPLAINED
from instahash.testing.mistakes import diagnose
from instahash.testing.traces import trace_of

lstm = runpy.run_path(str(Path(__file__).with_name("reported.py")))["lstm"]
seeds = st.integers(0, 10**6)


def case_of(found, expected, param, rtol=5.5e-7, floor=1e-11, **options):
    floors = np.full(found.shape, floor)
    wrong = np.abs(found - expected) > rtol * np.maximum(np.abs(found), np.abs(expected)) + floors
    cases = []
    cases.append(Case("W", param, found, expected, floors, wrong, rtol, cases, **options))
    return cases[0]


@pytest.mark.parametrize("precision", [(5.5e-7, 1e-11), (1.7e-3, 1e-5)])
@given(st.lists(st.integers(1, 6), max_size=3), seeds)
def test_noise_is_explained_by_nothing(precision, shape, seed):
    """Not even by what has many constants to choose, in however few numbers; signs and ranks may be so by chance."""
    rng = np.random.default_rng(seed)
    found, expected, param = (np.asarray(rng.normal(size=shape)) for _ in range(3))
    case = case_of(found, expected, param, *precision)
    assert diagnose(case)[0] is None, diagnose(case)
    said = trace_of(case)
    assert not said or said.startswith(("its signs are right", "what is missing is", case.place.hint or "!")), said
    assert "multiple" not in said, said


@given(st.integers(2, 5), st.integers(2, 4), seeds)
def test_rows_and_columns_that_are_combinations(n, m, seed):
    """Of the derivative, the parameter and one number, in rows; not if the numbers of a row are no more than these."""
    rng = np.random.default_rng(seed)
    expected, x = rng.normal(size=(2, n, m + 3))
    a, b, c = rng.normal(size=(3, n, 1))
    for found, text in (
        (expected - b * x, "what is missing is a multiple of W's {}: is that of its length"),
        (expected - b * x - c, "what is missing is a multiple of W's {} plus one number"),
        (a * expected + c, "it is a multiple of the derivative plus one number"),
        (a * expected + b * x, "it is a multiple of the derivative plus one of W's {}:"),
        (a * expected + b * x + c, "it is a multiple of the derivative plus one of W's {} and one number"),
    ):
        for along, case in (("row", (found, expected, x)), ("column", (found.T, expected.T, x.T))):
            assert trace_of(case_of(*case)).startswith(f"in each {along} {text.format(along)}")
        few = slice(0, 2 if "and one" in text else 1)
        assert "multiple" not in trace_of(case_of(found[:, few], expected[:, few], x[:, few]))


@given(st.sampled_from([(8,), (3, 4), (2, 3, 3)]), seeds)
def test_what_has_nothing_of_the_derivative_is_no_norm(shape, seed):
    """Ones, or the parameter, are no multiple of the derivative plus such."""
    expected, x = np.random.default_rng(seed).normal(size=(2, *shape))
    for found in (np.ones(shape), x, x + 1):
        assert "norm" not in trace_of(case_of(found, expected, x))


@pytest.mark.parametrize("c", [0.1, -2])
@given(st.sampled_from([(3,), (3, 4)]), seeds)
def test_what_a_step_leads_to(c, shape, seed):
    expected, x = np.random.default_rng(seed).normal(size=(2, *shape))
    said = trace_of(case_of(x - c * expected, expected, x))
    assert said == f"it is W {'less 0.1' if c > 0 else 'plus 2'} times the derivative: what a step leads to?"
    assert "step" not in trace_of(case_of(2 * x - c * expected, expected, x))


def test_numbers_of_few_digits():
    E, x = np.random.default_rng(0).normal(size=(2, 12))
    said = trace_of(case_of(np.float16(E).astype(float), E, x))
    assert said == "it is right to 0.037 %: numbers of fewer digits, or an approximation?", said


@given(st.sampled_from([(4,), (3, 4), (2, 3, 3)]), seeds)
def test_softmaxes(shape, seed):
    """Behind any function; over another axis only if there is one, and not if the derivative is of no softmax."""
    rng = np.random.default_rng(seed)
    x, g, axis = rng.normal(size=shape), rng.normal(size=shape), int(rng.integers(len(shape)))

    def softmax(axis):
        return np.exp(x) / np.exp(x).sum(axis, keepdims=True)

    def jacobian(p, axis):
        return p * (g - (g * p).sum(axis, keepdims=True))

    p = softmax(axis)
    right = jacobian(p, axis)
    assert trace_of(case_of(g * p * (1 - p), right, x)).startswith("only p (1 - p) of the softmax p of W")
    for other in [other for other in (*range(len(shape)), None) if other != axis and len(shape) > 1]:
        called = "all entries" if other is None else f"axis {other}"
        text = f"W goes through a softmax over axis {axis}, in the gradient {called}?"
        assert trace_of(case_of(jacobian(softmax(other), other), right, x)) == text
        assert "softmax" not in trace_of(case_of(jacobian(softmax(other), other) + 0.1, right + 0.1, x))


@pytest.mark.parametrize("apart", [1, 3])
@given(seed=seeds)
def test_turned_pairs(apart, seed):
    rng = np.random.default_rng(seed)
    expected, angles = rng.normal(size=(4, 6)), rng.uniform(0.1, 3, size=(4, 3))
    found, first = expected.copy(), np.s_[:, ::2] if apart == 1 else np.s_[:, :3]
    second = np.s_[:, 1::2] if apart == 1 else np.s_[:, 3:]
    found[first] = np.cos(angles) * expected[first] - np.sin(angles) * expected[second]
    found[second] = np.sin(angles) * expected[first] + np.cos(angles) * expected[second]
    said = trace_of(case_of(found, expected, rng.normal(size=(4, 6))))
    assert said.startswith(f"pairs as of columns 0 and {apart} have the right lengths")
    found[0, 0] += 1
    assert "pairs" not in trace_of(case_of(found, expected, rng.normal(size=(4, 6))))


@given(st.integers(2, 5), seeds)
def test_matrices_taken_for_symmetric(n, seed):
    rng = np.random.default_rng(seed)
    E, x = rng.normal(size=(2, n, n))
    for found, text in (
        ((E + E.T) / 2, "it is the mean of the derivative and its transpose"),
        (E + E.T, "it is the sum of the derivative and its transpose"),
        (E + E.T - np.diag(np.diag(E)), "off the diagonal it is the sum of the derivative and its transpose"),
    ):
        kind, said = diagnose(case_of(found, E, x))
        assert kind == "symmetric" and said.startswith(text), said


@given(st.integers(2, 5), st.integers(3, 5), seeds)
def test_factors_of_rows_and_columns(n, m, seed):
    rng = np.random.default_rng(seed)
    E, x = rng.normal(size=(2, n, m))
    found = E * rng.normal(size=(n, 1)) * rng.normal(size=m)
    assert diagnose(case_of(found, E, x))[0] == "chain rule"
    found[0, 0] *= 1.01
    assert diagnose(case_of(found, E, x))[0] is None


def test_two_rows_of_many_need_no_factor_for_each():
    E, x = np.random.default_rng(0).normal(size=(2, 8, 3))
    found = E * np.array([[1], [1], [0.3], [0.5], [1], [1], [1], [1]])
    assert diagnose(case_of(found, E, x))[0] == "some rows"


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ([3, 6, 0.2, 0.4, 0], "it is 3 times the derivative at 2 entries, 0.1 times at 2: a branch"),
        ([3, 6, 0.2, 5, 0], ""),
        ([3, 2.0, 0.2, 4, 0], ""),
        ([1.001, 2.002, 2.004, 4.008, 0], ""),
        ([0, 0, 2, 4, 7], ""),
        ([0, 0, 0, 0, 7], "it is zero where the derivative is not, and only there: a mask the other way round?"),
    ],
)
def test_branches_and_masks(found, text):
    expected = np.array([1, 2.0, 2, 4, 0])
    said = trace_of(case_of(np.array(found, float), expected, np.array([0.3, -2, 1.7, 0.1, -1])))
    assert said.startswith(text) if text else "branch" not in said and "mask" not in said


@pytest.mark.parametrize(
    ("found", "text"),
    [([2, -2, 1, 2], "it is cut off at 2 there: is it clipped?"), ([2, 2, 1, 2], ""), ([2, -2, 3, 2], "")],
)
def test_numbers_that_are_cut_off(found, text):
    """Only with the signs of the derivative, and where no number is larger."""
    expected, x = np.array([5, -3, 1, 4.0]), np.array([0.3, -2, 1.7, 0.1])
    said = trace_of(case_of(np.array(found, float), expected, x))
    assert said == text if text else "cut off" not in said


@given(st.integers(3, 6), st.integers(3, 6), seeds)
def test_few_wrong_entries_are_no_outer_products(n, m, seed):
    """Each entry is one; a sum of a row's multiples is, where there are more entries than numbers to choose."""
    rng = np.random.default_rng(seed)
    E, x, noise = rng.normal(size=(3, n, m))
    few = np.zeros(n * m)
    few[rng.choice(n * m, 3, replace=False)] = 1
    assert "outer product" not in trace_of(case_of(E + noise * few.reshape(n, m), E, x))
    found = E + np.outer(rng.normal(size=n), rng.normal(size=m))
    assert trace_of(case_of(found, E, x)).startswith("what is missing is one outer product")


def test_few_signs_prove_nothing():
    E, x = np.ones(8), np.random.default_rng(0).normal(size=8)
    ratios = np.linspace(0.5, 1.5, 8) ** 3
    assert trace_of(case_of(ratios, E, x)).startswith("its signs are right, its sizes 0.125 to 3.38 times")
    assert trace_of(case_of(ratios[:4], E[:4], x[:4])) == ""


def test_zeros_in_rows_beside_wrong_numbers():
    E, x = np.random.default_rng(0).normal(size=(2, 6, 4))
    found = np.random.default_rng(1).normal(size=(6, 4))
    found[[1, 4]] = 0
    assert trace_of(case_of(found, E, x)) == "it is zero in rows 1, 4: no gradient arrives there"


def test_a_loss_that_takes_another_parameter():
    with pytest.raises(GradientError, match="every derivative by W is 0 here: does the loss take another parameter"):
        check_gradient(
            lambda W, U: (U**2).sum(), lambda W, U: (W**3, 2 * U), np.arange(3.0), np.ones(3), names=["W", "U"]
        )


def test_what_is_mixed_at_three_steps_is_plain_at_one():
    """A gate in place of its slope: where steps follow each other, all gates are wrong, and nothing explains it."""

    def make(rng, T):
        loss, gradient, params = lstm(rng, lambda f: f, lambda dh, dc: (dh, dc), T)
        return loss, gradient, *params

    with pytest.raises(GradientError) as caught:
        check_sizes(make, {"T": [1, 2, 3]}, names=["W", "U", "b", "c"])
    assert str(caught.value).startswith("at T = 1: d loss / d W[")
    assert caught.value.kinds == {"W": "chain rule"}
    assert str(caught.value).endswith("it is wrong at all sizes that were tried")


def test_a_kind_of_one_parameter_is_kept_beside_what_is_unexplained():
    """At one number there is another mistake, a sign."""

    def make(rng, n):
        W, U = rng.normal(size=(2, n, n))
        off = 9 * np.random.default_rng(3).normal(size=(n, n))

        def gradient(W, U):
            return (6 * W**2, 2 * U + off) if n > 1 else (-3 * W**2, 2 * U)

        return lambda W, U: (W**3).sum() + (U**2).sum(), gradient, W, U

    with pytest.raises(GradientError) as caught:
        check_sizes(make, {"n": [1, 2, 4]}, names=["W", "U"])
    assert caught.value.kinds == {"W": "factor", "U": None}


def test_points_are_shrunk_to_what_is_explained():
    """Noise where there are many numbers, a sign where there are two."""

    def gradient(W):
        return -2 * W if W.size == 2 else 2 * W + 99 * np.sin(5.0 * np.arange(W.size) + 2)

    with pytest.raises(GradientError) as caught:
        drawn = st.sampled_from([[np.arange(1.0, n)] for n in (3, 6, 7)])
        check_points(lambda W: (W**2).sum(), gradient, drawn, n_points=9, names=["W"])
    assert caught.value.kinds == {"W": "sign"} and str(caught.value).endswith("at [1., 2.]")


def test_few_points_are_tried_for_a_smaller_one(monkeypatch):
    """After these the smallest found is shown, and Hypothesis does not call it flaky."""
    monkeypatch.setattr("instahash.testing.searching.MOST_ALIKE", 20)
    seen = set()

    def gradient(W):
        seen.add(W.tobytes())
        return 3 * W.T**2

    with pytest.raises(GradientError, match="it is the transpose of the derivative") as caught:
        check_points(lambda W: (W**3).sum(), gradient, points(("n", "n")), n_points=9, names=["W"])
    assert len(seen) < 40 and caught.value.kinds == {"W": "transposed"}


def test_what_to_try_where_nothing_explains_it():
    x = np.random.default_rng(0).normal(size=5)
    for check, text in (
        (check_gradient, "try smaller sizes"),
        (check_directional, "check_gradient(..., n_checked=20)"),
    ):
        with pytest.raises(GradientError) as caught:
            check(lambda x: (x**2).sum(), lambda x: 2 * x + np.array([9, -7, -3, 5, 6]), x)
        assert f"{UNEXPLAINED}: {text}" in str(caught.value)


@pytest.mark.parametrize(
    ("shape", "found", "text"),
    [
        ((4,), (6, 4), ": is a sum over axis 0 missing?"),
        ((1, 4), (6, 4), ": is a sum over axis 0 missing?"),
        ((), (3, 2), ": is a sum over axis 0, 1 missing?"),
        ((4,), (1, 4), ": its axes of length 1 are others, as keepdims makes them; reshape it"),
        ((4, 1), (1, 4), ": it is transposed"),
        ((3, 4), (4,), ": is it a sum over too many axes?"),
        ((3, 4), (), ": is it a sum over too many axes?"),
        ((3, 4), (12,), ""),
    ],
)
def test_what_to_do_about_a_shape(shape, found, text):
    with pytest.raises(GradientError) as caught:
        check_gradient(lambda x: np.sum(x**2), lambda x: np.ones(found), np.ones(shape), names=["x"])
    assert str(caught.value) == f"x has shape {shape}, but its gradient {found}{text}"
