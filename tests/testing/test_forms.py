"""Losses and gradients in every form that people write them in: data, structures, sparse, `out`, both in one call."""

import warnings
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pytest
from scipy import sparse

from instahash.testing import GradientError, check_batched, check_directional, check_gradient, check_jacobian
from instahash.testing.trees import described

checks = pytest.mark.parametrize("check", [check_gradient, check_directional])
rng = np.random.default_rng(0)
X, y = rng.normal(size=(7, 3)), rng.normal(size=7)
w = rng.normal(size=3)


def complaint(*arguments, **options):
    with pytest.raises(GradientError) as caught:
        check_gradient(*arguments, **options)
    return caught.value


def squares(w, X, y):
    return ((X @ w - y) ** 2).mean()


def its_gradient(w, X, y):
    return 2 * X.T @ (X @ w - y) / len(X)


@checks
def test_data_by_keyword(check):
    check(squares, its_gradient, w, kwargs={"X": X, "y": y})
    with pytest.raises(GradientError, match="sign"):
        check(squares, lambda w, X, y: -its_gradient(w, X, y), w, kwargs={"X": X, "y": y})


@checks
def test_data_may_have_the_names_of_options(check):
    check(lambda w, seed: seed * (w**2).sum(), lambda w, seed: 2 * seed * w, w, seed=1, kwargs={"seed": 3.0})


class Layer(NamedTuple):
    weight: np.ndarray
    bias: float
    units: int = 3


@dataclass(frozen=True)
class Model:
    layers: list
    scale: float
    name: str = "a model"
    n: int = 2


def model():
    return Model([Layer(rng.normal(size=(2, 3)), 0.5), Layer(rng.normal(size=(2, 3)), -0.7)], 1.3)


def of_model(model):
    assert isinstance(model, Model) and model.n == 2 and model.layers[0].units == 3
    assert isinstance(model.scale, float) and isinstance(model.layers[1].bias, float)
    return model.scale * sum((layer.weight**3).sum() + np.sin(layer.bias) for layer in model.layers)


def gradient_of_model(model):
    layers = [Layer(3 * model.scale * a.weight**2, model.scale * np.cos(a.bias)) for a in model.layers]
    return replace(model, layers=layers, scale=of_model(model) / model.scale)


@checks
def test_a_dataclass_of_a_list_of_namedtuples(check):
    check(of_model, gradient_of_model, model())


def test_a_whole_number_in_a_field_for_floats_is_a_parameter():
    assert complaint(lambda a: a.bias**2 + a.weight.sum(), lambda a: a, Layer(np.ones(2), 3)).kinds.keys() == {"a.bias"}
    m = Model([w], 2)
    check_gradient(lambda m: m.scale**2 + m.layers[0].sum(), lambda m: replace(m, layers=[0 * w + 1], scale=4), m)
    error = complaint(lambda m: m.scale**2 + m.layers[0].sum(), lambda m: replace(m, layers=[0 * w + 1], scale=5), m)
    assert error.kinds.keys() == {"m.scale"}


def test_what_is_wrong_is_named_by_the_way_to_it():
    def wrong(model):
        right = gradient_of_model(model)
        right.layers[0].weight[1, 2] += 1
        right.layers[1] = right.layers[1]._replace(bias=3.0)
        return right

    error = complaint(of_model, wrong, model())
    assert str(error).startswith("d loss / d model.layers[1].bias is ")
    assert error.kinds.keys() == {"model.layers[0].weight", "model.layers[1].bias"}
    error = complaint(of_model, lambda m: replace(wrong(m), scale=0.0), model(), names=["m"])
    assert error.kinds.keys() == {"m.layers[0].weight", "m.layers[1].bias", "m.scale"}


PARAMS = {
    "a number": (0.7, lambda p: p**3, lambda p: 3 * p**2),
    "a whole number": (2, lambda p: p**3, lambda p: 3 * p**2),
    "a NumPy number": (np.float32(0.7), lambda p: p**3, lambda p: 3 * p**2),
    "a list": ([0.7, 2.0, 3], lambda p: p[0] ** 3 + p[1] * p[2], lambda p: [3 * p[0] ** 2, p[2], p[1]]),
    "lists": ([[0.7, 2.0], [3.0, 0.5]], lambda p: p[0][0] ** 3 + p[1][1] * p[0][1],
              lambda p: [[3 * p[0][0] ** 2, p[1][1]], [0.0, p[0][1]]]),
    "a tuple": ((0.7, 2.0), lambda p: p[0] ** 3 + p[1], lambda p: (3 * p[0] ** 2, 1.0)),
    "a list, its gradient an array": ([0.7, 2.0], lambda p: p[0] ** 3, lambda p: np.array([3 * p[0] ** 2, 0])),
    "a dict": ({"w": w, "b": 2.0}, lambda p: (p["w"] ** 2).sum() * p["b"],
               lambda p: {"b": (p["w"] ** 2).sum(), "w": 2 * p["w"] * p["b"]}),
    "a dict, its gradient flat": ({"w": w, "b": 2.0}, lambda p: (p["w"] ** 2).sum() * p["b"],
                                  lambda p: [2 * p["w"] * p["b"], (p["w"] ** 2).sum()]),
    "a dict in a dict": ({"a": {"b": w}}, lambda p: (p["a"]["b"] ** 2).sum(), lambda p: {"a": {"b": 2 * p["a"]["b"]}}),
    "a list of arrays": ([w, X], lambda p: (p[1] @ p[0]).sum(), lambda p: [p[1].sum(0), np.outer(np.ones(7), p[0])]),
    "constants": ({"w": w, "ids": np.array([0, 0, 1]), "mode": "sum", "none": None},
                  lambda p: (p["w"][p["ids"]] ** 2).sum(),
                  lambda p: {"w": 2 * p["w"] * [2, 1, 0]}),
}  # fmt: skip


@checks
@pytest.mark.parametrize("name", PARAMS)
def test_parameters_of_each_structure(check, name):
    param, loss, gradient = PARAMS[name]
    check(loss, gradient, param)
    check(loss, lambda p: [gradient(p)], param)
    check(lambda u, p: loss(p) + (u**2).sum(), lambda u, p: (2 * u, gradient(p)), w, param)
    with pytest.raises(GradientError):
        check(lambda p: 2 * loss(p), gradient, param)


def test_entries_are_named_in_each_structure():
    error = complaint(lambda p: p["w"][1] ** 2, lambda p: {"w": np.array([0.0, 1.0, 0.0])}, {"w": w})
    assert str(error).startswith("d loss / d p['w'][1] is ")
    error = complaint(lambda p: p[1] ** 2, lambda p: [0.0, 1.0, 0.0], [1.0, 2.0, 3.0])
    assert str(error).startswith("d loss / d parameter[1] is ")


@pytest.mark.parametrize(
    ("gradient", "text"),
    [
        (lambda p: {"w": w}, r"the gradient has no p\['b'\]"),
        (lambda p: {"w": w, "b": None}, r"the gradient has no p\['b'\]"),
        (lambda p: {"w": w, "b": 1.0, "c": 2.0}, r"the gradient has p\['c'\], which is no parameter"),
        (lambda p: w, r"p is a dict of 'w', 'b', but its gradient has shape \(3,\)"),
        (lambda p: [w, 1.0, 1.0], "p is a dict of 'w', 'b', but its gradient is a list of 3"),
        (lambda p: {"w": w[:2], "b": 1.0}, r"p\['w'\] has shape \(3,\), but its gradient \(2,\)"),
        (lambda p: None, "returned None; it must return a dict of 'w', 'b', as the parameter is one"),
    ],
)
def test_a_gradient_of_another_structure(gradient, text):
    with pytest.raises(GradientError, match=text):
        check_gradient(lambda p: p["w"].sum() * p["b"], gradient, {"w": w, "b": 2.0})


@pytest.mark.parametrize(
    ("param", "gradient", "text"),
    [
        ([w, w], [w, w, w], "p is a list of 2, but its gradient is a list of 3"),
        ((w, w), w, r"p is a tuple of 2, but its gradient has shape \(3,\)"),
        (Layer(w, 2.0), w, "p is a NamedTuple Layer of weight, bias, units, but its gradient has shape"),
        (Model([w], 2.0), 3.0, "p is a dataclass Model of layers, scale, name, n, but its gradient is a float"),
        ({"a": [w, w]}, {"a": {}}, r"p\['a'\] is a list of 2, but its gradient is an empty dict|has no p\['a'\]\[0\]"),
        (w, {"w": w}, "the gradient is a dict of 'w', and must be one array for each parameter: 1"),
    ],
)
def test_what_is_returned_is_called_what_it_is(param, gradient, text):
    with pytest.raises(GradientError, match=text):
        check_gradient(lambda p: 1.0, lambda p: gradient, param)


@pytest.mark.parametrize(
    ("loss", "text"), [({"loss": 1.0}, "a dict of 'loss'"), ([1.0, 2.0], "a list of 2"), ((1.0, w), "a tuple of 2")]
)
def test_a_loss_that_is_no_number_is_called_what_it_is(loss, text):
    with pytest.raises(GradientError, match=f"the loss is {text}, not one real number"):
        check_gradient(lambda p: loss, lambda p: p, w)


def test_a_structure_without_numbers():
    with pytest.raises(TypeError, match="no floating-point number in the parameters"):
        check_gradient(lambda p: 0.0, lambda p: p, {"ids": np.arange(3)})


def test_a_structure_is_handed_out_anew_and_must_be_left_as_it_is():
    def grows(p):
        p["a"][0] += 1
        return (p["a"] ** 2).sum()

    assert complaint(grows, lambda p: {"a": 2 * p["a"]}, {"a": w}).kinds == {"loss": "in place"}


@checks
@pytest.mark.parametrize("form", ["csr_array", "csc_array", "coo_array", "csr_matrix", "csc_matrix", "coo_matrix"])
def test_sparse_gradients(check, form):
    W = rng.normal(size=(5, 3))
    rows, cols = np.array([0, 2, 2]), np.array([1, 0, 2])

    def gradient(W, factor=2.0):
        return getattr(sparse, form)((factor * W[rows, cols], (rows, cols)), shape=W.shape)

    def loss(W):
        return (W[rows, cols] ** 2).sum()

    check(loss, gradient, W)
    check(lambda p: loss(p["W"]), lambda p: {"W": gradient(p["W"])}, {"W": W})
    with pytest.raises(GradientError, match="sign"):
        check(loss, lambda W: gradient(W, -2.0), W)


@checks
def test_a_gradient_written_in_place(check):
    def gradient(w, X, y, out):
        out[:] = its_gradient(w, X, y)

    check(squares, gradient, w, kwargs={"X": X, "y": y}, out=True)

    def wrong(w, X, y, out):
        out[:] = -its_gradient(w, X, y)

    with pytest.raises(GradientError, match="sign"):
        check(squares, wrong, w, kwargs={"X": X, "y": y}, out=True)


@pytest.mark.parametrize("complex_too", [False, True])
def test_several_parameters_written_in_place(complex_too):
    def gradient(a, b, out):
        out[0][:], out[1]["c"][:] = 2 * a, 3 * np.abs(b["c"]) * b["c"]

    b = {"c": w * (1 + 0.5j) if complex_too else w}
    check_gradient(lambda a, b: (a**2).sum() + (np.abs(b["c"]) ** 3).sum(), gradient, w, b, out=True)


def test_numbers_are_written_into_arrays():
    def gradient(a, b, out):
        out[0].fill(2 * a)
        out[1][...] = 3 * b**2

    check_gradient(lambda a: a**2, lambda a, out: out.fill(2 * a), 3.0, out=True)
    check_gradient(lambda a, b: a**2 + b**3, gradient, 3.0, np.float32(0.5), out=True)


@pytest.mark.parametrize("how", ["unwritten", "added"])
def test_out_must_be_written_as_a_whole(how):
    def gradient(w, out):
        if how == "unwritten":
            out[:2] = 2 * w[:2]
        else:
            out += 2 * w

    n = 1 if how == "unwritten" else 3
    error = complaint(lambda w: (w**2).sum(), gradient, w, out=True)
    assert f"does not write {n} of 3 entries of out for parameter, or adds to what" in str(error)
    assert error.kinds == {"parameter": "in place"}


@checks
def test_both_in_one_call(check):
    check(lambda w: ((w**2).sum(), 2 * w), True, w)
    check(lambda a, b: (a @ b, (b, a)), True, w, w + 1)
    check(lambda a, b: (a @ b, b, a), True, w, w + 1)
    check(lambda p: (p["a"] ** 2, {"a": 2 * p["a"]}), True, {"a": 3.0})
    with pytest.raises(GradientError, match="sign"):
        check(lambda w: ((w**2).sum(), -2 * w), True, w)
    with pytest.raises(GradientError, match="with gradient=True the loss must return two, the loss and its gradient"):
        check(lambda w: (w**2).sum(), True, w)


@pytest.mark.parametrize(
    ("gradient", "options", "kind", "text"),
    [
        (False, {}, TypeError, "gradient must be a function, or True where the loss returns both, not False"),
        (w, {}, TypeError, "gradient must be a function"),
        (True, {"out": True}, ValueError, "out=True is for a gradient that is a function; leave it out"),
        (its_gradient, {"seconds": 0}, ValueError, "seconds is 0; it must be more than 0"),
        (its_gradient, {"wirtinger": "conj"}, ValueError, "wirtinger must be one of 'x.iy', .* not 'conj'"),
    ],
)
@checks
def test_options_that_make_no_sense(check, gradient, options, kind, text):
    with pytest.raises(kind, match=text):
        check(squares, gradient, w, kwargs={"X": X, "y": y}, **options)


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"kwargs": [X, y]}, TypeError, "kwargs must be a dict, as {.*}, not a list"),
        ({"rtol": -1.0}, ValueError, "rtol is -1.0; it must be 0 or more"),
        ({"rtol": "1e-6"}, TypeError, "rtol is '1e-6'; it must be a number"),
        ({"atol": float("nan")}, ValueError, "atol is nan; it must be 0 or more"),
        ({"seconds": "2"}, TypeError, "seconds is '2'; it must be a number"),
        ({"rtol": True}, TypeError, "rtol is True; it must be a number"),
        ({"wirtinger": ["z"]}, ValueError, "wirtinger must be one of .*, not .'z'.$"),
    ],
)
@checks
def test_options_of_another_kind(check, options, kind, text):
    with pytest.raises(kind, match=text):
        check(lambda w: (w**2).sum(), lambda w: 2 * w, w, **options)


def test_odd_input_gets_a_line():
    def loss(*params):
        return sum((param**2).sum() for param in params)

    for n in (2.5, "2", True):
        with pytest.raises(TypeError, match="n_checked is .*; it must be a whole number"):
            check_gradient(loss, lambda w: 2 * w, w, n_checked=n)
    with pytest.raises(TypeError, match="sizes must be a dict, as .*, not a list"):
        check_gradient(loss, lambda w: 4 * w, w, sizes=[2])
    with pytest.raises(TypeError, match="the loss must be a function, not a ndarray"):
        check_gradient(w, lambda w: 2 * w, w)
    with pytest.raises(ValueError, match="there is no parameter; hand them in behind the two functions"):
        check_gradient(lambda: 1.0, lambda: [])
    with pytest.raises(ValueError, match=r"names must differ from each other, and are \['a', 'a'\]"):
        check_gradient(loss, lambda a, b: (2 * a, 2 * b), w, w, names=["a", "a"])
    error = complaint(lambda w: ((w**2).sum(), 2 * w), lambda w: 2 * w, w)
    assert "the loss is a tuple of 2, not one real number; hand in gradient=True if it returns its" in str(error)
    error = complaint(loss, lambda a, b: {"a": 2 * a, "b": 2 * b}, w, w)
    assert "the gradient is a dict of 'a', 'b', and must be one array for each parameter: 2" in str(error)
    error = complaint(lambda w, n: n * loss(w), lambda w, n: 2 * n * w, w, 3)
    assert "one array for each parameter: 2, not 1; what is no parameter goes in as kwargs={...}" in str(error)


@checks
@pytest.mark.parametrize("form", [np.asfortranarray, lambda a: a[:, ::2], lambda a: a.astype(a.dtype.newbyteorder())])
def test_arrays_of_any_order(check, form):
    for V in (form(rng.normal(size=(3, 4))), form(rng.normal(size=(3, 4)) + 1j)):
        check(lambda V: (np.abs(V) ** 2).sum(), lambda V: 2 * V, V)
    V = form(rng.normal(size=(3, 4)))
    error = complaint(lambda V: (V**2).sum(), lambda V: 2 * V * (np.arange(V.shape[1]) != 1), V)
    assert ", in column 1\n" in str(error)


# Complex parameters

z = rng.normal(size=4) + 1j * rng.normal(size=4)


def of_complex(z):
    """|z|^4 + Re z^2: dL/dx + i dL/dy = 4 |z|^2 z + 2 z*."""
    return (np.abs(z) ** 4).sum() + (z**2).real.sum()


def up(z):
    return 4 * np.abs(z) ** 2 * z + 2 * z.conj()


CONVENTIONS = {"x+iy": up, "x-iy": lambda z: up(z).conj(), "z*": lambda z: up(z) / 2, "z": lambda z: up(z).conj() / 2}


@checks
@pytest.mark.parametrize("dtype", [np.complex64, np.complex128, np.clongdouble])
@pytest.mark.parametrize("wirtinger", CONVENTIONS)
def test_each_convention(check, dtype, wirtinger):
    check(of_complex, CONVENTIONS[wirtinger], z.astype(dtype), wirtinger=wirtinger)
    check(
        lambda z: of_complex(np.array(z)),
        lambda z: CONVENTIONS[wirtinger](np.array(z)),
        [1 + 2j, 0.5],
        wirtinger=wirtinger,
    )
    with pytest.raises(GradientError, match="minus the derivative"):
        check(of_complex, lambda z: -CONVENTIONS[wirtinger](z), z.astype(dtype), wirtinger=wirtinger)


@pytest.mark.parametrize("asked", CONVENTIONS)
@pytest.mark.parametrize("given", CONVENTIONS)
def test_another_convention_is_recognised(asked, given):
    if asked == given:
        return
    error = complaint(of_complex, CONVENTIONS[given], z, wirtinger=asked)
    assert error.kinds == {"parameter": "convention"}
    assert f'it is right as wirtinger="{given}", and wirtinger="{asked}" was asked for' in str(error)


def test_a_part_of_a_complex_number_is_named():
    error = complaint(of_complex, lambda z: up(z).real + 0j, z, names=["z"])
    assert ".imag is " in str(error) and "4 of 8 wrong, in imaginary parts\n" in str(error)
    assert error.kinds == {"z": "some rows"}
    check_gradient(lambda z: abs(z) ** 2, lambda z: 2 * z, 1 + 2j)
    check_gradient(lambda a: of_complex(a * z), lambda a: (up(a * z).conj() * z).real.sum(), 0.5)


def test_advice_keeps_imaginary_parts():
    with pytest.raises(GradientError, match=r"not one real number; the sum of abs\(z\)\*\*2 is one"):
        check_gradient(lambda z: (z**2).sum(), lambda z: 2 * z, z)
    with pytest.raises(
        GradientError, match=r"its imaginary part is about 0 here: is it everywhere\? Then return loss.real"
    ):
        check_gradient(lambda z: (z * z.conj()).sum(), lambda z: 2 * z, z)
    with pytest.raises(
        TypeError, match=r"imaginary parts are up to 2: is w complex\? Then hand in x.astype\(complex\)"
    ):
        check_gradient(lambda w: (w**2).sum(), lambda w: 2 * w + 2j, w, names=["w"])
    with pytest.raises(TypeError, match="imaginary parts are 0, so return gradient.real"):
        check_gradient(lambda w: (w**2).sum(), lambda w: 2 * w + 0j, w)
    for objects, kind in ((z.astype(object), "complex"), (w.astype(object), "np.float64")):
        with pytest.raises(TypeError, match=rf"not object; x.astype\({kind}\) makes one"):
            check_gradient(lambda z: 1.0, lambda z: z, objects)


# Other dtypes


@checks
@pytest.mark.parametrize("inner", [np.float16, np.float32])
def test_half_precision(check, inner):
    """Steps must be multiples of 2^-10 near 1; the tolerance is 6 %. Losses in float16 may hide what is right."""
    for seed in range(30):
        rng = np.random.default_rng(seed)
        x = (rng.normal(size=6) * rng.choice([0.1, 1, 5])).astype(np.float16)
        M = (rng.normal(size=(3, 6)) / 3).astype(inner)

        def loss(x):
            return np.tanh(M @ x.astype(inner)).sum()

        def gradient(x, factor=1):
            return M.T @ (1 - np.tanh(M @ x.astype(inner)) ** 2) * inner(factor)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore" if inner is np.float16 else "error")
            check(loss, gradient, x)
        with warnings.catch_warnings(), pytest.raises((GradientError, RuntimeWarning)):
            warnings.simplefilter("error")
            check(loss, lambda x: gradient(x, -1), x)


@checks
@pytest.mark.skipif(np.finfo(np.longdouble).eps > 1e-18, reason="a long double is a double here")
def test_long_doubles_are_compared_to_more_digits(check):
    x = np.array([0.3, 1.7, -0.4], np.longdouble)
    check(lambda x: np.sin(x).sum(), np.cos, x)
    with pytest.raises(GradientError):
        check(lambda x: np.sin(x).sum(), lambda x: np.cos(x) * (1 + np.longdouble(1e-7)), x)
    check(lambda x: np.sin(x.astype(float)).sum(), lambda x: np.cos(x.astype(float)), x)


# Limits


def test_how_much_was_checked():
    checked = check_gradient(lambda a, b: (a**2).sum() + b**2, lambda a, b: (2 * a, 2 * b), w, 2.0, n_checked=2)
    assert checked.checked == {"parameter 0": 2, "parameter 1": 1} and checked.total == {
        "parameter 0": 3,
        "parameter 1": 1,
    }
    assert checked.share == 0.75 and str(checked) == "3 of 4 checked, 75 %: parameter 0 2 of 3, parameter 1 1 of 1"
    assert check_directional(lambda a: (a**2).sum(), lambda a: 2 * a, w).share == 1


def test_a_limit_of_time(monkeypatch):
    """The clock moves on by a second at each look."""
    from instahash.testing import comparing, options

    clock = iter(range(10**6))
    for module in (comparing, options):
        monkeypatch.setattr(module, "monotonic", lambda: next(clock))
    x = np.random.default_rng(0).normal(size=100)
    assert check_gradient(lambda x: (x**3).sum(), lambda x: 3 * x**2, x, seconds=50).share == 0.51
    with pytest.warns(RuntimeWarning, match="time was over when 6 of 100 checked, 6 %: parameter 6 of 100; "):
        check_gradient(lambda x: (x**3).sum(), lambda x: 3 * x**2, x, seconds=5)
    with pytest.warns(RuntimeWarning, match="1 of 100"):
        check_gradient(lambda x: (x**3).sum(), lambda x: 3 * x**2, x, seconds=0.5)
    error = complaint(lambda x: (x**3).sum(), lambda x: -3 * x**2, x, seconds=150)
    assert "parameter: 52 of 52 wrong" in str(error)
    assert error.kinds == {"parameter": "sign"}


def cubes(x):
    return float((np.asarray(x) ** 3).sum())


@pytest.mark.parametrize(
    "options, kind, message",
    [
        ({"seed": -1}, ValueError, "^seed is -1; it must be at least 0$"),
        ({"seed": 1.5}, TypeError, "^seed is 1.5; it must be a whole number$"),
        ({"names": 3}, TypeError, "^names must be a list of 1, one a parameter, not 3$"),
        ({"kwargs": {1: 2}}, TypeError, "^kwargs has the key 1; its keys must be texts"),
    ],
)
@pytest.mark.parametrize("check", [check_gradient, check_jacobian])
def test_options_of_a_wrong_kind_are_named(check, options, kind, message):
    with pytest.raises(kind, match=message):
        check(cubes, lambda x: 3 * x**2, np.ones(2), **options)


def test_numbers_that_are_none_are_said_so():
    with pytest.raises(ValueError, match="^parameter is a whole number that no float can hold; give a smaller one$"):
        check_gradient(lambda x: x, lambda x: 1.0, 10**400)
    with pytest.raises(GradientError, match="^the loss returned lists of different lengths; it must return an array"):
        check_batched(lambda x: [[1.0], [1.0, 2.0]], lambda x: x, np.ones((2, 2)))


@pytest.mark.parametrize(
    ("x", "text"),
    [
        ({}, "an empty dict"),
        (dict.fromkeys("abcde"), "a dict of 'a', 'b', 'c', 'd', 'e'"),
        (dict.fromkeys("abcdef"), "a dict of 'a', 'b', 'c', 'd', 'e', ..."),
        ([1.0], "a list of 1"),
        (np.ones(2), "an array of shape (2,)"),
        (1.0, "a float"),
    ],
)
def test_what_things_are_called(x, text):
    assert described(x) == text


@pytest.mark.parametrize("option", ["seed", "sizes", "names", "n_checked", "seconds", "rtol", "atol"])
def test_long_options_are_not_repeated_whole(option):
    """Neither texts nor whole numbers, of which Python writes no more than 4,300 digits."""
    for value in ("x" * 5000, -(10**5000), [10**5000], [["x" * 5000]]):
        with pytest.raises((TypeError, ValueError)) as caught:
            check_gradient(lambda x: x**2, lambda x: 2 * x, 1.0, **{option: value})
        assert len(str(caught.value)) < 150 and option in str(caught.value)


def test_options_may_be_numpy_s_numbers():
    check_gradient(
        lambda x: x**2, lambda x: 2 * x, 1.0, seconds=np.int64(9), rtol=np.float32(0.1), sizes={"n": np.int8(3)}
    )


def test_objects_are_no_gradients_in_another_order():
    with pytest.raises(TypeError, match="the gradient of x must be an array of real numbers, not object"):
        gradients = np.array([None] * 2), np.ones(3)
        check_gradient(lambda x, y: x.sum() + y.sum(), lambda x, y: gradients, np.ones(3), np.ones(2), names=["x", "y"])
