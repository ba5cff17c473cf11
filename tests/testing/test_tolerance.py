"""The quotient and its error: numbers by hand, no alarm at right gradients, and none missed where the loss is clear."""

import warnings
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from instahash.testing import GradientError, NotSmoothError, check_directional, check_gradient, parameters
from instahash.testing.functions import Functions
from instahash.testing.noise import Noise, jump_of
from instahash.testing.point import Point
from instahash.testing.quotients import N_STEPS, Moved, central, extrapolated, quick, sides, slope, step

EPS = float(np.finfo(np.float64).eps)
checks = pytest.mark.parametrize("check", [check_gradient, check_directional])


def line(f, said=0.0):
    return lambda t: Moved(f(t), said * t, t)


def at(loss, gradient, x):
    return Point(Functions(loss, gradient, [x], None, None, False))


def no_noise(level):
    return 0.0


def noise_on(f, x=0.0):
    """The noise of a function of one number."""
    return Noise(lambda params: f(float(params[0][0])), [np.array([x])])


def test_quotients_by_hand():
    """f = t^5 + t^3 + 2 t: D(h) = h^4 + h^2 + 2, so that R = (16 D(h) - D(4 h)) / 15 = 2 + (16 - 256) / 15 h^4."""
    assert [step(0), step(1), step(2)] == [0.7, 0.175, 0.04375]
    assert extrapolated(1.0, 4.0) == pytest.approx(0.8)
    h = step(3)
    value, spread = quick(line(lambda t: t**5 + t**3 + 2 * t), 3)
    assert value == pytest.approx(2 - 16 * h**4, abs=1e-12)
    assert spread == pytest.approx(2 * ((4 * h) ** 5 + (4 * h) ** 3 + 8 * h) / h)


def test_the_steps_that_count_are_those_after_rounding():
    assert central(Moved(3.0, 0.0, 0.1), Moved(1.0, 0.0, -0.3)) == pytest.approx(5.0)
    assert central(Moved(3.0, 0.5, 0.1), Moved(1.0, -0.1, -0.3)) == pytest.approx(3.5)
    found = slope(lambda t: Moved(3 * max(t, 1.001 * t), 0.0, max(t, 1.001 * t)), no_noise, 0.0)
    assert found.value == pytest.approx(3.0) and found.error < 1e-11


def test_two_slopes_by_hand():
    """S_k / h_k for f = 3 |t| + t^2 in steps of 4 is 6 + 2 h_k; noise is as high as the sixth."""
    h, noises = step(np.arange(8)), np.r_[np.full(6, 1e-9), 2.0, 8.0]
    left, right = sides(6 + 2 * h, np.zeros(8), noises)
    assert (left, right) == (pytest.approx(-3), pytest.approx(3))
    assert sides(2 * h, np.zeros(8), noises) is None  # smooth
    assert sides(6 + 2 * h, np.array([0, 0, 0, 0, 3, -3, 0, 0.0]), noises) is None  # R is not known yet
    assert sides(np.r_[6.0, 6, 6, 6, 6, 6, 1, 0], np.zeros(8), noises) is None  # it ends after the sixth
    assert sides(np.r_[6.0, 6, 6, 9, 6, 6, 6, 6], np.zeros(8), noises) is None
    assert sides(np.r_[6.0, 6, 0, 0, 0, 0, 0, 0], np.zeros(8), noises) is None


def test_the_error_of_a_cubic_is_that_of_rounding_and_of_a_fifth_power_what_the_steps_show():
    found = slope(line(lambda t: t**3 + 2 * t + 1), no_noise, EPS)
    assert abs(found.value - 2) <= found.error < 1e-11 and found.sides == (found.value, found.value)
    found = slope(line(lambda t: 1 + np.sin(3 * t)), no_noise, EPS)
    assert abs(found.value - 3) <= found.error < 1e-9


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@given(st.floats(-6, 6), st.floats(-6, 6), st.floats(-1, 1), st.booleans(), st.sampled_from([1.0, 2.0, -1.0]))
def test_the_error_bounds_the_error_at_every_scale(dtype, a, s, x, offset, factor):
    """Of what `factor` times the derivative misses of a sin(t / s + x), rounded, with an offset of up to 10^6."""
    epsilon = float(np.finfo(dtype).eps)
    a, s, offset = 10.0**a, 10.0**s, 1e6 * offset
    assume(a > 1000 * epsilon * offset)
    right = a / s * np.cos(x)
    f = line(lambda t: float(dtype(a * np.sin(t / s + x) + offset)), factor * right)
    found = slope(f, noise_on(lambda t: f(t).loss), epsilon)
    assert abs(found.value - (1 - factor) * right) <= found.error


def test_a_wrong_gradient_of_a_noisy_loss_is_found():
    """Noise of 1e-8, the same at each call with the same x, leaves 1 % of a slope well visible."""

    def loss(x):
        return np.sin(x[0]) + 1e-8 * np.random.default_rng(x.view(np.uint64)).normal()

    points, found = np.random.default_rng(0).uniform(-1, 1, (100, 1)), 0
    for x in points:
        check_gradient(loss, np.cos, x)
        try:
            check_gradient(loss, lambda x: 1.01 * np.cos(x), x)
        except GradientError:
            found += 1
    assert found >= 97


@checks
def test_numbers_near_the_largest(check):
    """exp 709.7 is 1.7e308: no sum of two losses is finite, nor is most of the gradient times a step."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check(lambda x: np.exp(x).sum(), np.exp, np.array([709.7]))


@checks
def test_a_loss_that_exists_at_one_point_alone(check):
    with pytest.raises(NotSmoothError, match="not finite on one side of the point, or on both"):
        check(lambda x: 1.0 if x[0] == 10 else np.nan, lambda x: x, np.array([10.0]))


@given(st.integers(0, 10**6), st.sampled_from([1e-3, 1e-6, 1e-9, 0.0]), st.sampled_from([0.0, 1.0, 200.0, 1e-9]))
def test_noise_is_measured(seed, size, x):
    """Errors drawn uniformly from -size to size have variance size^2 / 3; a smooth curve has none but rounding."""
    rng = np.random.default_rng(seed)
    noise = noise_on(lambda t: 2 + np.cos(t) + size * rng.uniform(-1, 1), x)
    for level in (0, 5, 20, 39):
        assert size / sqrt(3) / 10 <= noise(level) <= max(3 * size, 4 * EPS)


def test_noise_of_a_loss_that_rounds_its_parameters():
    """All the same on short stretches; on longer ones it moves by float32's steps."""
    assert 1e-9 < noise_on(lambda t: float(np.float32(t)) ** 2, 1.1)(9) < 1e-6
    assert noise_on(lambda t: 3.0)(9) == 0.0


def test_noise_at_a_round_number_is_that_beside_it():
    """200^2 is exact, and so are the values at steps of many a power of two."""
    for level in range(20):
        assert 1e-15 < noise_on(lambda t: np.cos(t**2), 200.0)(level) < 1e-10
    assert noise_on(lambda t: np.cos(2.0**16 * t**2), 1.0)(39) > 1e-13


def test_noise_where_a_loss_is_exactly_zero_is_that_of_longer_steps():
    noise = noise_on(lambda t: 1 - np.cos(t), 1e-12)
    assert step(20) < 1e-8 and 1e-17 < noise(20) < 1e-15


def test_noise_of_a_loss_that_is_flat_all_around():
    """cos(1e-9 t) is exactly 1 up to some t = 10."""
    assert noise_on(lambda t: 1 - np.cos(1e-9 * t))(0) > 1e-17
    assert noise_on(lambda t: 3.0)(0) == 0.0


def test_steps_that_see_nothing_by_chance_are_not_the_last():
    """Far from 0 the two are exactly 1 each, and their slope of 10,000 is at 0 alone."""
    check_gradient(lambda x: 495.2 + (np.tanh(2e4 * x) - np.tanh(1e4 * x)).sum(), lambda x: 1e4 + 0 * x, np.zeros(1))


def test_noise_grows_with_the_loss_and_not_before():
    """(t / 1e-9)^4 is 1e36 at the first step, and 1 at the thirteenth."""
    noise = noise_on(lambda t: (t / 1e-9) ** 4, 1e-9)
    assert noise(0) > 1e16 and noise(15) < 1e-10


def test_a_jump_is_found_wherever_a_curve_has_one_and_nowhere_else():
    def jump(f, noise=1e-13):
        return jump_of(lambda params: float(f(params[0]).sum()), [np.array([0.3, 1.7])], noise)

    assert 3e-7 < jump(lambda x: np.sin(x) + 1e-6 * (np.floor(1234.5 * x) % 2)) < 3e-6
    for smooth in (np.sin, np.abs, lambda x: np.sin(1e4 * x), lambda x: np.abs(x - 0.3)):
        assert jump(smooth) == 0.0
    assert jump(lambda x: np.exp(30 * x), 1e9) == 0.0


@pytest.mark.filterwarnings("ignore:.* hidden by rounding errors of the loss, or by a kink close by")
@pytest.mark.parametrize("factor", [1, -1])
def test_a_loss_that_overflows_at_the_first_steps(factor):
    """exp(t / 1e-5) is inf there, and so is the first quotient."""
    if factor == 1:
        check_gradient(lambda x: np.exp(1e5 * x).sum(), lambda x: 1e5 * np.exp(1e5 * x), np.zeros(2))
        return
    with pytest.raises(GradientError, match="2 of 2 wrong\n  sign"):
        check_gradient(lambda x: np.exp(1e5 * x).sum(), lambda x: -1e5 * np.exp(1e5 * x), np.zeros(2))


def test_losses_too_far_apart_do_not_pass_as_a_slope():
    """At the first steps (t / 1e-12)^3 is 1e27, and its even differences cancel to 0 whatever the gradient says."""
    x = np.array([-1e-12])
    with pytest.warns(RuntimeWarning, match="1 of 1 derivatives by parameter are hidden"):
        check_gradient(lambda x: ((x / 2e-12) ** 3).sum() + 107, lambda x: -3 * (x / 2e-12) ** 2 / 2e-12, x)


@pytest.mark.filterwarnings("ignore:[1-4] of 5 derivatives by random directions are hidden by rounding")
@pytest.mark.parametrize("seed", range(3))
def test_a_sign_is_seen_in_float32_however_many_entries_there_are(seed):
    """The loss is some 8e4 and known to 0.01; a direction of length 1 moves it by some 1, one up the slope by 300."""
    t, w = np.random.default_rng(seed).normal(size=(2, 100_000)).astype(np.float32)

    def loss(w):
        return (np.logaddexp(0, w) - t * w).sum()

    def gradient(w):
        return 1 / (1 + np.exp(-w)) - t

    check_directional(loss, gradient, w)
    with pytest.raises(GradientError, match=r"\nrandom directions: \d of 5 wrong\n  sign: it is minus the derivative"):
        check_directional(loss, lambda w: -gradient(w), w)


@pytest.mark.filterwarnings("ignore:.* derivatives by parameter are hidden by rounding")
def test_what_is_hardly_known_is_not_called_wrong_by_a_narrow_margin():
    """345753 is known to 0.03, of a cosine that turns within 0.03: a slope of 182 is seen as 0, and known to 123."""
    s, offset = np.float32(0.05137913), np.float32(345753.16)
    M, x = np.array([[-2.1610758, -2.1277504]], np.float32), np.array([-s, 0], np.float32)

    def loss(x):
        return np.cos((M @ (x / s)) ** 2).sum() + offset

    def gradient(x):
        z = M @ (x / s)
        return M.T @ (-2 * z * np.sin(z * z)) / s

    check_gradient(loss, gradient, x)


def test_rounding_is_no_jump():
    """The values of x itself are rounded at some steps, and at most they are not: no noise is seen."""
    for x in np.random.default_rng(0).normal(size=(20, 3)):
        with pytest.raises(GradientError) as caught:
            check_gradient(lambda x: x[0], lambda x: np.array([2.0, 0, 0]), x)
        assert "jumps" not in str(caught.value)


@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_a_solver_that_stops_at_a_tolerance_gets_a_hint(factor):
    """y^3 + y = x by damped Newton steps: dy/dx = 1 / (3 y^2 + 1) of the solution, not of where it stops."""

    def solve(x, tolerance):
        y = np.zeros_like(x)
        while np.abs(off := y**3 + y - x).max() > tolerance:
            y = y - 0.7 * off / (3 * y * y + 1)
        return y

    def gradient(x):
        return factor / (3 * solve(x, 1e-14) ** 2 + 1)

    x = np.array([0.3, 1.7, 2.2])
    with pytest.raises(GradientError, match="jumps by about 0.000[12] close by, as where a solver stops"):
        check_gradient(lambda x: solve(x, 1e-3).sum(), gradient, x)
    if factor == 1:
        check_gradient(lambda x: solve(x, 1e-14).sum(), gradient, x)
    else:
        with pytest.raises(GradientError, match="times the derivative\\Z"):
            check_gradient(lambda x: solve(x, 1e-14).sum(), gradient, x)


ROUND = {
    "cos(v^2)": (lambda v: np.cos(v**2).sum(), lambda v: -2 * v * np.sin(v**2), 200.0),
    "sin(100 v)": (lambda v: np.sin(100 * v).sum(), lambda v: 100 * np.cos(100 * v), 100.0),
    "cos(exp v)": (lambda v: np.cos(np.exp(v)).sum(), lambda v: -np.exp(v) * np.sin(np.exp(v)), 8.0),
    "sin(v^3)": (lambda v: np.sin(v**3).sum(), lambda v: 3 * v**2 * np.cos(v**3), 16.0),
}


@pytest.mark.parametrize("name", ROUND)
@pytest.mark.filterwarnings("ignore:.* hidden by rounding errors")
@checks
def test_no_alarm_at_round_numbers(check, name):
    loss, gradient, x = ROUND[name]
    for seed in range(5):
        check(loss, gradient, np.array([x]), seed=seed)
        check(loss, gradient, np.array([x, x / 2]), seed=seed)


CANCELLING = {
    "pseudo-Huber": (lambda x: np.sqrt(1 + x * x) - 1, lambda x: x / np.sqrt(1 + x * x)),
    "1 - cos": (lambda x: 1 - np.cos(x), np.sin),
    "exp(x) - 1 - x": (lambda x: np.exp(x) - 1 - x, np.expm1),
    "log cosh": (lambda x: np.log(np.cosh(x)), np.tanh),
    "a difference of squares": (lambda x: (x + 3) * (x - 3) + 9, lambda x: 2 * x),
}


@checks
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", CANCELLING)
@pytest.mark.filterwarnings("ignore:.* hidden by rounding errors")
@given(power=st.floats(-14, -1), seed=st.integers(0, 10**6))
def test_no_alarm_where_a_loss_cancels_to_zero(check, dtype, name, power, seed):
    loss, gradient = CANCELLING[name]
    x = (10.0**power * np.random.default_rng(seed).normal(size=3)).astype(dtype)
    check(lambda x: loss(x).sum(), gradient, x, seed=seed)


SHAPES = {
    "tanh": (np.tanh, lambda z: 1 / np.cosh(np.clip(z, -40, 40)) ** 2),
    "square": (np.square, lambda z: 2 * z),
    "sine": (np.sin, np.cos),
    "cubic": (lambda z: z**3, lambda z: 3 * z**2),
    "softplus": (lambda z: np.logaddexp(0 * z, z), lambda z: np.exp(-np.logaddexp(0 * z, -z))),
    "bump": (lambda z: np.exp(-(z**2)), lambda z: -2 * z * np.exp(-(z**2))),
    "linear": (lambda z: z, np.ones_like),
}
powers = st.floats(-6, 6)
problems = st.fixed_dictionaries(
    {
        "shape": st.sampled_from(sorted(SHAPES)),
        "scale": powers,
        "amplitude": powers,
        "offset": st.none() | powers,
        "returns": st.sampled_from(["numbers", "float", "float64 gradient"]),
        "some zero": st.booleans(),
        "seed": st.integers(0, 10**6),
    }
)


def problem(drawn, dtype):
    """a sum phi(M x / s) + offset in the dtype, at an x of size s."""
    rng = np.random.default_rng(drawn["seed"])
    phi, slope_of = SHAPES[drawn["shape"]]
    scale, amplitude = 10.0 ** drawn["scale"], 10.0 ** drawn["amplitude"]
    offset = 10.0 ** drawn["offset"] if drawn["offset"] is not None else 0.0
    if dtype == np.float32:
        amplitude = max(amplitude, 1e-3 * offset)  # else float32's steps at the offset are all that there is
    M, x = rng.normal(size=(3, rng.integers(1, 5))).astype(dtype), None
    x = (scale * rng.normal(size=M.shape[1])).astype(dtype)
    x[0] *= not drawn["some zero"]
    scale, amplitude, offset = (dtype(number) for number in (scale, amplitude, offset))

    def loss(x):
        value = amplitude * phi(M @ (x / scale)).sum() + offset
        return float(value) if drawn["returns"] == "float" else value

    def gradient(x):
        g = amplitude / scale * (M.T @ slope_of(M @ (x / scale)))
        return g.astype(np.float64) if drawn["returns"] == "float64 gradient" else g

    return loss, gradient, x


@checks
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.filterwarnings("ignore:.* hidden by rounding errors")
@given(drawn=problems)
def test_no_alarm_at_a_right_gradient(check, dtype, drawn):
    check(*problem(drawn, dtype))


@given(drawn=problems, factor=st.sampled_from([-1.0, 2.0, 0.9]))
def test_a_wrong_gradient_is_found_or_said_to_be_hidden(drawn, factor):
    """At every scale, in float64."""
    loss, gradient, x = problem(drawn, np.float64)
    assume(np.abs(gradient(x)).max() > 0)
    with warnings.catch_warnings(), pytest.raises((GradientError, RuntimeWarning)):
        warnings.simplefilter("error")
        check_gradient(loss, lambda x: factor * gradient(x), x)


def logistic(dtype, seed, scale):
    """At weights of size `scale`."""
    rng = np.random.default_rng(seed)
    X, y = (rng.normal(size=(20, 5)) / scale).astype(dtype), (rng.random(20) < 0.5).astype(dtype)

    def loss(w):
        return (np.logaddexp(dtype(0), X @ w) - y * (X @ w)).sum()

    def gradient(w):
        return X.T @ (np.exp(-np.logaddexp(dtype(0), -(X @ w))) - y)

    return loss, gradient


@checks
@pytest.mark.parametrize(("dtype", "fault"), [(np.float64, 1e-4), (np.float64, 2e-6), (np.float32, 0.01)])
@given(seed=st.integers(0, 10**6), scale=st.sampled_from([0.01, 1.0, 1e6]), data=st.data())
def test_small_faults_are_found_where_the_loss_is_well_conditioned(check, dtype, fault, seed, scale, data):
    loss, gradient = logistic(dtype, seed, scale)
    w = data.draw(parameters(5, dtype, scale))
    assert loss(w).dtype == dtype and gradient(w).dtype == dtype
    check(loss, gradient, w)
    with pytest.raises(GradientError):
        check(loss, lambda w: gradient(w) * dtype(1 + fault), w)


def test_float32_parameters_of_a_float64_loss_are_checked_as_float64():
    """Only the step is rounded, and what the parameter moves by after rounding is what counts."""
    x = np.array([0.3, 10, -0.2], np.float32)

    def loss(x):
        return (x.astype(np.float64) ** 2).sum()

    check_gradient(loss, lambda x: 2 * x.astype(np.float64) + 1e-7 * x, x)
    with pytest.raises(GradientError, match="3 of 3 wrong"):
        check_gradient(loss, lambda x: 2.0001 * x.astype(np.float64) * (1 + 1e-9), x)


def test_a_gradient_in_float32_is_checked_as_float32():
    x = np.array([0.3, 1.7])
    check_gradient(lambda x: (x**3).sum(), lambda x: (3 * x**2 * (1 + 1e-5)).astype(np.float32), x)
    with pytest.raises(GradientError):
        check_gradient(lambda x: (x**3).sum(), lambda x: 3 * x**2 * (1 + 1e-5), x)


@pytest.mark.parametrize("returns", [np.float64, np.float32])
def test_float64_parameters_of_a_loss_that_computes_in_float32(returns):
    rng = np.random.default_rng(0)
    A, x = rng.normal(size=(30, 4)), rng.normal(size=4)

    def loss(x):
        z = A.astype(np.float32) @ x.astype(np.float32)
        return np.tanh(z).sum(dtype=returns)

    def gradient(x):
        return A.T @ (1 - np.tanh(A @ x) ** 2)

    check_gradient(loss, gradient, x)
    check_directional(loss, gradient, x)
    with pytest.raises(GradientError):
        check_gradient(loss, lambda x: 1.05 * gradient(x), x)


def test_relative_and_absolute_tolerance_can_be_given():
    x = np.array([1.0, 2.0])
    for options in ({"rtol": 0.2}, {"atol": 5.0}):
        check_gradient(lambda x: (x**3).sum(), lambda x: 3.3 * x**2, x, **options)
        check_directional(lambda x: (x**3).sum(), lambda x: 3.3 * x**2, x, **options)
    check_gradient(lambda x: (x**3).sum(), lambda x: 3 * x**2, x, rtol=0.0)
    check_gradient(lambda x: 1.24 * x.sum(), np.ones_like, x, rtol=0.2)  # of the larger one
    with pytest.raises(GradientError):
        check_gradient(lambda x: (x**3).sum(), lambda x: 3 * (1 + 1e-9) * x**2, x, rtol=1e-10)


def test_the_tolerance_in_the_message_is_the_formula():
    """rtol max(|g|, |D|) + 100 epsilon G + E with D = 12 and g = 12.5: 1e-2 * 12.5, and nothing else to one digit."""
    with pytest.raises(GradientError, match=r"they may differ by 0\.1\n"):
        check_gradient(lambda x: (x**3).sum(), lambda x: 3.125 * x**2, np.array([2.0, 1.0]), rtol=1e-2)
    with pytest.raises(GradientError, match=r"they may differ by 7e-06\n"):  # 2^(-52 * 2 / 5) * 12.5 = 6.9e-6
        check_gradient(lambda x: (x**3).sum(), lambda x: 3.125 * x**2, np.array([2.0, 1.0]))


def test_what_rounding_hides_is_not_passed_in_silence():
    """At 1e12, a float64 is off by 1e-4."""
    x = np.array([1.0, -2.0])
    with pytest.warns(RuntimeWarning, match="^2 of 2 derivatives by W are hidden by rounding errors of the loss"):
        check_gradient(lambda x: 1e12 + 1e-5 * (x**2).sum(), lambda x: -2e-5 * x, x, names=["W"])
    with pytest.warns(RuntimeWarning, match="^5 of 5 derivatives by random directions are hidden"):
        check_directional(lambda x: 1e12 + 1e-5 * (x**2).sum(), lambda x: -2e-5 * x, x)


def test_a_part_may_be_hidden():
    with pytest.warns(RuntimeWarning, match="^1 of 3 derivatives by parameter are hidden"):
        check_gradient(lambda x: 1e12 + 1e-5 * x[1], lambda x: np.array([0, -1e-5, 0]), np.ones(3))
    with pytest.warns(RuntimeWarning, match="^1 of 1 derivatives"):  # known to 0.04 of 0.05
        check_gradient(lambda x: 1e12 + 0.05 * x.sum(), lambda x: 0 * x + 0.05, np.ones(1))
    with pytest.warns(RuntimeWarning, match="^1 of 1 derivatives") as caught:  # known to 0.04 of 0.2
        check_gradient(lambda x: 1e12 + 0.2 * x.sum(), lambda x: 0 * x + 0.2, np.ones(1))
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_gradient(lambda x: 1e12 + x.sum(), lambda x: 0 * x + 1, np.ones(1))  # known to 0.04 of 1


def test_nothing_is_said_of_no_entries():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_gradient(lambda x, y: (x**2).sum(), lambda x, y: (2 * x, y), np.ones(2), np.ones((0, 3)))


def test_rounding_errors_of_the_gradient_are_no_mistake():
    """The gradient by x_1 is 0. Terms of size 1 that cancel leave 1e-14; the loss itself is known to 1e-16."""
    check_gradient(lambda x: x[0], lambda x: np.array([1.0, 1e-14]), np.array([1e-3, 1e-3]))


@pytest.mark.parametrize(("s", "a", "offset"), [(1.4e-6, 6e5, 9e5), (4e-6, 9.0, 8e3), (1.6e-6, 1e-4, 0.02)])
def test_a_loss_that_bends_far_below_the_step_at_zero(s, a, offset):
    check_gradient(lambda x: a * np.tanh(x / s).sum() + offset, lambda x: 0 * x + a / s, np.zeros(1))
    check_gradient(lambda x: a * np.sin(x / s).sum() + offset, lambda x: 0 * x + a / s, np.zeros(1))


@checks
@given(seed=st.integers(0, 10**6), dtype=st.sampled_from([np.float64, np.float32]), offset=st.sampled_from([0.0, 50.0]))
def test_a_kink_at_the_point_is_said_to_be_one(check, seed, dtype, offset):
    """w . relu(z) + |z|^2 / 2 + offset at z_0 = 0: slopes 0 and w_0 there."""
    assume(check is check_gradient or dtype is np.float64)  # a direction may be too short for float32 to see it
    rng = np.random.default_rng(seed)
    w = (rng.uniform(0.3, 2, 3) * rng.choice([-1, 1], 3)).astype(dtype)
    z = (rng.uniform(0.2, 1, 3) * rng.choice([-1, 1], 3)).astype(dtype)
    z[0] = 0

    def loss(z):
        return w @ np.maximum(z, 0) + (z * z).sum() / 2 + dtype(offset)

    with pytest.raises(NotSmoothError, match="does not exist: the loss has a kink\nslope "):
        check(loss, lambda z: w * (z > 0) + z, z)


def test_the_slopes_on_both_sides_of_a_kink():
    with pytest.raises(NotSmoothError) as caught:
        check_gradient(
            lambda x: np.maximum(x, 0).sum() - 3 * x.sum(), lambda x: (x > 0) - 3.0, np.array([1.0, 0.0]), names=["x"]
        )
    assert str(caught.value).splitlines() == [
        "d loss / d x[1] does not exist: the loss has a kink",
        "slope -3 on one side, -2 on the other; the gradient says -3",
        "1 of 2 checked are so; move the point a little, as testing.away_from_kinks does",
    ]
    with pytest.raises(NotSmoothError, match="\nslope 0.2 on one side, 1 on the other; the gradient says 0.2\n"):
        check_gradient(lambda x: max(0.2 * x[0], x[0]), lambda x: 0 * x + 0.2, np.zeros(1))


def test_a_kink_within_the_tolerance_is_none():
    """Where x is 0 the slope jumps by 2e-9, and the loss bends within 1e-3."""
    check_gradient(lambda x: 1e-3 * np.tanh(x / 1e-3).sum() + 1e-9 * np.abs(x).sum(), np.ones_like, np.zeros(1))


def test_a_gradient_far_from_both_slopes_of_a_kink_is_wrong():
    with pytest.raises(GradientError, match="1 of 1 wrong") as caught:
        check_gradient(lambda x: np.maximum(x, 0).sum(), lambda x: x - 4.0, np.zeros(1))
    assert not isinstance(caught.value, NotSmoothError) and "more the loss has a kink" not in str(caught.value)


def test_wrong_entries_beside_kinks_are_wrong():
    x = np.array([1.0, 0.0, -1.0])
    with pytest.raises(GradientError, match="1 of 3 wrong") as caught:
        check_gradient(lambda x: (np.maximum(x, 0) + x**2).sum(), lambda x: (x > 0) + 2 * x * [1, 1, 2], x)
    assert not isinstance(caught.value, NotSmoothError) and "at 1 more the loss has a kink" in str(caught.value)


@pytest.mark.filterwarnings("ignore:.* hidden by rounding errors of the loss, or by a kink close by")
@given(st.floats(-13, 0), st.booleans())
def test_beside_a_kink_the_derivative_is_that_of_the_side(power, wrong):
    x = np.array([10.0**power, -(10.0**power), 1.0])
    if not wrong:
        check_gradient(lambda x: np.maximum(x, 0).sum(), lambda x: (x > 0) * 1.0, x)
        return
    with pytest.raises(GradientError, match="3 of 3 wrong"):
        check_gradient(lambda x: np.maximum(x, 0).sum(), lambda x: (x <= 0) * 1.0, x)


@given(st.floats(-20, 0))
def test_the_end_of_where_a_loss_exists(power):
    """log p for p down to 1e-20: large steps leave the domain, as a NaN or as an exception."""
    p = np.array([10.0**power])
    check_gradient(lambda p: np.log(p).sum(), lambda p: 1 / p, p)
    check_gradient(lambda p: log(p[0]), lambda p: 1 / p, p)
    with pytest.raises(GradientError, match="minus the derivative"):
        check_gradient(lambda p: log(p[0]), lambda p: -1 / p, p)
    with pytest.raises(NotSmoothError, match="not finite on one side of the point, or on both"):
        check_gradient(lambda p: np.sqrt(p).sum(), lambda p: p + 1.0, 0 * p)


def test_a_check_of_one_wrong_entry_costs_some_hundred_values():
    calls = []

    def loss(x):
        calls.append(1)
        return np.sin(x).sum()

    with pytest.raises(GradientError):
        check_gradient(loss, lambda x: -np.cos(x), np.array([1.0]))
    assert len(calls) < 4 + 6 + 3 * 36 + N_STEPS + 14 * 13


def test_the_dtype_of_a_loss_is_seen_in_its_values():
    x = np.array([0.3])
    for loss, epsilon in ((lambda x: float(np.float32(x[0] ** 2)), 2.0**-23), (lambda x: x[0] ** 2, 2.0**-52)):
        point = at(loss, lambda x: 2 * x, x)
        point.entry(0, 0).line(0.1)
        assert point.loss_epsilon == point.epsilon == epsilon
    point = at(lambda x: np.nan, lambda x: 2 * x, x)
    point.entry(0, 0).line(0.1)
    assert point.loss_epsilon == 2.0**-23  # a loss that has no value there says nothing
    x = x.astype(np.float32)
    point = at(lambda x: float(x[0]) ** 2, lambda x: 2 * x, x)
    point.entry(0, 0).line(0.1)
    assert (point.loss_epsilon, point.epsilon) == (2.0**-52, 2.0**-23)
    point = at(lambda x: float(x[0]) ** 2, lambda x: (2 * x).astype(np.float64), x)
    point.entry(0, 0).line(0.1)
    assert (point.loss_epsilon, point.epsilon) == (2.0**-52, 2.0**-23)
