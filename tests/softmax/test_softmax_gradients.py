"""The equations with numbers by hand and central differences, and the gradients of a batch against them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.network.layers import Parameters
from instahash.softmax import SoftmaxSettings, reference
from instahash.softmax.gradients import best_constants, dropped, loss_and_gradients, output_gradients
from instahash.softmax.units import Units
from instahash.testing import check_gradient
from instahash.threads import Threads

seeds = st.integers(0, 10**6)
hidden_units = st.sampled_from(["sigmoid", "tanh", "relu", "identity"])
NAMES = ["V", "mu", "U", "b"]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks of few words and posts, so that small data has several."""
    monkeypatch.setattr("instahash.network.layers.WORDS", 4)
    monkeypatch.setattr("instahash.softmax.gradients.SOFTMAX_POSTS", 2)


def problem(seed, m=5, n_inputs=6, n_outputs=9, n_hidden=4):
    """Parameters, inputs, and targets of which one post has none."""
    rng = np.random.default_rng(seed)
    shapes = (n_hidden, n_inputs), (n_hidden,), (n_outputs, n_hidden), (n_outputs,)
    X = sparse.random_array((m, n_inputs), density=0.5, rng=rng, format="csr")
    S = sparse.random_array((m, n_outputs), density=0.3, rng=rng, format="csr")
    return [rng.normal(size=shape) for shape in shapes], X, S, rng


def test_loss_by_hand():
    """Outputs 0 and log 3 are probabilities 1/4 and 3/4; the targets weigh 2 and 1."""
    V, mu, U, b = np.ones((1, 1)), np.zeros(1), np.array([[0.0], [np.log(3)]]), np.zeros(2)
    loss, _, _, dU, db = reference.loss_and_gradients(
        V, mu, U, b, np.ones((1, 1)), np.array([[2.0, 1.0]]), hidden="identity"
    )
    assert loss == pytest.approx(2 * np.log(4) + np.log(4 / 3))
    np.testing.assert_allclose(db, [3 / 4 - 2, 9 / 4 - 1])
    np.testing.assert_allclose(dU[:, 0], db)


@given(seed=seeds, hidden=hidden_units, reg=st.sampled_from([0.0, 0.3]))
def test_reference_gradients_are_finite_differences(seed, hidden, reg):
    theta, X, S, rng = problem(seed)
    if hidden == "relu":
        theta[1] += 20.0  # away from its kink
    kept = rng.choice([0.0, 2.0], size=(5, 4))

    def evaluate(*theta):
        return reference.loss_and_gradients(*theta, X.toarray(), S.toarray(), reg, hidden, kept)

    check_gradient(lambda *theta: evaluate(*theta)[0], lambda *theta: evaluate(*theta)[1:], *theta, names=NAMES)


@given(seed=seeds, hidden=hidden_units, reg=st.sampled_from([0.0, 0.3]), n_threads=st.sampled_from([1, 2]),
       of_codes=st.sampled_from([1.0, 1.7]), scale=st.sampled_from([1.0, 300.0]))  # fmt: skip
def test_loss_and_gradients_of_a_batch(seed, hidden, reg, n_threads, of_codes, scale):
    """Equal to the dense reference, also where exp would overflow."""
    (V, mu, U, b), X, S, rng = problem(seed)
    U *= scale
    settings = SoftmaxSettings(n_hidden=4, hidden=hidden, reg=reg, dtype="float64")
    theta = Parameters(np.ascontiguousarray(V.T), mu, U, b)
    loss, *wanted = reference.loss_and_gradients(V, mu, U, b, X.toarray(), S.toarray(), reg, hidden, of_codes)
    got = {name: np.full_like(value, np.nan) for name, value in vars(theta).items()}

    def update(name, part, gradient):
        assert np.isnan(got[name][part]).all()  # each row once
        got[name][part] = gradient

    with Threads(n_threads, blas=False) as threads:
        total = loss_and_gradients(theta, X, S, settings, update, threads, scale=of_codes)
    assert total / 5 + theta.penalty(reg) == pytest.approx(loss, rel=1e-10)
    for name, expected in zip(("Vt", "mu", "U", "b"), (wanted[0].T, *wanted[1:])):
        np.testing.assert_allclose(got[name], expected, rtol=1e-9, atol=1e-9 * scale, err_msg=name)


@given(seed=seeds, n_threads=st.sampled_from([1, 2]), scale=st.sampled_from([1.0, 300.0]))
def test_output_gradients(seed, n_threads, scale):
    (V, mu, U, b), X, S, rng = problem(seed)
    U *= scale
    H = rng.normal(size=(5, 4))
    with Threads(n_threads, blas=False) as threads:
        got = output_gradients(Parameters(V.T, mu, U, b), H, S, threads)
    for value, wanted in zip(got, reference.output_gradients(U, b, H, S.toarray())):
        np.testing.assert_allclose(value, wanted, rtol=1e-10, atol=1e-10 * scale)


def test_training_starts_from_how_often_each_target_is_wanted():
    """Totals of 3, 1 and 0 and one more each: 4, 2 and 1 of 7."""
    S = sparse.csr_array(np.array([[1.0, 1.0, 0.0], [2.0, 0.0, 0.0]]))
    np.testing.assert_allclose(np.exp(best_constants(S)), [4 / 7, 2 / 7, 1 / 7])


@pytest.mark.parametrize(("dropout", "width"), [(0.0, 12), (0.1, 11), (0.5, 6), (0.99, 1)])
def test_every_unit_is_kept_as_often_as_any(dropout, width):
    rng, settings = np.random.default_rng(0), SoftmaxSettings(n_hidden=12, dropout=dropout)
    kept = np.zeros(12)
    for _ in range(2400):
        units = Units.drawn(settings, rng)
        numbers = units.numbers(12)
        assert units.width == width == len(set(numbers.tolist()))
        kept[numbers] += 1
    np.testing.assert_allclose(kept / 2400, width / 12, atol=0.05 if width < 12 else 0)


def test_masked_inputs_and_targets_are_parts_of_one_post():
    S = sparse.csr_array(np.kron(np.eye(10, dtype=np.float32)[np.arange(300) % 10], np.ones((1, 2), np.float32)))
    settings = SoftmaxSettings(corruption=0.3, masked=True)
    seen, rest = dropped(S, 5 * S, settings, np.random.default_rng(0))
    np.testing.assert_array_equal((seen + rest / 5).toarray(), S.toarray())
    assert 0.2 < rest.sum() / 5 / S.sum() < 0.4
