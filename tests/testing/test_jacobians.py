"""Jacobians whole and as products, Hessians, gradients of gradients, and many points in one call."""

import math
import warnings

import numpy as np
import pytest
from scipy import sparse

from instahash.testing import GradientError, NotSmoothError, check_batched, check_hessian, check_jacobian

rng = np.random.default_rng(0)
A, x = rng.normal(size=(4, 3)), np.array([0.3, -0.5, 1.2])
W = rng.normal(size=(2, 3))


def f(x):
    return np.tanh(A @ x)


def J(x):
    return (1 - np.tanh(A @ x) ** 2)[:, None] * A


def complaint(check, *arguments, **options):
    with pytest.raises(GradientError) as caught:
        check(*arguments, **options)
    return caught.value


FORMS = {
    "jacobian": lambda jacobian: jacobian,
    "jvp": lambda jacobian: lambda x, v: jacobian(x) @ v,
    "vjp": lambda jacobian: lambda x, u: jacobian(x).T @ u,
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form(form):
    checked = check_jacobian(f, FORMS[form](J), x, form=form)
    assert checked.checked == checked.total == {"parameter": 12}
    error = complaint(check_jacobian, f, FORMS[form](lambda x: -J(x)), x, form=form, names=["x"])
    assert error.kinds == {"x": "sign"} and "d f[3] / d x[0] is -1.26499 by differences" in str(error)
    assert f"but the {'Jacobian' if form == 'jacobian' else form} says 1.26499" in str(error)
    error = complaint(check_jacobian, f, FORMS[form](lambda x: J(x) * [[1], [1], [2], [1]]), x, form=form)
    assert "3 of 12 wrong, in row 2\n  factor: it is twice the derivative" in str(error)
    error = complaint(check_jacobian, f, FORMS[form](lambda x: 0 * J(x)), x, form=form)
    assert error.kinds == {"parameter": "zero"}
    one = complaint(check_jacobian, f, FORMS[form](lambda x: J(x) + (np.arange(12) == 7).reshape(4, 3)), x, form=form)
    assert str(one).startswith("d f[2] / d parameter[1] is ")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(10))
def test_a_part_is_checked(form, seed):
    checked = check_jacobian(f, FORMS[form](J), x, form=form, n_checked=2, seed=seed)
    assert checked.checked == {"parameter": 4} and checked.total == {"parameter": 12}


def test_shapes_of_a_jacobian():
    check_jacobian(f, lambda x: sparse.csr_array(J(x)), x)
    check_jacobian(f, lambda x: J(x).tolist(), x)
    check_jacobian(lambda W: W @ x, lambda W: np.einsum("ik,j->ikj", np.eye(2), x), W)
    check_jacobian(lambda W: W @ x, lambda W: np.kron(np.eye(2), x), W)
    check_jacobian(lambda a: np.array([a, a**2]), lambda a: np.array([1, 2 * a]), 0.7)
    error = complaint(check_jacobian, f, lambda x: J(x).T, x)
    assert "has shape (3, 4), and must be (4, 3): it is transposed" in str(error)
    assert error.kinds == {"parameter": "transposed"}
    assert complaint(check_jacobian, f, lambda x: J(x)[:2], x).kinds == {"parameter": "shape"}
    assert complaint(check_jacobian, f, lambda x: J(x) * np.nan, x).kinds == {"parameter": "not finite"}
    square = np.random.default_rng(1).normal(size=(3, 3))
    assert complaint(check_jacobian, lambda x: square @ x, lambda x: square.T, x).kinds == {"parameter": "transposed"}


def test_several_parameters_and_outputs():
    def both(x, p, scale):
        return {"product": scale * x * p["y"], "sum": x.sum()}

    def jvp(x, p, dx, dp, scale):
        return {"product": scale * (dx * p["y"] + x * dp["y"]), "sum": dx.sum()}

    def vjp(x, p, u, scale):
        return scale * u["product"] * p["y"] + u["sum"], {"y": scale * u["product"] * x}

    arguments, options = (x, {"y": x + 1}), {"kwargs": {"scale": 3.0}}
    check_jacobian(both, jvp, *arguments, form="jvp", **options)
    check_jacobian(both, vjp, *arguments, form="vjp", **options)
    check_jacobian(lambda a, b: a * b, lambda a, b: (np.diag(b), np.diag(a)), x, x + 1)
    error = complaint(check_jacobian, both, lambda *a, **k: vjp(*a, scale=2.0), *arguments, form="vjp", **options)
    assert error.kinds == {"x": "factor", "p['y']": "factor"} and "d f['product'][" in str(error)


def test_a_kink_of_one_output():
    with pytest.raises(NotSmoothError, match=r"^d f\[1\] / d parameter\[0\] does not exist: the loss has a kink"):
        check_jacobian(lambda x: np.r_[x**2, np.maximum(x, 0)], lambda x: np.r_[2 * x, x > 0][:, None], np.zeros(1))


def test_products_are_linear():
    for form, product in (("jvp", lambda x, v: J(x) @ v**3), ("vjp", lambda x, u: J(x).T @ u**3)):
        error = complaint(check_jacobian, f, product, x, form=form)
        assert f"the {form} is not linear" in str(error)


@pytest.mark.parametrize(
    ("form", "product", "text"),
    [
        ("jvp", lambda x, v: None, "the jvp returned None: is a return missing"),
        ("jvp", lambda x, v: v, r"the jvp has shape \(3,\), and must be \(4,\)"),
        ("vjp", lambda x, u: u, r"the vjp by parameter has shape \(4,\), and must be \(3,\)"),
        ("vjp", lambda x, u: np.full(3, np.inf), "3 of 3 derivatives of vjp by parameter are not finite"),
    ],
)
def test_products_of_another_shape(form, product, text):
    with pytest.raises(GradientError, match=text):
        check_jacobian(f, product, x, form=form)


def test_what_makes_no_sense_for_a_jacobian():
    with pytest.raises(ValueError, match="form must be one of 'jacobian', 'jvp', 'vjp', not 'hvp'"):
        check_jacobian(f, J, x, form="hvp")
    with pytest.raises(ValueError, match="n_checked is 0; it must be at least 1"):
        check_jacobian(f, J, x, n_checked=0)
    with pytest.raises(ValueError, match="wirtinger must be one of 'x.iy', 'x-iy', 'z.', 'z', not 'q'"):
        check_jacobian(f, J, x, wirtinger="q")
    with pytest.raises(GradientError, match="returned None; it must return an array of floats, or several"):
        check_jacobian(lambda x: None, J, x)

    def grows(x):
        x += 1
        return f(x)

    assert complaint(check_jacobian, grows, J, x).kinds == {"loss": "in place"}


@pytest.mark.parametrize("form", FORMS)
def test_arrays_of_any_order(form):
    jacobians = {
        "jacobian": lambda W: np.einsum("aj,ib->abij", np.eye(3), W) + np.einsum("bj,ia->abij", np.eye(3), W),
        "jvp": lambda W, V: V.T @ W + W.T @ V,
        "vjp": lambda W, U: W @ (U + U.T),
    }
    check_jacobian(lambda W: np.asfortranarray(W.T @ W), jacobians[form], np.asfortranarray(W), form=form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.skipif(np.finfo(np.longdouble).eps > 1e-18, reason="a long double is a double here")
def test_long_doubles_keep_their_digits(form):
    for factor in (1, 1 + np.longdouble(1e-7)):
        arguments = f, FORMS[form](lambda x, factor=factor: J(x) * factor), x.astype(np.longdouble)
        if factor == 1:
            check_jacobian(*arguments, form=form)
        else:
            complaint(check_jacobian, *arguments, form=form)


def test_odd_functions_get_a_line():
    assert "the Jacobian returned None: is a return missing?" in str(complaint(check_jacobian, f, lambda x: None, x))
    with pytest.raises(TypeError, match="the Jacobian must be a function, not True"):
        check_jacobian(lambda x: (f(x), J(x)), True, x)
    error = complaint(check_jacobian, lambda x: np.r_[x, np.nan], lambda x: np.eye(4, 3), x)
    assert "f[3] is nan at the point itself" in str(error)


def test_a_function_that_draws_is_said_to():
    drawn = np.random.default_rng(0)
    error = complaint(check_jacobian, lambda x: f(x) + drawn.normal(size=4), J, x)
    assert "the function differs from call to call; hand in what it draws or keeps" in str(error)
    assert error.kinds == {"f": "state"}


def cubes(x):
    return 3 * x**2 + x.sum()


def hessian(x):
    return np.diag(6 * x) + 1


def test_hessians_and_their_products():
    check_hessian(cubes, hessian, x)
    check_hessian(lambda W: 3 * W**2, lambda W: np.diag(6 * W.reshape(-1)).reshape(2, 3, 2, 3), W)
    check_hessian(lambda W: 3 * W**2, lambda W: sparse.diags_array(6 * W.reshape(-1)), W)
    check_hessian(cubes, lambda x, v: 6 * x * v + v.sum(), x, product=True)
    error = complaint(check_hessian, cubes, lambda x: np.diag(6 * x), x, names=["x"])
    assert str(error).startswith("d gradient[") and error.kinds == {"x": "missing term"}
    error = complaint(check_hessian, cubes, lambda x, v: 3 * x * v + v.sum(), x, product=True)
    assert "3 of 9 wrong" in str(error)


def test_the_gradient_of_a_gradient():
    """Back through the product u' J(x), by x and by u; d/dx of (1 - t^2) is -2 t (1 - t^2)."""

    def back(x, u):
        return J(x).T @ u

    def twice(x, u, v, factor=-2):
        t = f(x)
        return A.T @ (factor * t * (1 - t**2) * u * (A @ v)), J(x) @ v

    u = rng.normal(size=4)
    check_jacobian(back, twice, x, u, form="vjp")
    error = complaint(check_jacobian, back, lambda *a: twice(*a, factor=2), x, u, form="vjp", names=["x", "u"])
    assert error.kinds == {"x": "sign"}


# Many points in one call

P = rng.normal(size=(50, 3))


def losses(P):
    return (np.sin(P) * P[:, :1]).sum(1)


def gradients(P):
    g = np.cos(P) * P[:, :1]
    g[:, 0] += np.sin(P).sum(1)
    return g


def test_many_points_cost_four_calls_an_entry():
    calls = []

    def counted(P):
        calls.append(1)
        return losses(P)

    checked = check_batched(counted, gradients, P)
    assert checked.checked == {"parameter": 150} and len(calls) == 2 + 4 * 3
    assert check_batched(losses, gradients, P, n_checked=2).checked == {"parameter": 100}


def test_what_is_wrong_at_some_of_many_points():
    error = complaint(check_batched, losses, lambda P: -gradients(P), P, names=["P"])
    assert error.kinds == {"P": "sign"} and "P: 150 of 150 wrong" in str(error)
    error = complaint(check_batched, losses, lambda P: gradients(P) * (np.arange(50) != 7)[:, None], P)
    assert str(error).startswith("d loss[7] / d parameter[7, ") and "3 of 150 wrong, in row 7" in str(error)


def test_batches_of_several_complex_and_structured_parameters():
    z = rng.normal(size=(5, 2)) + 1j * rng.normal(size=(5, 2))

    def loss(p, scale, k):
        return k * scale * (np.abs(p["z"]) ** 2).sum(1)

    def gradient(p, scale, k):
        return {"z": 2 * k * scale[:, None] * p["z"]}, k * (np.abs(p["z"]) ** 2).sum(1)

    scale, options = rng.normal(size=5).astype(np.float32), {"kwargs": {"k": 3.0}}
    check_batched(loss, gradient, {"z": z}, scale, **options)
    error = complaint(check_batched, loss, gradient, {"z": z}, scale, wirtinger="x-iy", **options)
    assert error.kinds == {"p['z']": "convention"}


def test_points_must_not_depend_on_each_other():
    error = complaint(check_batched, lambda P: losses(P - P.mean(0)), gradients, P)
    assert "where other points are other ones; it must not depend on them" in str(error)
    with pytest.raises(GradientError, match=r"the loss has shape \(\), and must be \(50,\), one number a point"):
        check_batched(lambda P: losses(P).sum(), gradients, P)
    with pytest.raises(ValueError, match="every parameter must have a row for each point"):
        check_batched(lambda P, q: losses(P), lambda P, q: (gradients(P), q), P, np.ones(3))
    check_batched(losses, gradients, P[:1])
    check_batched(losses, gradients, P[:0])


@pytest.mark.parametrize(
    ("check", "function", "derivative", "point", "n"),
    [(check_jacobian, f, J, x, 4), (check_hessian, cubes, hessian, x, 3), (check_batched, losses, gradients, P[:5], 3)],
)
def test_time_is_kept(check, function, derivative, point, n):
    """At least one output, or entry, is checked however little time there is, in an order that is drawn."""
    assert check(function, derivative, point, seconds=1e-9).share == 1 / n
    assert check(function, derivative, point, seconds=60).share == 1
    first = set()
    for seed in range(9):
        error = complaint(check, function, lambda x: -derivative(x), point, seconds=1e-9, seed=seed)
        first.add(str(error).split(" is ")[0][:12] if check is not check_batched else str(error).split("]")[1])
    assert len(first) > 1
    with pytest.raises(ValueError, match="seconds is 0; it must be more than 0"):
        check(function, derivative, point, seconds=0)


def test_little_time_is_said():
    with pytest.warns(
        RuntimeWarning, match=r"time was over when 3 of 180 checked, 1.67 %: parameter 3 of 180; give it"
    ):
        check_jacobian(lambda x: np.repeat(x, 20), lambda x: np.repeat(np.eye(3), 20, 0), x, seconds=1e-9)
    many = np.ones((2, 30))
    with pytest.warns(RuntimeWarning, match=r"time was over when 2 of 60 checked, .* give it more$"):
        check_batched(lambda P: (P**2).sum(1), lambda P: 2 * P, many, seconds=1e-9)


def test_a_dict_may_come_back_in_another_order():
    def both(x):
        return {"square": x**2, "sum": x.sum()}

    check_jacobian(both, lambda x, v: {"sum": v.sum(), "square": 2 * x * v}, x, form="jvp")
    wrong = complaint(check_jacobian, both, lambda x, v: {"sum": v.sum(), "square": x * v}, x, form="jvp")
    assert str(wrong).startswith("d f['square'][2] / d parameter[2] is 2.4 by")


def test_products_may_be_whole_numbers():
    check_jacobian(lambda x: 0 * x, lambda x, v: np.zeros(3, int), x, form="jvp")
    check_jacobian(lambda x: 0 * x, lambda x, u: sparse.csr_array((1, 3), dtype=int).toarray()[0], x, form="vjp")


def test_a_function_has_as_many_outputs_at_each_point():
    with pytest.raises(GradientError, match="returned 3 real numbers at first, and 2 at another call; it must return"):
        check_jacobian(lambda x: x[x <= 1.2], lambda x: np.eye(3), x)


def test_of_several_outputs_a_matrix_is_wanted():
    error = complaint(check_jacobian, lambda x: (x, 2 * x), lambda x: [np.eye(3), 2 * np.eye(3)], x)
    assert str(error) == "the Jacobian by parameter has shape (2, 3, 3), and must be (6, 3)"


@pytest.mark.parametrize("log", [np.log, np.vectorize(math.log)])
def test_points_beside_which_there_is_no_loss(log):
    """Neither an error nor a warning at one point is one of all."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_batched(log, lambda x: 1 / x, np.array([1e-3, 1.0]))


def test_gradients_of_points_in_another_order():
    P, Q = np.ones((2, 3)), np.ones((2, 4))
    error = complaint(check_batched, lambda P, Q: P.sum(1) + 2 * Q.sum(1), lambda P, Q: (2 + 0 * Q, 1 + 0 * P), P, Q)
    assert str(error).startswith("the gradients stand in another order: the first is that of parameter 1")


def test_what_rounding_hides_is_not_called_zero_on_both_sides():
    error = complaint(check_jacobian, lambda x: x + 1e13, lambda x: -np.eye(3), x)
    assert "by differences, but the Jacobian says -1\n" in str(error) and " is 0 by" not in str(error)
