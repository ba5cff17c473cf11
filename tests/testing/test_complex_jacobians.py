"""Jacobians of complex functions, and by complex parameters, whole and as products."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.testing import GradientError, check_hessian, check_jacobian
from instahash.testing.wirtinger import CONVENTIONS, slopes, written

rng = np.random.default_rng(0)
A = rng.normal(size=(3, 2)) + 1j * rng.normal(size=(3, 2))
z, x = rng.normal(size=2) + 1j * rng.normal(size=2), rng.normal(size=2)


def complaint(*arguments, **options):
    with pytest.raises(GradientError) as caught:
        check_jacobian(*arguments, names=["z"], **options)
    return caught.value


def f(z):
    """Holomorphic."""
    return np.tanh(A @ z)


def J(z):
    return (1 - f(z) ** 2)[:, None] * A


def g(z):
    """Not so: z |z|^2 has dg = 2 |z|^2 dz + z^2 dz*."""
    return z * np.abs(z) ** 2


def r(z):
    """Real: |z|^2 and the sum of Re z."""
    return np.r_[np.abs(z) ** 2, z.real.sum()]


def in_convention(vjp, wirtinger):
    """A vjp from cotangents of the form dL/dx + i dL/dy to such, in another convention."""

    def vjp_in_it(z, u):
        if np.iscomplexobj(u):
            u = written(slopes(u, wirtinger), "x+iy")
        return written(slopes(vjp(z, u), "x+iy"), wirtinger)

    return vjp_in_it


VJPS = {
    f: lambda z, u: J(z).conj().T @ u,
    g: lambda z, u: 2 * np.abs(z) ** 2 * u + z**2 * u.conj(),
    r: lambda z, u: 2 * z * u[:2] + u[2],
}
JVPS = {
    f: lambda z, v: J(z) @ v,
    g: lambda z, v: 2 * np.abs(z) ** 2 * v + z**2 * v.conj(),
    r: lambda z, v: np.r_[2 * (z.conj() * v).real, v.real.sum()],
}


@pytest.mark.parametrize("function", VJPS)
@pytest.mark.parametrize("wirtinger", CONVENTIONS)
def test_products_in_each_convention(function, wirtinger):
    check_jacobian(function, JVPS[function], z, form="jvp", wirtinger=wirtinger)
    vjp = in_convention(VJPS[function], wirtinger)
    checked = check_jacobian(function, vjp, z, form="vjp", wirtinger=wirtinger)
    assert checked.share == 1 and checked.total == {"parameter": 4 * (3 if function is r else 2 * len(function(z)))}
    if wirtinger != "x+iy":
        other = in_convention(VJPS[function], "x+iy")
        if wirtinger != "z*" or function is r:  # a half of both cotangent and gradient is none
            assert complaint(function, other, z, form="vjp", wirtinger=wirtinger).kinds == {"z": "convention"}


@pytest.mark.parametrize("wirtinger", CONVENTIONS)
def test_matrices(wirtinger):
    """Of a holomorphic function no convention is needed; of a real one rows are its gradients."""
    check_jacobian(f, J, z, wirtinger=wirtinger)
    pairs = np.zeros((3, 2, 2))
    pairs[[0, 1], [0, 1]], pairs[2, :, 0] = 2 * np.stack([z.real, z.imag], -1), 1
    check_jacobian(r, lambda z: written(pairs, wirtinger), z, wirtinger=wirtinger)
    other = "z" if wirtinger == "x+iy" else "x+iy"
    error = complaint(r, lambda z: written(pairs, other), z, wirtinger=wirtinger)
    assert f'it is right as wirtinger="{other}", and wirtinger="{wirtinger}" was asked for' in str(error)


def test_what_is_wrong_is_named():
    error = complaint(f, lambda z: J(z) * 2, z)
    assert error.kinds == {"z": "factor"} and str(error).startswith("d f[2].imag / d z[0].imag is 2.96325 by")
    assert "24 of 24 wrong" in str(error)
    error = complaint(f, lambda z: J(z).conj(), z)
    assert error.kinds == {"z": "convention"} and "one part of each number has the other sign" in str(error)
    assert "is a conjugate missing" in str(complaint(f, lambda z, u: J(z).T @ u, z, form="vjp"))
    assert complaint(f, lambda z: -J(z), z).kinds == {"z": "sign"}
    assert "(2, 3), and must be (3, 2): it is transposed" in str(complaint(f, lambda z: J(z).T, z))


def test_a_function_that_is_not_holomorphic_has_no_matrix():
    error = complaint(g, lambda z: np.diag(2 * np.abs(z) ** 2), z)
    assert str(error).startswith("f is not holomorphic: it has no one derivative by z; check its product with a")
    assert error.kinds == {"z": "not holomorphic"}
    assert complaint(g, lambda z, v: 2 * np.abs(z) ** 2 * v, z, form="jvp").kinds == {"z": None}


def test_rounding_does_not_make_a_function_one_that_is_not_holomorphic():
    point = z.astype(np.complex64)
    error = complaint(lambda z: A.astype(np.complex64) @ z + np.complex64(1e4), lambda z: -A, point)
    assert "by differences, but the Jacobian says" in str(error)


def test_a_sign_of_what_is_real_is_no_convention():
    """Where the other part is zero, a conjugate is no mistake."""
    assert complaint(lambda z: 2 * z, lambda z: -2 * np.eye(2), z).kinds == {"z": "sign"}
    assert complaint(lambda z: 2j * z, lambda z: -2j * np.eye(2), z).kinds == {"z": "sign"}


def test_complex_outputs_of_real_parameters():
    def k(x):
        return np.exp(1j * (A.real @ x))

    def K(x):
        return 1j * k(x)[:, None] * A.real

    check_jacobian(k, K, x)
    check_jacobian(k, lambda x, v: K(x) @ v, x, form="jvp")
    check_jacobian(k, lambda x, u: (K(x).conj().T @ u).real, x, form="vjp")
    with pytest.raises(GradientError, match="the vjp by parameter is complex, and must be real: return its real part?"):
        check_jacobian(k, lambda x, u: K(x).conj().T @ u, x, form="vjp")


def test_real_and_complex_ones_together():
    def both(z, x):
        return z * x, x @ x

    def matrices(z, x):
        return np.r_[np.diag(x), np.zeros((1, 2))], np.r_[np.diag(z), 2 * x[None]]

    assert check_jacobian(both, matrices, z, x).total == {"parameter 0": 20, "parameter 1": 10}
    check_jacobian(both, lambda z, x, dz, dx: (dz * x + z * dx, 2 * x @ dx), z, x, form="jvp", n_checked=3)
    check_jacobian(both, lambda z, x, u: (u[0] * x, (z.conj() * u[0]).real + 2 * x * u[1]), z, x, form="vjp")


def test_the_hessian_of_a_loss_of_complex_parameters():
    """The gradient of |z|^4 is 4 z |z|^2."""
    check_hessian(lambda z: 4 * g(z), lambda z, v: 4 * JVPS[g](z, v), z, product=True)


@given(st.sampled_from(sorted(CONVENTIONS)), st.lists(st.complex_numbers(max_magnitude=99), min_size=1))
def test_what_is_written_is_read(convention, numbers):
    numbers = np.array(numbers)
    np.testing.assert_allclose(written(slopes(numbers, convention), convention), numbers, rtol=1e-12)
