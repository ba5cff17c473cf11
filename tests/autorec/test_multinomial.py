"""The softmax objective: reference against finite differences, training against the reference, planted hashtags."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.autorec import AutoRec, decoder, epochs, reference
from instahash.errors import DataError, SettingsError
from instahash.testing import check_gradient
from instahash.threads import Threads

seeds = st.integers(0, 10**6)
hidden_units = st.sampled_from(["sigmoid", "tanh", "relu", "identity"])


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks of few words and posts, so that small data has several."""
    monkeypatch.setattr(decoder, "WORDS", 4)
    monkeypatch.setattr(decoder, "POSTS", 2)


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
    loss, _, _, dU, db = reference.multinomial_loss_and_gradients(
        V, mu, U, b, np.ones((1, 1)), np.array([[2.0, 1.0]]), hidden="identity"
    )
    assert loss == pytest.approx(2 * np.log(4) + np.log(4 / 3))
    np.testing.assert_allclose(db, [3 / 4 - 2, 9 / 4 - 1])
    np.testing.assert_allclose(dU[:, 0], db)


@given(seed=seeds, hidden=hidden_units, reg=st.sampled_from([0.0, 0.3]))
def test_reference_gradients_are_finite_differences(seed, hidden, reg):
    theta, X, S, rng = problem(seed)
    if hidden == "relu":
        theta[1] += 20.0  # away from the bend
    kept = rng.choice([0.0, 2.0], size=(5, 4))

    def evaluate(*theta):
        return reference.multinomial_loss_and_gradients(*theta, X.toarray(), S.toarray(), reg, hidden, kept)

    names = ["V", "mu", "U", "b"]
    check_gradient(lambda *theta: evaluate(*theta)[0], lambda *theta: evaluate(*theta)[1:], *theta, names=names)


@given(seed=seeds, hidden=hidden_units, reg=st.sampled_from([0.0, 0.3]), n_threads=st.sampled_from([1, 2]),
       dropout=st.booleans(), scale=st.sampled_from([1.0, 300.0]))  # fmt: skip
def test_loss_and_gradients_of_a_batch(seed, hidden, reg, n_threads, dropout, scale):
    """Equal to the dense reference, also where exp would overflow."""
    (V, mu, U, b), X, S, rng = problem(seed)
    U *= scale
    model = AutoRec(n_hidden=4, hidden=hidden, reg=reg, objective="multinomial", dtype="float64")
    model._Vt, model.mu, model.U, model.b = np.ascontiguousarray(V.T), mu, U, b
    kept = rng.choice([0.0, 2.0], size=(5, 4)) if dropout else None
    loss, *wanted = reference.multinomial_loss_and_gradients(
        V, mu, U, b, X.toarray(), S.toarray(), reg, hidden, 1.0 if kept is None else kept
    )
    got = {name: np.full_like(value, np.nan) for name, value in model._parameters().items()}

    def take(name, part, gradient):
        assert np.isnan(got[name][part]).all()  # each row once
        got[name][part] = gradient

    with Threads(n_threads, blas=False) as threads:
        square = epochs.descend(model, X, S, take, threads, kept=kept)
    assert 0.5 * square / 5 + 0.5 * reg * ((V**2).sum() + (U**2).sum()) == pytest.approx(loss, rel=1e-10)
    for name, expected in zip(("V", "mu", "U", "b"), (wanted[0].T, *wanted[1:])):
        np.testing.assert_allclose(got[name], expected, rtol=1e-9, atol=1e-9 * scale, err_msg=name)


def planted(n_posts=300, seed=0):
    """Ten words, each of which has two hashtags of twenty of its own."""
    rng = np.random.default_rng(seed)
    X = sparse.csr_array(np.eye(10, dtype=np.float32)[rng.integers(0, 10, n_posts)])
    return X, sparse.csr_array(np.kron(X.toarray(), np.ones((1, 2), np.float32)))


SMALL = {"n_hidden": 12, "epochs": 30, "batch_size": 32, "learning_rate": 0.02, "hidden": "relu"}


def test_inputs_and_outputs_of_their_own_are_learnt():
    X, S = planted()
    model = AutoRec(**SMALL, objective="multinomial").fit(X, 0.0, targets=S)
    ids, _ = model.recommend(sparse.csr_array(np.eye(10, dtype=np.float32)), 2, exclude_seen=False)
    np.testing.assert_array_equal(np.sort(ids, axis=1), np.arange(20).reshape(10, 2))
    assert model.history[-1] == pytest.approx(np.log(2), abs=0.05)  # one of two, for each unit of target
    assert (model.V.shape, model.U.shape) == ((12, 10), (20, 12))


def test_training_starts_from_how_often_each_target_is_wanted():
    """Totals of 3, 1 and 0 and one more each: shares of 4, 2 and 1 in 7."""
    S = sparse.csr_array(np.array([[1.0, 1.0, 0.0], [2.0, 0.0, 0.0]]))
    np.testing.assert_allclose(np.exp(AutoRec(objective="multinomial")._best_constants(S)), [4 / 7, 2 / 7, 1 / 7])


def test_dropout_trains_other_units_and_is_not_served():
    X, S = planted()
    plain, dropped = (AutoRec(**SMALL, objective="multinomial", dropout=p).fit(X, 0.0, targets=S) for p in (0.0, 0.5))
    assert not np.array_equal(plain.U, dropped.U)
    np.testing.assert_array_equal(dropped.predict(X[:9]), dropped.predict(X[:9]))
    kept = epochs.dropped(dropped, 4000, np.random.default_rng(0))
    assert set(np.unique(kept)) == {0.0, 2.0} and kept.mean() == pytest.approx(1.0, abs=0.03)
    assert epochs.dropped(plain, 4000, None) is None


def test_masked_training_completes():
    """Words 2k and 2k + 1 go together. Only what was hidden counts, so that nothing is gained by repeating the input."""
    S = planted()[1]
    model = AutoRec(**SMALL, objective="multinomial", corruption=0.5, masked=True).fit(S, 0.0)
    scores = model.predict(sparse.csr_array(np.eye(20, dtype=np.float32)))
    np.testing.assert_array_equal(scores.argmax(axis=1), np.arange(20) ^ 1)


def test_masked_inputs_and_targets_are_parts_of_one_post():
    S = planted()[1]
    model = AutoRec(objective="multinomial", corruption=0.3, masked=True)
    given_, rest = epochs.corrupted(model, S, 5 * S, np.random.default_rng(0))
    np.testing.assert_array_equal((given_ + rest / 5).toarray(), S.toarray())
    assert 0.2 < rest.sum() / 5 / S.sum() < 0.4


def test_new_inputs_and_outputs_are_learnt_from_new_posts():
    X, S = planted()
    options = {**SMALL, "objective": "multinomial"}
    model = AutoRec(**options).fit(X[:, :8], 0.0, targets=S[:, :16])
    model.partial_fit(X, targets=S)
    ids, _ = model.recommend(X, 2, exclude_seen=False)
    np.testing.assert_array_equal(np.sort(ids, axis=1), S.indices.reshape(-1, 2))
    again = AutoRec.from_arrays(**model.to_arrays(), settings=options)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert again._memory.X.shape[1] == 10 and again._memory.S.shape[1] == 20


def test_the_spectral_start_of_inputs_and_outputs_of_their_own():
    """As many units as outputs: least squares itself."""
    rng = np.random.default_rng(0)
    X = sparse.csr_array(rng.normal(size=(40, 9)))
    S = sparse.csr_array(rng.normal(size=(40, 4)))
    model = AutoRec(n_hidden=4, epochs=0, hidden="identity", dtype="float64").fit(X, 0.0, targets=S)
    A = np.column_stack([X.toarray(), np.ones(40)])
    wanted = A @ np.linalg.lstsq(A, S.toarray(), rcond=None)[0]
    np.testing.assert_allclose(model.predict(X), wanted, atol=1e-4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"objective": "multinomial", "init": "spectral"}, "set init=random"),
        ({"objective": "multinomial", "output": "sigmoid"}, "its own outputs"),
        ({"objective": "multinomial", "absent_weight": 0.5}, "its own outputs"),
        ({"objective": "multinomial", "decoder": "ridge"}, "decoder=gradient"),
        ({"masked": True}, "with corruption above 0"),
        ({"masked": True, "objective": "multinomial"}, "with corruption above 0"),
        ({"dropout": 1.0}, "dropout is 1.0"),
        ({"dropout": 0.1, "decoder": "ridge"}, "set dropout=0"),
        ({"dropout": 0.1, "optimizer": "lbfgs"}, "dropout=0"),
    ],
)
def test_settings_that_cannot_be(options, message):
    with pytest.raises(SettingsError, match=message):
        AutoRec(**options)


def test_data_that_cannot_be_used():
    X, S = planted(20)
    model = AutoRec(**{**SMALL, "epochs": 1}, objective="multinomial")
    with pytest.raises(DataError, match="over a background of 0"):
        model.fit(X, targets=S)
    with pytest.raises(DataError, match="at least 0"):
        model.fit(X, 0.0, targets=-S)
    model.fit(X, 0.0, targets=S)
    with pytest.raises(DataError, match="set exclude_seen=False"):
        model.recommend([1])
    with pytest.raises(DataError, match="has no RMSE"):
        model.rmse(X, targets=S)
    with pytest.raises(DataError, match="20 posts of 20 words"):
        model.predict_at(X, X)
    with pytest.raises(DataError, match="in the places of the inputs"):
        AutoRec(objective="multinomial", corruption=0.5, masked=True).fit(X, 0.0, targets=S)
