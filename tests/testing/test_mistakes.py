"""Planted mistakes are given their own names, in every problem, and other mistakes none of these."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from instahash.autorec import reference as autorec
from instahash.testing import GradientError, check_directional, check_gradient
from instahash.testing.cases import Case
from instahash.testing.mistakes import diagnose
from instahash.word2vec import reference as word2vec

seeds = st.integers(0, 10**6)


def logistic(rng):
    """w (4, 4) is flattened for 30 rows of 16 features; a bias of four parts that all count."""
    X, y = rng.normal(size=(30, 16)), rng.random(30)

    def both(w, b):
        z = X @ w.reshape(-1) + b @ np.array([1.0, 0.5, -2.0, 3.0])
        error = (word2vec.sigmoid(z) - y) / 30
        loss = (np.logaddexp(0, z) - y * z).mean() + 0.1 * (w**2).sum()
        return loss, (X.T @ error).reshape(4, 4) + 0.2 * w, error.sum() * np.array([1.0, 0.5, -2.0, 3.0])

    return both, [rng.normal(size=(4, 4)), rng.normal(size=4)]


def tanh_network(rng):
    x, B = rng.normal(size=4), rng.normal(size=(4, 4))

    def both(A, b):
        t = np.tanh(A @ x + b)
        dz = (B @ B.T @ t) * (1 - t**2)
        return 0.5 * ((B.T @ t) ** 2).sum() + np.exp(A).sum(), np.outer(dz, x) + np.exp(A), dz

    return both, [rng.normal(size=(4, 4)), rng.normal(size=4)]


def skip_gram(rng):
    P = rng.random(4) + 0.1
    P, pairs = P / P.sum(), [(0, 1), (1, 2), (3, 1), (2, 0)]
    return (lambda W, C: word2vec.expected_loss(W, C, pairs, P, 3)), [rng.normal(size=(4, 4)) for _ in "WC"]


def autoencoder(rng):
    X, S = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))

    def both(V, mu, U, b):
        return autorec.loss_and_gradients(V, mu, U, b, X, S, reg=0.3, hidden="tanh")

    return both, [rng.normal(size=shape) for shape in ((4, 4), 4, (4, 4), 4)]


PROBLEMS = {f.__name__: f for f in (logistic, tanh_network, skip_gram, autoencoder)}


def rows_wrong(g, rng):
    g[[1, 2]] += rng.normal(size=(2, *g.shape[1:]))
    return g


def one_wrong(g, rng):
    g[1, 2] *= rng.uniform(3.1, 3.9)
    return g


# What the planted code returns in place of the first parameter's gradient g, at the parameter W.
MISTAKES = {
    ("sign", "all"): lambda g, W, rng: -g,
    ("sign", "one row"): lambda g, W, rng: g * np.array([[1], [1], [-1], [1]]),
    ("factor", "twice"): lambda g, W, rng: 2 * g,
    ("factor", "half"): lambda g, W, rng: g / 2,
    ("factor", "rows"): lambda g, W, rng: 4 * g,
    ("factor", "mean"): lambda g, W, rng: g / 30,
    ("factor", "any"): lambda g, W, rng: 0.7311 * g,
    ("factor", "near one"): lambda g, W, rng: 1.0003 * g,
    ("zero", "all"): lambda g, W, rng: 0 * g,
    ("transposed", "all"): lambda g, W, rng: g.T,
    ("reduction", "sum"): lambda g, W, rng: np.full_like(g, g.sum()),
    ("reduction", "sum over rows"): lambda g, W, rng: np.broadcast_to(g.sum(0), g.shape),
    ("reduction", "mean over columns"): lambda g, W, rng: np.broadcast_to(g.mean(1, keepdims=True), g.shape),
    ("reduction", "one row"): lambda g, W, rng: np.broadcast_to(g[3], g.shape),
    ("reduction", "other entries"): lambda g, W, rng: g.sum() * np.diff(np.r_[0, rng.random(15), 1]).reshape(4, 4),
    ("shifted", "rows"): lambda g, W, rng: np.roll(g, 1, axis=0),
    ("shifted", "columns, cut off"): lambda g, W, rng: np.c_[g[:, 1:], rng.normal(size=4)],
    ("shifted", "any order"): lambda g, W, rng: g.reshape(-1)[[5, *range(5), *range(6, 16)]].reshape(4, 4)[::-1],
    ("missing term", "penalty"): lambda g, W, rng: g - 0.3 * W,
    ("missing term", "small penalty"): lambda g, W, rng: g - 0.002 * W,
    ("missing term", "penalty twice"): lambda g, W, rng: g + 0.3 * W,
    ("missing term", "sign"): lambda g, W, rng: g - 0.3 * np.sign(W),
    ("missing term", "constant"): lambda g, W, rng: g - 0.5,
    ("missing term", "row"): lambda g, W, rng: g - np.array([0.3, -1, 0.2, 0.1]),
    ("missing term", "column"): lambda g, W, rng: g - np.array([0.3, -1, 0.2, 0.1])[:, None],
    ("chain rule", "rows"): lambda g, W, rng: g * np.array([[0.3], [0.5], [2], [1]]),
    ("chain rule", "columns"): lambda g, W, rng: g * np.array([0.3, 0.5, 2, 1]),
    ("chain rule", "exp"): lambda g, W, rng: g / np.exp(W),
    ("chain rule", "exp twice"): lambda g, W, rng: g * np.exp(W),
    ("chain rule", "tanh"): lambda g, W, rng: g / (1 - np.tanh(W) ** 2),
    ("chain rule", "sigmoid"): lambda g, W, rng: g * word2vec.sigmoid(W) * word2vec.sigmoid(-W),
    ("chain rule", "inner factor"): lambda g, W, rng: g / W,
    ("some rows", "zero"): lambda g, W, rng: g * np.array([[1], [0], [1], [0]]),
    ("some rows", "wrong"): lambda g, W, rng: rows_wrong(g.copy(), rng),
    (None, "one entry"): lambda g, W, rng: one_wrong(g.copy(), rng),
    (None, "noise"): lambda g, W, rng: g + rng.normal(size=g.shape),
    (None, "other numbers"): lambda g, W, rng: rng.normal(size=g.shape),
    (None, "square"): lambda g, W, rng: g + 0.1 * W**2,
    (None, "sign and penalty"): lambda g, W, rng: -g + 0.1 * W,
}


def planted(problem, mistake, seed, dtype=np.float64):
    """Loss, gradient with the mistake, parameters, names."""
    rng = np.random.default_rng(seed)
    both, params = PROBLEMS[problem](rng)
    draw = int(rng.integers(10**6))

    def gradient(W, *others):
        _, g, *rest = both(W, *others)
        return [np.asarray(mistake(g, W, np.random.default_rng(draw)), dtype), *rest]

    return (lambda *p: both(*p)[0]), gradient, params, ["W", "b", "U", "c"][: len(params)]


def case_of(problem, mistake, seed, rtol, floor):
    """The case of W, with derivatives that are known to `floor` times the largest."""
    _, wrong, params, names = planted(problem, mistake, seed)
    _, right, _, _ = planted(problem, lambda g, W, rng: g, seed)
    rng, cases = np.random.default_rng([seed, 1]), []
    for name, param, found, expected in zip(names, params, wrong(*params), right(*params)):
        expected = expected + 0.1 * floor * np.abs(expected).max() * rng.uniform(-1, 1, expected.shape)
        floors = np.full(param.shape, floor * np.abs(expected).max())
        off = np.abs(found - expected) > rtol * np.maximum(np.abs(found), np.abs(expected)) + floors
        cases.append(Case(name, param, found, expected, floors, off, rtol, cases, {"the batch size": 30}))
    return cases[0]


@pytest.mark.parametrize(("kind", "mistake"), MISTAKES)
@given(problem=st.sampled_from(sorted(PROBLEMS)), seed=seeds)
def test_each_kind_is_named_as_this_kind_alone(kind, mistake, problem, seed):
    case = case_of(problem, MISTAKES[kind, mistake], seed, 5.5e-7, 1e-11)
    assume(mistake != "other entries" or abs(case.expected.sum()) > 0.02 * np.abs(case.expected).sum())
    assert diagnose(case)[0] == kind, diagnose(case)


@pytest.mark.parametrize(("kind", "mistake"), MISTAKES)
@given(problem=st.sampled_from(sorted(PROBLEMS)), seed=seeds)
def test_in_float32_it_is_named_as_this_kind_or_not_at_all(kind, mistake, problem, seed):
    case = case_of(problem, MISTAKES[kind, mistake], seed, 1.7e-3, 1e-4)
    assert diagnose(case)[0] in (kind, None), diagnose(case)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize(("kind", "mistake"), MISTAKES)
def test_the_check_names_the_kind(problem, kind, mistake):
    loss, gradient, params, names = planted(problem, MISTAKES[kind, mistake], 3)
    with pytest.raises(GradientError) as caught:
        check_gradient(loss, gradient, *params, names=names, sizes={"the batch size": 30})
    assert caught.value.kinds == {"W": kind}, str(caught.value)


def complaint(loss, gradient, *params, **options):
    with pytest.raises(GradientError) as caught:
        check_gradient(loss, gradient, *params, **options)
    return caught.value


def halves(W, C):
    """A loss that treats its parameters unlike each other."""
    return (W**3).sum() + np.sin(C).sum()


@pytest.mark.parametrize("problem", ["skip_gram", "autoencoder", "halves"])
def test_swapped_gradients(problem):
    loss, gradient, params, _ = planted(problem if problem != "halves" else "skip_gram", lambda g, W, rng: g, 0)
    if problem == "halves":
        loss, gradient = halves, lambda W, C: (3 * W**2, np.cos(C))

    def swapped(*params):
        gradients = list(gradient(*params))
        i = 1 if len(gradients) == 2 else 2
        gradients[0], gradients[i] = gradients[i], gradients[0]
        return gradients

    names = ["W", "C"] if len(params) == 2 else ["W", "mu", "C", "b"]
    error = complaint(loss, swapped, *params, names=names)
    assert error.kinds == {"W": "swapped", "C": "swapped"} and "it is the derivative by C" in str(error)


@pytest.mark.parametrize("seed", range(4))
def test_a_term_with_a_row_of_another_parameter(seed):
    """Word 1 meets word 2 and the negatives 0 and 3; their terms at C are forgotten, or counted twice."""
    rng = np.random.default_rng(seed)
    W, C, P = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), np.array([0.5, 0.0, 0.1, 0.4])

    def both(W, C):
        return word2vec.expected_loss(W, C, [(1, 2)], P, 2)

    def doubled(W, C):
        _, dW, dC = both(W, C)
        dC[[0, 3]] *= 2
        dC[0] *= 1.5
        return dW, dC

    error = complaint(lambda *p: both(*p)[0], doubled, W, C, names=["W", "C"])
    assert error.kinds == {"C": "missing term"} and "in rows 0 and 3, the first and the last" in str(error)
    assert "what is missing in each wrong row is a multiple of W[1]" in str(error)


def test_a_bias_summed_over_the_wrong_axis():
    rng = np.random.default_rng(0)
    X, S, params = rng.normal(size=(5, 5)), rng.normal(size=(5, 5)), [rng.normal(size=(5, 5)), rng.normal(size=5)]
    error = complaint(
        lambda W, b: 0.5 * ((X @ W + b - S) ** 2).sum() / 5,
        lambda W, b: (X.T @ (X @ W + b - S) / 5, (X @ W + b - S).sum(axis=1) / 5),
        *params,
        names=["W", "b"],
    )
    assert error.kinds == {"b": "reduction"} and "their sum is right" in str(error)


x = np.array([[0.3, -0.7], [1.1, 0.4]])


def cube(x):
    return (x**3).sum()


@pytest.mark.parametrize(
    ("gradient", "text"),
    [
        (lambda x: -3 * x**2, "parameter: 4 of 4 wrong\n  sign: it is minus the derivative"),
        (lambda x: 3 * x**2 * [[1], [-1]], "2 of 4 wrong, in row 1\n  sign: it is minus the derivative"),
        (lambda x: 3 * x**2 * [0, 1], "2 of 4 wrong, in column 0\n  some rows: it is zero there"),
        (lambda x: 6 * x**2, "factor: it is twice the derivative"),
        (
            lambda x: 24 * x**2,
            "factor: it is 8 times the derivative, and 8 is the batch size: a sum in place of a mean?",
        ),
        (lambda x: 3 * x**2 / 8, "factor: it is the derivative / 8, and 8 is the batch size: divided once too often?"),
        (lambda x: 3 * x**2 * 0.123, "factor: it is 0.123 times the derivative"),
        (lambda x: 0 * x, "zero: it is zero everywhere, as if the loss did not depend on parameter"),
        (lambda x: 3 * x.T**2, "transposed: it is the transpose of the derivative"),
        (lambda x: 3 * x**2 - 0.25 * x, "missing term: 0.25 * parameter is missing"),
        (lambda x: 3 * x**2 + 0.25 * x, "missing term: 0.25 * parameter is too much"),
        (lambda x: 3 * x, "chain rule: the factor parameter is missing"),
        (lambda x: 3 * x**3, "chain rule: the factor parameter is there once too often"),
        (lambda x: 3 * x**2 + [[0, 0], [0, 1]], "1 of 4 wrong\n  no one kind of mistake explains it"),
    ],
)
def test_what_is_said(gradient, text):
    assert text in str(complaint(cube, gradient, x, sizes={"the batch size": 8}))


def test_the_whole_message():
    """d = 3 x^2 is 0.27, 1.47, 3.63, 0.48; the worst is named, with as many digits as tell the two apart."""
    error = complaint(cube, lambda x: -3 * x**2, x, names=["W"])
    assert str(error).splitlines() == [
        "d loss / d W[1, 0] is 3.63 by differences, but the gradient says -3.63",
        "they may differ by 2e-06",
        "W: 4 of 4 wrong",
        "  sign: it is minus the derivative",
    ]
    error = complaint(cube, lambda x: 3 * x**2 * 1.000003, x, names=["W"])
    assert str(error).startswith("d loss / d W[1, 0] is 3.63 by differences, but the gradient says 3.63001089\n")


def test_one_number_is_enough_for_a_sign_but_not_for_any_factor():
    one = np.array([2.0])
    assert complaint(cube, lambda x: -3 * x**2, one).kinds == {"parameter": "sign"}
    assert complaint(cube, lambda x: 6 * x**2, one).kinds == {"parameter": "factor"}
    assert complaint(cube, lambda x: 3.3 * x**2, one).kinds == {"parameter": None}


def test_a_part_of_the_entries_is_enough_for_a_sign_but_not_for_an_order():
    x = np.random.default_rng(0).normal(size=(5, 5))
    assert complaint(cube, lambda x: -3 * x**2, x, n_checked=4).kinds == {"parameter": "sign"}
    error = complaint(cube, lambda x: 3 * x.T**2, x, n_checked=6)
    assert error.kinds == {"parameter": None} and " of 6 wrong\n" in str(error)
    error = complaint(cube, lambda x: 3 * x**2 * [[2], [1], [1], [1], [3]], x, n_checked=24)
    assert " of 24 wrong\n" in str(error)  # not in which rows


@pytest.mark.parametrize("s", [3, 4])
def test_a_shift_by_some(s):
    x = np.random.default_rng(0).normal(size=9)
    error = complaint(cube, lambda x: 3 * np.r_[x[-s:] + 1, x[:-s]] ** 2, x)
    assert error.kinds == {"parameter": "shifted"}
    assert f"along axis 0 the derivative at i stands at i + {s}" in str(error)


def test_three_axes():
    x = np.random.default_rng(0).normal(size=(3, 3, 2))
    assert complaint(cube, lambda x: 3 * x.transpose(1, 0, 2) ** 2, x).kinds == {"parameter": "transposed"}
    assert complaint(cube, lambda x: 3 * np.roll(x, 1, axis=1) ** 2, x).kinds == {"parameter": "shifted"}
    assert complaint(cube, lambda x: 0 * x + (3 * x**2).mean(2, keepdims=True), x).kinds == {"parameter": "reduction"}
    error = complaint(lambda x: x**2, lambda x: -2 * x, np.array(3.0))
    assert error.kinds == {"parameter": "sign"} and str(error).startswith("d loss / d parameter is 6 by")


@pytest.mark.parametrize(("factor", "kind"), [(-1, "sign"), (2, "factor"), (0.3, "factor"), (0, "zero")])
def test_random_directions_tell_kinds_that_hold_everywhere(factor, kind):
    loss, gradient, params, _ = planted("tanh_network", lambda g, W, rng: g, 0)
    with pytest.raises(GradientError, match="d loss / d direction . is .* says") as caught:
        check_directional(loss, lambda *p: [factor * g for g in gradient(*p)], *params)
    assert caught.value.kinds == {"random directions": kind}
    with pytest.raises(GradientError, match="no one kind") as caught:
        check_directional(loss, lambda *p: [2 * gradient(*p)[0], gradient(*p)[1]], *params)


def test_a_mistake_that_is_hardly_there_has_no_kind():
    """By less than five tolerances, 3e-6: g is still twice this and that, within the tolerance."""
    assert complaint(cube, lambda x: 3 * x**2 * (1 + 2e-6), x).kinds == {"parameter": None}
    assert complaint(cube, lambda x: 3 * x**2 * (1 + 5e-6), x).kinds == {"parameter": "factor"}


def test_a_kind_explains_the_errors_and_not_only_the_numbers():
    """Errors of 0.95, 1, 1 and 1.05 times 1e-5: one factor is near enough to each number, but not to each error."""
    x = np.array([0.3, -0.7, 1.1, 0.4])
    assert complaint(cube, lambda x: 3 * x**2 * (1 + 1e-5 * np.array([0.95, 1, 1, 1.05])), x).kinds == {
        "parameter": None
    }


def test_zeros_that_noise_might_be_have_no_kind():
    expected = np.array([3.0, 0.1, -0.2])
    case = Case("x", expected, 0 * expected, expected, np.ones(3), np.abs(expected) > 1, 1e-6)
    assert diagnose(case) == (None, "")


def test_each_number_must_fit_within_its_own_tolerance():
    """Twice the derivative for 3e6, three times for 3: of two numbers wrong, a factor explains one."""
    x = np.array([1000.0, 1.0])
    assert complaint(cube, lambda x: 3 * x**2 * [2, 3], x).kinds == {"parameter": None}


def test_small_numbers_are_shown_as_zero():
    error = complaint(lambda x: 1 + np.sin(x).sum(), lambda x: np.cos(x) + 0.1, np.array([np.pi / 2]))
    assert "is 0 by differences, but the gradient says 0.1\n" in str(error)


def test_zeros_in_no_row_have_no_kind():
    x = np.random.default_rng(0).normal(size=(3, 3))
    assert complaint(cube, lambda x: 3 * x**2 * (1 - np.eye(3)), x).kinds == {"parameter": None}


def test_a_gradient_of_what_the_loss_does_not_depend_on():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        error = complaint(lambda x, y: (x**2).sum(), lambda x, y: (2 * x, y * 0 + 0.25), x, x)
    assert error.kinds == {"parameter 1": "missing term"} and "0.25 * 1 is too much" in str(error)


def test_a_length_of_a_parameter_may_be_the_factor():
    x = np.random.default_rng(0).normal(size=(7, 3))
    assert "7 times the derivative, and 7 is W.shape[0]" in str(complaint(cube, lambda W: 21 * W**2, x, names=["W"]))
    assert "the derivative / 3, and 3 is W.shape[1]" in str(complaint(cube, lambda W: W**2, x, names=["W"]))
    assert "  factor: it is twice the derivative" in str(complaint(cube, lambda W: 6 * W**2, x[:2], names=["W"]))


@pytest.mark.parametrize("shape", [(6, 1), (1, 6), (2, 2), (1, 1), (6,)])
@given(seed=seeds)
def test_with_few_numbers_what_can_explain_all_explains_nothing(shape, seed):
    """Noise in arrays of one row or column, where any number a row or column fits."""
    rng = np.random.default_rng(seed)
    W, C, expected = rng.normal(size=shape), rng.normal(size=(3, *shape[1:])), rng.normal(size=shape)
    cases = []
    for name, param, found, right in (("W", W, rng.normal(size=shape), expected), ("C", C, C, C)):
        floor, wrong = np.full(param.shape, 1e-12), np.abs(found - right) > 1e-9
        cases.append(Case(name, param, found, right, floor, wrong, 5e-7, cases))
    assert diagnose(cases[0]) == (None, "")


def test_the_right_sum_says_nothing_where_it_is_zero():
    """The gradient by the outputs of a softmax sums to 0, whichever the target."""

    def loss(o):
        return np.logaddexp.reduce(o) - o[0]

    def gradient(o):
        return np.exp(o - np.logaddexp.reduce(o)) - np.array([0, 0.5, 0.5, 0])

    assert complaint(loss, gradient, np.array([0.1, 0.5, -0.3, 0.7])).kinds == {"parameter": None}


def test_a_term_added_at_another_index():
    x = np.array([0.3, -0.7, 1.1, 0.4])
    error = complaint(cube, lambda x: 3 * x**2 + [0.2, 0, -0.2, 0], x)
    assert error.kinds == {"parameter": "reduction"} and "added at wrong indices" in str(error)


@pytest.mark.parametrize("seed", range(100))
def test_rows_are_not_named_where_others_are_hardly_better(seed):
    case = case_of("logistic", MISTAKES["missing term", "small penalty"], seed, 1.7e-3, 1e-4)
    assert diagnose(case)[0] in ("missing term", None)


def test_some_rows_are_not_most_of_them():
    """Where a word is in no post, its column alone is right: that says nothing of the others."""
    x = np.random.default_rng(0).normal(size=(3, 5))
    wrong = np.random.default_rng(1).normal(size=(3, 5))
    for columns, kind in (([1, 3], "some rows"), ([0, 1, 3, 4], None)):
        off = np.where(np.isin(np.arange(5), columns), wrong, 0)
        error = complaint(cube, lambda x: 3 * x**2 + off, x)
        assert error.kinds == {"parameter": kind} and f"in columns {', '.join(map(str, columns))}\n" in str(error)


def test_a_sum_may_be_off_by_all_its_terms():
    """Each of 100 derivatives is known to 1e-5, so that their sum is known to 1e-3."""
    right, floor = np.random.default_rng(0).normal(size=100), np.full(100, 1e-5)
    found = np.full(100, right.sum())
    case = Case("x", right, found, right + floor, floor, np.ones(100, bool), 5e-7)
    assert diagnose(case) == ("reduction", "each entry is the sum of the derivatives over all entries")


def test_five_places_are_listed():
    x = np.random.default_rng(0).normal(size=(20, 2))
    for n, text in ((5, "in rows 0, 1, 3, 7, 8\n"), (6, "in rows 0, 1, 3, 7, 8, ...\n")):
        right = ~np.isin(np.arange(20), [0, 1, 3, 7, 8, 12][:n])
        assert text in str(complaint(cube, lambda x: 3 * x**2 * right[:, None], x))


@pytest.mark.parametrize(("off", "kind"), [(1e-4, "some rows"), (0.05, None)])
def test_the_other_rows_are_right_by_far(off, kind):
    found = np.random.default_rng(0).normal(size=(4, 4))
    errors = np.full((4, 4), off)
    errors[0] = [1, -2, 3, 1.5]
    wrong = np.abs(errors) > 0.1
    assert diagnose(Case("W", found, found, found + errors, np.full((4, 4), 0.1), wrong, 1e-6))[0] == kind


def softmax(z):
    return np.exp(z - np.logaddexp.reduce(z, axis=-1, keepdims=True))


def softmax_regression(rng, mistake):
    """20 rows of 4 features and 3 classes, with two penalties; errors of a row add up to 0."""
    X, Y = rng.normal(size=(20, 4)), np.eye(3)[rng.integers(3, size=20)]

    def loss(W, b):
        z = X @ W + b
        cross_entropy = np.logaddexp.reduce(z, axis=1) - (z * Y).sum(1)
        return cross_entropy.mean() + sum(0.05 * (p**2).sum() + 0.03 * np.abs(p).sum() for p in (W, b))

    def gradient(W, b):
        dW, db = mistake(X, softmax(X @ W + b) - Y)
        return [g + 0.1 * p + 0.03 * np.sign(p) for g, p in ((dW, W), (db, b))]

    return loss, gradient, [rng.normal(size=(4, 3)), rng.normal(size=3)]


def attention(rng, mistake):
    """Weights of a row add up to 1, so that the derivatives by one query's scores add up to 0."""
    C = rng.normal(size=(5, 5))

    def loss(Q, K):
        return (softmax(Q @ K.T) * C).sum() + 0.05 * (K**2).sum()

    def gradient(Q, K):
        A = softmax(Q @ K.T)
        dS = A * (C - (A * C).sum(1, keepdims=True))
        return dS @ K, mistake(Q, dS) + 0.1 * K

    return loss, gradient, [rng.normal(size=(5, 4)) for _ in "QK"]


def drawn_classes(rng, mistake):
    """A softmax over three of nine classes a row: the rows of the other classes are right."""
    X, classes = rng.normal(size=(6, 3)), np.array([rng.permutation(7)[:3] for _ in range(6)])

    def loss(W):
        z = np.einsum("nd,nkd->nk", X, W[classes])
        return (np.logaddexp.reduce(z, axis=1) - z[:, 0]).mean() + 0.05 * (W**2).sum()

    def gradient(W):
        E, dW = softmax(np.einsum("nd,nkd->nk", X, W[classes])), 0.1 * W
        E[:, 0] -= 1
        np.add.at(dW, classes, mistake(E)[:, :, None] * X[:, None])
        return dW

    return loss, gradient, [rng.normal(size=(9, 3))]


def norm(rng, mistake):
    """Rows less their mean, over their deviation, beside the rows themselves; the last column is in no use."""
    C, R = rng.normal(size=(5, 4)), rng.normal(size=(5, 4))

    def both(x):
        off = x - x.mean(1, keepdims=True)
        s = np.sqrt((off**2).mean(1, keepdims=True))
        return off / s, s

    def loss(x):
        return (np.tanh(both(x[:, :4])[0]) * C).sum() + (R * np.sin(x[:, :4])).sum()

    def gradient(x):
        n, s = both(x[:, :4])
        g = (1 - np.tanh(n) ** 2) * C
        dx = mistake(g - g.mean(1, keepdims=True), n * (g * n).mean(1, keepdims=True), s) + R * np.cos(x[:, :4])
        return np.c_[dx, np.zeros(5)]

    return loss, gradient, [rng.normal(size=(5, 5))]


SUMS_THAT_ARE_ALWAYS_RIGHT = [
    (softmax_regression, lambda X, E: (X.T @ E, E.sum(0))),
    (softmax_regression, lambda X, E: (-X.T @ E / 20, -E.mean(0))),
    (softmax_regression, lambda X, E: ((X**2).T @ E / 20, E.mean(0))),
    (softmax_regression, lambda X, E: (X[:10].T @ E[:10] / 20, E[:10].mean(0))),
    (softmax_regression, lambda X, E: (X.T @ E / 20, E[0])),
    (attention, lambda Q, dS: 2 * dS.T @ Q),
    (attention, lambda Q, dS: -dS.T @ Q),
    (attention, lambda Q, dS: dS.T @ Q**2),
    (drawn_classes, lambda E: E),
    (drawn_classes, lambda E: np.roll(E, 1, axis=1) / 6),
    (norm, lambda a, b, s: a - b),
    (norm, lambda a, b, s: (a + b) / s),
    (norm, lambda a, b, s: a / s),
]


@pytest.mark.parametrize("number", range(len(SUMS_THAT_ARE_ALWAYS_RIGHT)))
@pytest.mark.parametrize("seed", range(3))
def test_a_right_sum_says_nothing_where_it_always_is_right(number, seed):
    problem, mistake = SUMS_THAT_ARE_ALWAYS_RIGHT[number]
    loss, gradient, params = problem(np.random.default_rng(seed), mistake)
    error = complaint(loss, gradient, *params)
    assert set(error.kinds.values()) == {None}, str(error)


def test_a_sum_that_cannot_be_had_elsewhere_says_nothing():
    A, b, calls = np.random.default_rng(0).normal(size=(4, 4)), np.array([0.3, -0.7, 1.1, 0.4]), []

    def gradient(A, b):
        calls.append(1)
        if len(calls) > 2:
            raise IndexError
        return np.cos(A + b), np.cos(A + b).sum(1)

    assert complaint(lambda A, b: np.sin(A + b).sum(), gradient, A, b).kinds == {"parameter 1": None}


@pytest.mark.parametrize("shape", [(5,), (5, 1), (1, 5)])
def test_a_bias_of_a_softmax_network_summed_over_the_wrong_axis(shape):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(5, 5)), rng.integers(3, size=5)

    def forward(W, b, U):
        H = np.tanh(X @ W + b.reshape(-1))
        return H, softmax(H @ U) - np.eye(3)[y]

    def loss(W, b, U):
        return -np.log((forward(W, b, U)[1] + np.eye(3)[y])[range(5), y]).mean() + 0.1 * (b**2).sum()

    def gradient(W, b, U):
        H, E = forward(W, b, U)
        dZ = E @ U.T * (1 - H**2) / 5
        return X.T @ dZ, dZ.sum(1).reshape(shape) + 0.2 * b, H.T @ E / 5

    params = [rng.normal(size=(5, 5)), rng.normal(size=shape), rng.normal(size=(5, 3))]
    error = complaint(loss, gradient, *params, names=["W", "b", "U"])
    assert error.kinds == {"b": "reduction"} and "their sum is right" in str(error)


def test_terms_added_to_another_row():
    """Words 0, 2 and 4 of a bag, of which 2 goes to 1: columns add up, rows do not, and row 0 is right."""
    W, M = np.random.default_rng(0).normal(size=(2, 6, 3))

    def gradient(W):
        right, wrong = W / 5 + np.cos(W) * M, W / 5
        np.add.at(wrong, [0, 1, 1, 3, 4, 5], right - W / 5)
        return wrong

    error = complaint(lambda W: (W**2).sum() / 10 + (np.sin(W) * M).sum(), gradient, W, names=["W"])
    assert error.kinds == {"W": "reduction"} and "added at wrong indices" in str(error)


def test_a_slope_at_a_single_number_or_at_another_parameter_is_named():
    p, m, s = np.array(0.7), np.array([1.0, 2.0, -0.7]), np.array([0.3, -0.4, 0.6])
    with pytest.raises(GradientError, match=r"chain rule: the factor exp\(r\) is missing"):
        check_gradient(lambda r: np.exp(r) ** 2, lambda r: 2 * np.exp(r), p, names=["r"])
    with pytest.raises(GradientError, match=r"m: 3 of 3 wrong\n  chain rule: .*, or exp\(-s\) is missing") as caught:
        check_gradient(
            lambda m, s: ((m * np.exp(-s)) ** 2).sum(),
            lambda m, s: (2 * m * np.exp(-s), -2 * m**2 * np.exp(-2 * s)),
            m,
            s,
            names=["m", "s"],
        )
    assert caught.value.kinds == {"m": "chain rule"}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@given(st.floats(0.3, 3), st.floats(1.1, 5))
def test_no_slope_is_named_by_chance_at_a_single_number(dtype, x, factor):
    """A constant, to which no slope is near by chance but to three digits."""
    factors = [x, np.exp(x), 1 - np.tanh(x) ** 2, np.exp(-x) / (1 + np.exp(-x)) ** 2, 0.5, 2]
    assume(all(abs(factor * f**sign - 1) > 1e-4 for f in factors for sign in (1, -1)))
    with pytest.raises(GradientError) as caught:
        check_gradient(lambda r: r**3, lambda r: dtype(factor) * 3 * r**2, dtype(x), names=["r"])
    assert caught.value.kinds == {"r": None}
