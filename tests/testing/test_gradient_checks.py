"""The checks pass a right gradient and name what is wrong with a wrong one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.testing import GradientError, check_directional, check_gradient


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
    found = []
    for seed in range(20):
        try:
            check_gradient(loss, WRONG["one entry"], *point(1), n_checked=3, seed=seed)
        except GradientError:
            found.append(seed)
    assert 0 < len(found) < 15


def test_a_single_parameter_and_unchanged_arguments():
    x = np.array([1.0, 2.0])
    check_gradient(lambda x: (x**3).sum(), lambda x: 3 * x**2, x)
    assert x.tolist() == [1.0, 2.0]


def test_shapes_counts_and_types_are_checked():
    x = np.ones(3)
    with pytest.raises(GradientError, match=r"shape \(3,\), but its gradient \(1, 3\): its axes") as caught:
        check_gradient(lambda x: x.sum(), lambda x: np.ones((1, 3)), x)
    assert caught.value.kinds == {"parameter": "shape"}
    with pytest.raises(GradientError, match="one array for each parameter: 2, not 1"):
        check_gradient(lambda x, y: 0.0, lambda x, y: np.ones(3), x, x)
    with pytest.raises(TypeError, match="arrays of float64, float32 or complex numbers, not int64"):
        check_gradient(lambda x: x.sum(), lambda x: np.ones(3), x.astype(np.int64))
    with pytest.raises(TypeError, match="must be arrays, numbers, or lists, .* not a str; hand in data as kwargs="):
        check_directional(lambda x: 0.0, lambda x: np.ones(3), "abc")
    for bad, what in (
        (np.ones(3) + 0j, "complex128"),
        ([None], "a NoneType"),
    ):
        with pytest.raises(TypeError, match=f"of parameter must be an array of real numbers, not {what}"):
            check_gradient(lambda x: x.sum(), lambda x, bad=bad: bad, x)
    with pytest.raises(GradientError, match=r"shape \(3,\), but its gradient \(1, 3\): its axes"):
        check_gradient(lambda x: x.sum(), lambda x: sparse.csr_array(np.ones((1, 3))), x)


@pytest.mark.parametrize("check", [check_gradient, check_directional])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_point_is_finite(check, bad):
    with pytest.raises(ValueError, match="parameters must be finite"):
        check(lambda x: x[0], lambda x: np.array([1.0, 0.0]), np.array([1.0, bad]))


@pytest.mark.parametrize("names", [["W"], ["W", "b", "c"], "Wb"])
def test_each_parameter_has_a_name(names):
    with pytest.raises(ValueError, match="names must be a list of 2, one a parameter, not "):
        check_gradient(loss, gradient, *point(0), names=names)


@pytest.mark.parametrize("check", [check_gradient, check_directional])
@pytest.mark.parametrize("shapes", [[(0, 3)], [(0,), (2, 0)]])
def test_nothing_is_checked_where_there_are_no_entries(check, shapes):
    check(lambda *p: 1.0, lambda *p: p, *map(np.ones, shapes))


@pytest.mark.parametrize("check", [check_gradient, check_directional])
@pytest.mark.parametrize(("n_params", "wanted"), [(1, "the array of the parameter"), (2, "2 arrays, one a parameter")])
def test_a_forgotten_return(check, n_params, wanted):
    text = f"the gradient function returned None; it must return {wanted}: is a return missing?"
    with pytest.raises(GradientError) as caught:
        check(lambda *p: sum(x.sum() for x in p), lambda *p: None, *[np.ones(2)] * n_params)
    assert str(caught.value) == text and caught.value.kinds == {"gradient": "count"}


def test_transposed_shapes():
    with pytest.raises(GradientError, match=r"shape \(2, 3\), but its gradient \(3, 2\): it is transposed") as caught:
        check_gradient(lambda W: W.sum(), lambda W: np.ones((3, 2)), np.ones((2, 3)), names=["W"])
    assert caught.value.kinds == {"W": "transposed"}


@pytest.mark.parametrize("check", [check_gradient, check_directional])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_gradients_that_are_not_finite(check, bad):
    with pytest.raises(GradientError, match=r"is (nan|inf) in 2 of 3 entries, first at parameter\[1\]") as caught:
        check(lambda x: x.sum(), lambda x: np.array([1.0, bad, bad]), np.ones(3))
    assert caught.value.kinds == {"parameter": "not finite"}


@pytest.mark.parametrize("check", [check_gradient, check_directional])
def test_losses_that_are_no_number(check):
    x = np.array([1.0, 2.0])
    with pytest.raises(
        GradientError, match=r"the loss is an array of shape \(2,\), not one real number; sum it"
    ) as caught:
        check(lambda x: x**2, lambda x: 2 * x, x)
    assert caught.value.kinds == {"loss": "no scalar"}
    with pytest.raises(GradientError, match="the loss is None, not one real number"):
        check(lambda x: None, lambda x: 2 * x, x)
    with pytest.raises(GradientError, match="the loss is the complex number.* not one real number"):
        check(lambda x: (x * 1j).sum(), lambda x: 2 * x, x)
    with pytest.raises(GradientError, match="the loss is nan at the point itself") as caught:
        check(lambda x: np.nan * x.sum(), lambda x: 2 * x, x)
    assert caught.value.kinds == {"loss": "not finite"}
    check(lambda x: (x**2).sum(keepdims=True), lambda x: 2 * x, x)


@pytest.mark.parametrize("check", [check_gradient, check_directional])
def test_parameters_changed_in_place(check):
    A, x = point(0)

    def scales(A, x):
        A *= 0.5
        return gradient(A, x)

    with pytest.raises(GradientError, match="the gradient changes parameter 0 in place") as caught:
        check(loss, scales, A, x)
    assert caught.value.kinds == {"gradient": "in place"} and A.tolist() == point(0)[0].tolist()

    def shifts(A, x):
        x += 1.0
        return loss(A, x)

    with pytest.raises(GradientError, match="the loss changes parameter . in place"):
        check(shifts, gradient, A, x)

    def grows(x):
        x *= 1.5
        return (x**2).sum()

    with pytest.raises(GradientError, match="the loss changes parameter in place"):
        check(grows, lambda x: 2 * x, np.array([3.0]))


def test_a_parameter_changed_by_the_loss_where_all_else_is_right():
    def counts(x, calls):
        calls += 1
        return (x**2).sum()

    with pytest.raises(GradientError, match="the loss changes parameter 1 in place"):
        check_gradient(counts, lambda x, calls: (2 * x, [0.0, 0.0]), np.array([3.0]), np.zeros(2))


@pytest.mark.parametrize("check", [check_gradient, check_directional])
def test_hidden_state(check):
    rng, A, x = np.random.default_rng(0), *point(0)
    with pytest.raises(GradientError, match="the gradient of parameter 1 differs from call to call") as caught:
        check(loss, lambda A, x: (gradient(A, x)[0], gradient(A, x)[1] * rng.choice([0.0, 2.0], 4)), A, x)
    assert caught.value.kinds == {"parameter 1": "state"}
    with pytest.raises(GradientError, match=r"from call to call, 1\.[\d]{6,} to [\d.]+ at one point") as caught:
        check(lambda A, x: loss(A, x) * rng.uniform(0.9, 1.1), gradient, A, x)
    assert caught.value.kinds == {"loss": "state"}


@pytest.mark.parametrize("check", [check_gradient, check_directional])
def test_small_and_rare_changes_are_seen(check):
    rng, x = np.random.default_rng(0), np.array([1.0])
    with pytest.raises(GradientError, match="the gradient of parameter differs from call to call"):
        check(lambda x: x @ x, lambda x: 2 * x * (1 + 1e-3 * rng.random()), x)
    check(lambda x: x @ x, lambda x: 2 * x * (1 + 1e-7 * rng.random()), x)
    with pytest.raises(GradientError, match="the loss differs from call to call"):
        check(lambda x: x @ x + 1e-11 * rng.random(), lambda x: -2 * x, x)
    with pytest.raises(GradientError, match="minus the derivative"):
        check(lambda x: x @ x + 1e-15 * rng.random(), lambda x: -2 * x, x)


def test_a_loss_that_is_another_at_each_fourth_call():
    calls = []

    def loss(x):
        calls.append(1)
        return x @ x + (len(calls) % 4 == 0)

    with pytest.raises(GradientError, match="the loss differs from call to call"):
        check_gradient(loss, lambda x: 2 * x, np.array([1.0]))


def test_a_buffer_that_is_used_again():
    buffer, factors = np.zeros(3), iter([2.0, 1.0])

    def gradient(x):
        np.multiply(x, next(factors), out=buffer)
        return buffer

    with pytest.raises(GradientError, match="the gradient of parameter differs from call to call"):
        check_gradient(lambda x: (x**2).sum(), gradient, np.ones(3))


def test_what_a_user_raises_comes_through():
    def broken(x):
        raise ValueError("shapes do not match")

    with pytest.raises(ValueError, match="shapes do not match"):
        check_gradient(broken, lambda x: x, np.ones(2))
    with pytest.raises(KeyError):
        check_gradient(lambda x: 0.0 if x[0] == 1 else {}["loss"], lambda x: x, np.ones(2))


def test_a_gradient_may_be_an_array_a_list_or_numbers():
    check_gradient(lambda x, y: (x @ x) * y, lambda x, y: [2 * x * y, x @ x], np.array([1.0, 2.0]), np.array(3.0))
    check_gradient(lambda y: y**3, lambda y: 3 * y**2, np.array(2.0))
    check_gradient(lambda x: x.sum(), lambda x: [[1.0, 1.0]], np.array([1.0, 2.0]))
    check_gradient(lambda x: x.sum(), lambda x: np.ones(0), np.ones(0))
    check_gradient(lambda x: np.maximum(x, 0).sum(), lambda x: x > 0, np.array([1.0, -2.0]))
    check_gradient(lambda x: 0.5 * (x**2).sum(), lambda x: x, np.array([[1.0, 2.0]], order="F"))


def test_a_check_of_many_entries_costs_four_values_each_and_one_of_directions_four_each():
    calls = []

    def counted(A, x):
        calls.append(1)
        return loss(A, x)

    check_gradient(counted, gradient, *point(1))
    assert len(calls) == 4 * (12 + 4)
    calls.clear()
    check_directional(counted, gradient, *point(1), n_directions=3)
    assert len(calls) == 4 * 3


def test_in_float32_it_costs_as_much():
    """Steps are longer, since a loss of 1,000 is off by 6e-5."""
    calls, x = [], np.linspace(0.5, 1.5, 20, dtype=np.float32)

    def counted(x):
        calls.append(1)
        return (x**3).sum() + np.float32(1000)

    check_gradient(counted, lambda x: 3 * x**2, x)
    assert len(calls) == 4 * 20


@pytest.mark.parametrize(
    "check, options", [(check_gradient, {"n_checked": 0}), (check_directional, {"n_directions": 0})]
)
def test_a_check_of_nothing_is_refused(check, options):
    with pytest.raises(ValueError, match=f"{next(iter(options))} is 0; it must be at least 1"):
        check(loss, WRONG["one entry"], *point(1), **options)


@pytest.mark.parametrize("check", [check_gradient, check_directional])
def test_each_call_gets_arrays_of_its_own(check):
    class Remembers:
        """Keeps its argument without a copy, and compares the next one with it."""

        def __init__(self, f):
            self.f, self.seen = f, []

        def __call__(self, x):
            if not self.seen or not np.array_equal(x, self.seen[-1]):
                self.value = self.f(x)
            self.seen.append(x)
            return self.value

    loss, gradient = Remembers(lambda x: (x**2).sum()), Remembers(lambda x: 2 * x)
    check(loss, gradient, np.array([1.0, 2.0]))
    for function in (loss, gradient):
        assert len({id(x) for x in function.seen}) == len(function.seen) > 1


@pytest.mark.parametrize("check", [check_gradient, check_directional])
def test_a_loss_that_changes_its_parameter_and_is_right_all_the_same(check):
    def doubles(x):
        x *= 2
        return (x**2).sum()

    with pytest.raises(GradientError, match="the loss changes parameter in place") as caught:
        check(doubles, lambda x: 8 * x, np.array([1.0, 2.0]))
    assert caught.value.kinds == {"loss": "in place"}


def test_directions_have_no_kinds_but_those_of_all_entries():
    """Slopes that are off by one multiple of themselves, as nearly all that noise makes of them."""
    for seed in range(20):
        with pytest.raises(GradientError) as caught:
            check_directional(lambda x: 1 + 1e-14 * (x**2).sum(), lambda x: -7e-14 * x, np.array([1.0, 2.0]), seed=seed)
        assert set(caught.value.kinds.values()) <= {"sign", "factor", "zero", None}
        assert "is too much" not in str(caught.value)


@pytest.mark.filterwarnings("ignore:.* hidden by rounding errors")
def test_a_parameter_that_overflows_where_it_is_moved_is_not_changed_in_place():
    x = np.array([1e308, 1.0])
    with pytest.raises(GradientError, match="sign"):
        check_gradient(lambda x: np.tanh(x).sum(), lambda x: np.tanh(x) ** 2 - 1, x)
    flat = np.array([60000, 1], np.float16)
    check_gradient(lambda x: 0.0 * np.tanh(x[1]), lambda x: np.array([0, 1e-3]), flat, atol=1e-4, rtol=1.0)
