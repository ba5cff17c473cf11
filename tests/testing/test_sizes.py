"""At which sizes a gradient is wrong, and the smallest that shows the same mistake."""

import runpy
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from instahash.testing import GradientError, NotSmoothError, check_points, check_sizes, points

recurrent = runpy.run_path(str(Path(__file__).with_name("planted.py")))["recurrent"]


def complaint(make, sizes, **options):
    with pytest.raises(GradientError) as caught:
        check_sizes(make, sizes, **options)
    return caught.value


def test_a_truncated_recurrence_is_right_at_one_step():
    def make(rng, T, seq):
        loss, gradient, params = recurrent(rng, T, 1)
        return (lambda W: seq * loss(W)), (lambda W: seq * gradient(W)), *params

    error = complaint(make, {"T": range(1, 5), "seq": [1, 2]}, names=["W"])
    assert str(error).startswith("at T = 2, seq = 1: d loss / d W[")
    assert str(error).endswith("it is wrong where T >= 2, and right elsewhere")
    assert "what is missing is one outer product" in str(error)


def strided(rng, T, stride):
    """Windows of 3 that overlap where the stride is 1 or 2, and there are two."""
    k, C = rng.normal(size=3), rng.normal(size=T)

    def gradient(x):
        dx = np.zeros_like(x)
        for i in range(T):
            dx[stride * i : stride * i + 3] = C[i] * k
        return dx

    def loss(x):
        return sum(C[i] * (x[stride * i : stride * i + 3] @ k) for i in range(T))

    return loss, gradient, rng.normal(size=stride * (T - 1) + 3)


def test_two_sizes_must_meet():
    error = complaint(strided, {"T": [1, 2, 3, 5], "stride": [1, 2, 3, 4]})
    assert str(error).endswith("it is wrong where T >= 2 and stride <= 2, and right elsewhere")


def test_the_smallest_example_has_the_mistake_of_the_largest():
    """With one row and column a transpose is right; at (1, 2) it has another shape; with 2 x 2 it is a transpose."""

    def make(rng, n):
        A = rng.normal(size=(n, n))
        return (lambda W: (np.sin(W) * A).sum()), (lambda W: -np.cos(W) * A if n == 1 else np.cos(W.T) * A.T), A

    error = complaint(make, {"n": [1, 2, 3, 4]})
    assert str(error).startswith("at n = 2: ") and error.kinds == {"parameter": "transposed"}
    assert str(error).endswith("it is wrong at all sizes that were tried")


def test_the_places_stay_too():
    def make(rng, n, m):
        off = np.triu(np.ones((n, m)), 1)
        return (lambda W: (W**3).sum()), (lambda W: 3 * W**2 + off * rng.normal(size=(n, m))), rng.normal(size=(n, m))

    def steady(rng, n, m):
        loss, gradient, W = make(rng, n, m)
        off = gradient(W) - 3 * W**2
        return loss, (lambda W: 3 * W**2 + off), W

    error = complaint(steady, {"n": [1, 2, 3, 4], "m": [1, 2, 3, 4]})
    assert error.places == {"parameter": "in the triangle above the diagonal"}
    assert str(error).startswith("at n = 2, m = 3: ")  # in smaller ones a triangle is a part of a row
    assert str(error).endswith("it is wrong where m >= 2, and right elsewhere")


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        (lambda a, b: a == 2, "it is wrong where a is 2, and right elsewhere"),
        (lambda a, b: a % 2 == 1, "it is wrong where a is 1, 3, and right elsewhere"),
        (lambda a, b: b <= 2, "it is wrong where b <= 2, and right elsewhere"),
        (lambda a, b: a == b, "it is wrong at 3 of 9 combinations of sizes, right at a = 3, b = 2"),
    ],
)
def test_which_sizes_are_wrong(bad, text):
    def make(rng, a, b):
        return (lambda x: x**2), (lambda x: (3 if bad(a, b) else 2) * x), 1.5

    assert str(complaint(make, {"a": [1, 2, 3], "b": [1, 2, 3]})).endswith(text)


def test_sizes_that_do_not_go_together_are_left_out():
    def make(rng, a, b):
        return ((lambda x: x**2), (lambda x: 2 * x), 1.5) if a <= b else None

    assert check_sizes(make, {"a": [2, 1], "b": range(1, 3)}) == {"a": (1, 2), "b": (1, 2)}
    with pytest.raises(ValueError, match="make returned None at all sizes"):
        check_sizes(make, {"a": [2], "b": [1]})


def test_a_kink_is_one_here_too():
    with pytest.raises(NotSmoothError, match="at n = 1: d loss"):
        check_sizes(lambda rng, n: (lambda x: np.maximum(x, 0).sum(), lambda x: x > 0, np.zeros(n)), {"n": [1, 2]})


@pytest.mark.parametrize(
    ("sizes", "kind", "text"),
    [
        ({}, ValueError, "sizes must have a number for each"),
        ({"n": []}, ValueError, "sizes must have a number for each"),
        ([1], TypeError, "sizes must be a dict"),
        ({"n": [1.5]}, TypeError, r"sizes of n are \(1.5,\); they must be whole numbers"),
    ],
)
def test_sizes_that_make_no_sense(sizes, kind, text):
    with pytest.raises(kind, match=text):
        check_sizes(lambda rng, n: (lambda x: x, lambda x: 1.0, 1.0), sizes)


def test_points_shrink_to_the_mistake_that_was_found():
    """At one number another mistake is wrong too, and simpler."""

    def gradient(W):
        return 3 * W.T**2 if W.shape[0] > 1 else 3 * W**2 + 1

    with pytest.raises(GradientError) as caught:
        drawn = points(("n", "n"), sizes=st.integers(1, 2))
        check_points(lambda W: (W**3).sum(), gradient, drawn, n_points=9, names=["W"])
    assert caught.value.kinds == {"W": "transposed"}
    assert str(caught.value).endswith("\nat [[1., 1.], [2., 1.]]")


def test_a_mistake_that_is_not_drawn_again_is_shown_as_it_was_found(monkeypatch):
    calls, find = [], hypothesis.find

    def once(*arguments, **options):
        calls.append(arguments)
        if len(calls) > 1:
            raise NoSuchExample("")
        return find(*arguments, **options)

    monkeypatch.setattr(hypothesis, "find", once)
    with pytest.raises(GradientError, match=r"(?s)derivative.*\nat "):
        check_points(lambda w: (w**2).sum(), lambda w: 3 * w, points("n"), n_points=9)
    assert len(calls) == 2


def test_points_at_which_all_is_right():
    assert (
        check_points(
            lambda W, b: (W @ b).sum(), lambda W, b: (0 * W + b, W.sum(0)), points(("n", "m"), "m"), n_points=9
        )
        == 9
    )


def test_points_must_be_a_strategy():
    with pytest.raises(TypeError, match="points must be a strategy, as testing.points.* not a list"):
        check_points(lambda W: W.sum(), lambda W: W, [np.ones(3)])
