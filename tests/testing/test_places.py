"""Wrong entries are placed in few words, and mistakes that people make get an explanation."""

import runpy
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.testing import GradientError, check_directional, check_gradient
from instahash.testing.places import listed, place_of

PLANTS = runpy.run_path(str(Path(__file__).with_name("planted.py")))["PLANTS"]
REPORTED = runpy.run_path(str(Path(__file__).with_name("reported.py")))["REPORTED"]


@pytest.mark.parametrize(("plant", "text"), PLANTS, ids=[plant.__name__ for plant, _ in PLANTS])
def test_mistakes_that_people_make(plant, text):
    loss, gradient, params = plant(np.random.default_rng(1))
    with pytest.raises(GradientError) as caught:
        check_gradient(loss, gradient, *params, names=["W", "U", "b"][: len(params)])
    assert text in str(caught.value) and "no one kind" not in str(caught.value), str(caught.value)
    assert max(map(len, str(caught.value).splitlines())) < 130  # one block that can be read


@pytest.mark.parametrize(("problem", "text"), REPORTED, ids=[problem.__name__ for problem, _ in REPORTED])
def test_mistakes_that_people_made(problem, text):
    """What is said of each, and that nothing is said of its right gradient."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss, gradient, params = problem(np.random.default_rng(1), True)
        names = ["W", "U", "b", "c"][: len(params)]
        check_gradient(loss, gradient, *params, names=names)
    loss, gradient, params = problem(np.random.default_rng(1), False)
    with pytest.raises(GradientError) as caught:
        check_gradient(loss, gradient, *params, names=names)
    assert text in str(caught.value), str(caught.value)
    assert max(map(len, str(caught.value).splitlines())) < 130


ARRANGED = {
    "in row 2": lambda i, j: i == 2,
    "in row 7, the last": lambda i, j: i == 7,
    "in columns 0 and 4, the first and the last": lambda i, j: j % 4 == 0,
    "in rows 4 to 7 of 8, the second of two blocks": lambda i, j: i >= 4,
    "in rows 2 to 3 and 6 to 7 of 8, the second and fourth of four blocks": lambda i, j: i // 2 % 2 == 1,
    "in every second row, from 0 on": lambda i, j: i % 2 == 0,
    "in rows 3 to 6 of 8": lambda i, j: (i > 2) & (i < 7),
    "in rows 1, 2, 5": lambda i, j: np.isin(i, [1, 2, 5]),
    "on the diagonal": lambda i, j: i == j,
    "off the diagonal": lambda i, j: i != j,
    "in the triangle above the diagonal": lambda i, j: i < j,
    "in the triangle on and below the diagonal": lambda i, j: i >= j,
    "on the diagonal of columns i - 2 in rows i": lambda i, j: j == i - 2,
    "on the two diagonals 1 beside the main one": lambda i, j: abs(i - j) == 1,
    "on the border": lambda i, j: np.isin(i, [0, 7]) | np.isin(j, [0, 4]),
    "in every second row, from 1 on and column 3": lambda i, j: (i % 2 == 1) & (j == 3),
    "": lambda i, j: (i * 7 + j * 3) % 5 < 2,
}


@pytest.mark.parametrize("text", ARRANGED)
@pytest.mark.parametrize("leading", [(), (3,)])
def test_each_arrangement(text, leading):
    wrong = np.broadcast_to(ARRANGED[text](*np.indices((8, 5))), (*leading, 8, 5))
    numbers = np.random.default_rng(0).normal(size=wrong.shape)
    place = place_of(wrong, np.zeros(wrong.shape, bool), numbers, numbers[::-1] + 3, "W")
    if leading and (" row" in text or " column" in text) and " i" not in text.removeprefix("in"):
        assert "of axis" in place.text
    else:
        assert place.text == text


@given(st.sets(st.integers(0, 23), min_size=1, max_size=23), st.sampled_from([12, 24]))
def test_what_is_listed_is_true_and_short(chosen, n):
    bad = np.array(sorted({i % n for i in chosen}))
    text, hint = listed(bad, n, "row", "rows")
    assert len(text) < 90 and hint.endswith("?")
    if text.startswith("every"):
        assert len(set(np.diff(bad))) == 1
    elif " to " in text:
        runs = text.removeprefix("rows ").split(" of ")[0].split(" and ")
        spans = [range(int(a), int(b) + 1) for a, b in (run.split(" to ") for run in runs)]
        assert [i for span in spans for i in span] == bad.tolist()
    elif not text.startswith("all rows but"):
        assert f"{bad[0]}" in text


VALUES = {
    "where W < 0": lambda x: x < 0,
    "where W > 0.9": lambda x: x > 0.9,
    "where |W| < 1": lambda x: abs(x) < 1,
    "where W is 1.5, its largest value: at a clip?": lambda x: x == 1.5,
    "where the derivative < 0": lambda x: np.sin(5 * x) < 0,
}


@pytest.mark.parametrize("text", VALUES)
@pytest.mark.parametrize("shape", [(20,), (4, 5)])
def test_what_wrong_entries_have_in_common(text, shape):
    x = np.clip(np.random.default_rng(3).normal(size=shape) * 1.2, -9, 1.5)
    x.flat[[3, 8]] = 1.5
    wrong = VALUES[text](x)
    place = place_of(wrong, np.zeros(shape, bool), x, np.sin(5 * x), "W")
    assert place.text.endswith(text) and place.hint


def test_what_has_no_derivative_is_not_needed():
    """Right entries whose derivative is 0 may be in the pattern."""
    wrong = np.eye(5, dtype=bool)
    wrong[2, 2] = False
    x = np.random.default_rng(0).normal(size=(5, 5))
    assert place_of(wrong, ~wrong, x, x, "W").text == "on the diagonal"
    assert place_of(wrong, np.zeros((5, 5), bool), x, x, "W").text == ""


def test_places_are_in_the_error_too():
    x = np.random.default_rng(0).normal(size=(4, 4))
    with pytest.raises(GradientError) as caught:
        check_gradient(
            lambda W, b: (W**3).sum() + b, lambda W, b: (3 * W**2 + np.eye(4), 2.0), x, 3.0, names=["W", "b"]
        )
    assert caught.value.places == {"W": "on the diagonal", "b": ""}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("check", [check_gradient, check_directional])
@pytest.mark.parametrize("x", [[40.0, 0.0], [40.0, 1.0, -2.0], [60.0, 3.0, 3.0, 0.0]])
def test_what_a_loss_of_large_terms_cannot_show_is_no_mistake(x, check, dtype):
    """log(exp(x).sum()) - x[0] is exactly 0 all around, its gradient 1e-17."""

    def gradient(x):
        p = np.exp(x - np.log(np.exp(x).sum()))
        return np.r_[-p[1:].sum(), p[1:]]

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check(lambda x: np.log(np.exp(x).sum()) - x[0], gradient, np.array(x, dtype))
    assert "hidden by rounding errors" in str(caught[0].message)
    with pytest.raises(GradientError):
        check(lambda x: np.log(np.exp(x).sum()) - x[0], lambda x: gradient(x) + 0.01, np.array(x, dtype))


def test_the_order_is_told_by_shapes_and_by_slopes():
    """Two of one shape: only their numbers tell which is which."""
    A, B = np.random.default_rng(0).normal(size=(2, 3, 4))
    b = np.arange(1.0, 5)

    def loss(U, b, V):
        return (np.sin(U) * A).sum() + (b**3).sum() + (np.cos(V) * B).sum()

    def right(U, b, V):
        return np.cos(U) * A, 3 * b**2, -np.sin(V) * B

    for order, text in (((1, 0, 2), "first is that of b, the second that of U, the third that of V"),
                        ((1, 2, 0), "first is that of b, the second that of V, the third that of U")):  # fmt: skip
        with pytest.raises(GradientError, match=text) as caught:
            check_gradient(loss, lambda *p: [right(*p)[i] for i in order], A, b, B, names=["U", "b", "V"])
        assert "swapped" in caught.value.kinds.values()
    with pytest.raises(GradientError, match=r"U has shape \(3, 4\), but its gradient \(4,\)"):
        check_gradient(loss, lambda *p: (right(*p)[1], -right(*p)[0], right(*p)[2]), A, b, B, names=["U", "b", "V"])
    with pytest.raises(GradientError, match="it is transposed"):
        check_gradient(lambda W, U: (W @ U).sum() + (W**3).sum(), lambda W, U: ((U.sum(1) + 3 * W**2).T, U), A, A.T)


def test_many_wrong_entries_are_told_without_a_warning():
    """2,400 numbers have 10^721 choices of a half of them."""
    x = np.random.default_rng(0).normal(size=2400)
    right = np.zeros(2400, bool)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert place_of(np.abs(x) > 0.7, right, x, np.ones(2400), "W").text.endswith("where |W| > 0.7")
        assert "where" not in place_of(np.sin(1e4 * x) > 0, right, x, np.ones(2400), "W").text
