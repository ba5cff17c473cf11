"""Units and steps, with numbers worked by hand."""

import numpy as np
import pytest

from instahash.network import reference


def test_units_by_hand():
    z = np.array([np.log(3), 0.0, -2.0])
    np.testing.assert_allclose(reference.hidden_units("sigmoid", z)[0][:2], [0.25, 0])
    np.testing.assert_allclose(reference.hidden_units("sigmoid", z)[1][:2], [3 / 16, 1 / 4])
    np.testing.assert_allclose(reference.hidden_units("tanh", z)[0][:2], [0.8, 0])
    np.testing.assert_allclose(reference.hidden_units("relu", z)[0], [np.log(3), 0, 0])
    np.testing.assert_allclose(reference.hidden_units("identity", z)[0], z)


def test_optimisers_by_hand():
    theta, velocity = np.array([1.0]), np.array([2.0])
    reference.momentum(theta, np.array([0.5]), velocity, 0.1, 0.5)
    assert (theta[0], velocity[0]) == (pytest.approx(1 - 0.1 * 1.5), pytest.approx(1.5))
    theta, m, v = np.array([1.0]), np.array([0.0]), np.array([0.0])
    reference.adam(theta, np.array([2.0]), m, v, 0.1, 0.5, 0.75, 0.0)
    assert (m[0], v[0], theta[0]) == (pytest.approx(1.0), pytest.approx(1.0), pytest.approx(0.9))
