"""The class on planted data, and what it promises."""

import numpy as np
import pytest
from scipy import sparse

from instahash.errors import DataError, DivergenceError, ModelError, SettingsError, UntrainedError
from instahash.softmax import SoftmaxNetwork, SoftmaxSettings, affordable_units, reference
from instahash.training import EarlyStopping

SMALL = {"n_hidden": 12, "epochs": 30, "batch_size": 32, "learning_rate": 0.02, "corruption": 0.0, "dropout": 0.0}
WORDS = sparse.csr_array(np.eye(10, dtype=np.float32))


def planted(n_posts=300, seed=0):
    """Ten words, each of which has two hashtags of twenty of its own."""
    rng = np.random.default_rng(seed)
    X = sparse.csr_array(np.eye(10, dtype=np.float32)[rng.integers(0, 10, n_posts)])
    return X, sparse.csr_array(np.kron(X.toarray(), np.ones((1, 2), np.float32)))


def best_two(model, X=WORDS):
    return np.sort(np.argsort(-model.predict(X), axis=1, kind="stable")[:, :2], axis=1)


def test_inputs_and_outputs_of_their_own_are_learnt():
    X, S = planted()
    model = SoftmaxNetwork(**SMALL).fit(X, S)
    np.testing.assert_array_equal(best_two(model), np.arange(20).reshape(10, 2))
    assert model.history[-1] == pytest.approx(np.log(2), abs=0.05)  # one of two, for each unit of target
    assert (model.V.shape, model.U.shape) == ((12, 10), (20, 12))


@pytest.mark.parametrize("options", [{}, {"optimizer": "momentum", "learning_rate": 0.1}], ids=str)
def test_negatives_of_the_batch_teach_what_all_do(options):
    """Forty words, each with two hashtags of eighty, in batches of eight posts: 16 of 80 outputs a step."""
    rng = np.random.default_rng(0)
    X = sparse.csr_array(np.eye(40, dtype=np.float32)[rng.integers(0, 40, 1200)])
    S = sparse.csr_array(np.kron(X.toarray(), np.ones((1, 2), np.float32)))
    words = sparse.csr_array(np.eye(40, dtype=np.float32))
    for negatives in ("all", "batch"):
        model = SoftmaxNetwork(**{**SMALL, "epochs": 12, "batch_size": 8, **options}, negatives=negatives).fit(X, S)
        np.testing.assert_array_equal(best_two(model, words), np.arange(80).reshape(40, 2))
        log_p = model.predict(words).astype(float)
        log_p -= np.logaddexp.reduce(log_p, axis=1, keepdims=True)
        found = log_p[np.arange(40).repeat(2), np.arange(80)]
        np.testing.assert_allclose(found, np.log(1 / 2), atol=0.15, err_msg=negatives)


def test_negatives_of_the_batch_complete():
    S = planted()[1]
    options = {**SMALL, "corruption": 0.5, "batch_size": 16}
    model = SoftmaxNetwork(**options, masked=True, negatives="batch").fit(S, S)
    scores = model.predict(sparse.csr_array(np.eye(20, dtype=np.float32)))
    np.testing.assert_array_equal(scores.argmax(axis=1), np.arange(20) ^ 1)


@pytest.mark.parametrize("optimizer", ["adam", "momentum", "sgd"])
def test_rows_that_no_batch_touches_stay(optimizer):
    """Inputs and outputs from 8 and 16 on are in no post; with all negatives their outputs would be pushed down."""
    X, S = planted()
    rare = X.toarray()[:, 8:].any(axis=1)
    X, S = X[~rare], S[~rare]
    options = {**SMALL, "epochs": 2, "optimizer": optimizer}
    model, start = (
        SoftmaxNetwork(**options | {"learning_rate": rate}, negatives="batch").fit(X, S) for rate in (0.02, 1e-30)
    )
    for name, n in (("V", 8), ("U", 16), ("b", 16)):
        moved, still = (
            getattr(trained, name).T if name == "V" else getattr(trained, name) for trained in (model, start)
        )
        np.testing.assert_array_equal(moved[n:], still[n:])
        assert (moved[:n] != still[:n]).any(axis=tuple(range(1, moved.ndim))).all()


def test_the_plan_is_that_of_the_training():
    X, S = planted()
    network = SoftmaxNetwork(**{**SMALL, "batch_size": 2})
    assert network.plan(S).why == f"a batch of 2 posts has about {network.plan(S).outputs:,.0f} of all 20"
    auto, batch, everything = (
        SoftmaxNetwork(**{**SMALL, "batch_size": 2, "epochs": 1}, negatives=negatives).fit(X, S).U.tobytes()
        for negatives in ("auto", "batch", "all")
    )
    assert network.plan(S).negatives == "batch" and auto == batch != everything


def test_batches_without_targets_are_passed_over():
    """Two of three posts have none, and some batches of two posts hold no other."""
    X, S = planted(60)
    S = sparse.csr_array(S.toarray() * (np.arange(60) % 3 == 0)[:, None])
    model = SoftmaxNetwork(**{**SMALL, "batch_size": 2}, negatives="batch").fit(X, S)
    assert np.isfinite(model.history.loss).all() and model.history[-1] < 1.5


def test_a_last_batch_of_one_post_is_learnt_from():
    X, S = planted(33)
    model = SoftmaxNetwork(**{**SMALL, "epochs": 2}, negatives="batch").fit(X, S)
    assert np.isfinite(model.history.loss).all()


def test_a_finished_training_holds_no_moments():
    X, S = planted(50)
    model, moments = SoftmaxNetwork(**{**SMALL, "epochs": 1}), []
    model.fit(X, S, on_epoch=lambda model: moments.append(model.state()["U_m"].any()))
    assert moments == [True] and not model.state()["U_m"].any() and model.state()["steps"] == 0


def test_outputs_of_some_columns():
    X, S = planted(50)
    model = SoftmaxNetwork(**{**SMALL, "epochs": 2}).fit(X, S)
    everything, some = model.predict(X), np.array([7, 0, 19])
    np.testing.assert_allclose(model.predict(X, some), everything[:, some], rtol=1e-5, atol=1e-6)
    assert model.predict(X, np.array([], int)).shape == (50, 0)
    for wrong in ([20], [-1], [0.5]):
        with pytest.raises(DataError, match="outputs must be whole numbers from 0 to 19"):
            model.predict(X, np.array(wrong))


def test_units_that_a_huge_decoder_can_have():
    """At most 10^8 weights, in multiples of 16; what fits stays as it is."""
    assert [affordable_units(500, n) for n in (1, 1_000, 200_000, 435_651, 10**9)] == [500, 500, 500, 224, 16]
    assert [affordable_units(n, 435_651) for n in (8, 229, 230)] == [8, 229, 224]


def test_predictions_and_codes_are_those_of_the_reference():
    X, S = planted(50)
    model = SoftmaxNetwork(**{**SMALL, "epochs": 2, "hidden": "tanh"}).fit(X, S)
    H = np.tanh(X.toarray() @ model.V.T + model.mu)
    log_p = reference.log_probabilities(model.U, model.b, H)
    np.testing.assert_allclose(model.encode(X), H, rtol=1e-4, atol=1e-5)
    outputs = model.predict(X).astype(float)
    outputs -= np.logaddexp.reduce(outputs, axis=1, keepdims=True)
    np.testing.assert_allclose(outputs, log_p, rtol=1e-4, atol=1e-4)
    z = model.unit_inputs(X) + model.mu  # one input a post
    np.testing.assert_allclose(np.tanh(z), H, rtol=1e-4, atol=1e-5)


def test_the_history_is_the_cross_entropy_of_the_reference():
    """With steps of size zero, the loss met batch by batch is that of the initial model."""
    X, S = planted(70)
    model = SoftmaxNetwork(**{**SMALL, "epochs": 1, "learning_rate": 1e-30}).fit(X, 0.5 * S)
    theta = model.V, model.mu, model.U, model.b
    loss = reference.loss_and_gradients(*theta, X.toarray(), S.toarray())[0]
    assert model.history[0] == pytest.approx(70 * loss / S.sum(), rel=1e-5)


def test_dropout_trains_other_units_and_is_not_served():
    X, S = planted()
    plain, dropped = (SoftmaxNetwork(**{**SMALL, "dropout": p}).fit(X, S) for p in (0.0, 0.5))
    assert not np.array_equal(plain.U, dropped.U)
    np.testing.assert_array_equal(dropped.predict(X[:9]), dropped.predict(X[:9]))


def test_masked_training_completes():
    """Words 2k and 2k + 1 go together. Only what was hidden counts: repeating the input gains nothing."""
    S = planted()[1]
    model = SoftmaxNetwork(**{**SMALL, "corruption": 0.5}, masked=True).fit(S, S)
    scores = model.predict(sparse.csr_array(np.eye(20, dtype=np.float32)))
    np.testing.assert_array_equal(scores.argmax(axis=1), np.arange(20) ^ 1)


@pytest.mark.parametrize("negatives", ["all", "batch"])
def test_new_inputs_and_outputs_are_learnt_from_new_posts(negatives):
    X, S = planted()
    model = SoftmaxNetwork(**SMALL, negatives=negatives).fit(X[:, :8], S[:, :16])
    model.partial_fit(X, S)
    np.testing.assert_array_equal(best_two(model), np.arange(20).reshape(10, 2))
    for name in ("V", "mu", "U", "b"):
        with pytest.raises(ValueError, match="is of the shape"):
            SoftmaxNetwork.from_arrays(model.to_arrays() | {name: getattr(model, name)[:-1]})
    again = SoftmaxNetwork.from_arrays(model.to_arrays(), model.settings, model.history.loss)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert [matrix.shape for matrix in again.replay.matrices] == [(600, 10), (600, 20)]
    assert again.partial_fit(X, S, epochs=1).U.tobytes() == model.partial_fit(X, S, epochs=1).U.tobytes()
    assert again.history == model.history and len(model.history) == 61


def test_posts_whose_weights_decay_count_less():
    """The words' hashtags change. Where the earlier posts weigh nothing, only the new hashtags are left."""
    X, S = planted()
    other = sparse.csr_array(np.roll(S.toarray(), 2, axis=1))
    scores = {}
    for factor in (1.0, 0.1, 0.0):
        model = SoftmaxNetwork(**SMALL).fit(X, S)
        model.decay(factor)
        scores[factor] = model.partial_fit(X, other).predict(X)[S.toarray() > 0].mean()
    assert scores[0.0] < scores[0.1] < scores[1.0]
    for wrong in (-1.0, float("nan")):
        with pytest.raises(DataError, match=f"factor of decay is {wrong}; it must be a finite number of at least 0"):
            model.decay(wrong)


@pytest.mark.parametrize("negatives", ["all", "batch"])
@pytest.mark.parametrize("options", [{}, {"dropout": 0.5, "corruption": 0.3}, {"optimizer": "momentum"}], ids=str)
def test_resumed_training_equals_an_unbroken_one(options, negatives, monkeypatch):
    """It draws no start, which it would only throw away."""
    states, (X, S), options = [], planted(100), {**SMALL, "epochs": 5, "negatives": negatives, **options}
    whole = SoftmaxNetwork(**options).fit(
        X, S, on_epoch=lambda model: states.append({k: v.copy() for k, v in model.state().items()})
    )
    monkeypatch.setattr("instahash.softmax.model.random_start", None)
    for done in (1, 3):
        resumed = SoftmaxNetwork(**options).fit(X, S, state=states[done - 1])
        assert resumed.history == whole.history and len(whole.history) == 5
        for name in ("V", "mu", "U", "b"):
            assert getattr(resumed, name).tobytes() == getattr(whole, name).tobytes(), name


@pytest.mark.parametrize("negatives", ["all", "batch"])
def test_same_seed_same_bits(negatives):
    options = {**SMALL, "epochs": 3, "dropout": 0.5, "corruption": 0.3, "negatives": negatives}
    X, S = planted(100)
    one, two, threads, again, other = (
        SoftmaxNetwork(**options, seed=s, n_threads=t).fit(X, S) for s, t in ((1, 1), (1, 1), (1, 2), (1, 2), (2, 1))
    )
    assert one.U.tobytes() == two.U.tobytes() != other.U.tobytes()
    assert threads.U.tobytes() == again.U.tobytes()
    np.testing.assert_allclose(threads.U, one.U, atol=1e-5)


def test_progress_early_stopping_and_the_number_of_epochs():
    (X, S), seen, scores = planted(70), [], [0.1, 0.5, 0.3, 0.4, 0.9]
    stop = EarlyStopping(lambda model: scores[len(model.history) - 1], patience=2)
    model = SoftmaxNetwork(**SMALL).fit(X, S, on_progress=seen.append, on_epoch=stop)
    assert seen == [32, 32, 6] * 4 and "0.5000 of epoch 2" in model.history.stopped
    assert [SoftmaxNetwork().n_epochs(n) for n in (5_000, 40_000, 10**6)] == [24, 12, 5]
    assert SoftmaxSettings().epochs == "auto"


def test_an_interrupted_training_leaves_the_model_as_it_was():
    X, S = planted(100)
    model = SoftmaxNetwork(**{**SMALL, "epochs": 2}).fit(X, S)
    kept = {name: array.copy() for name, array in model.to_arrays().items()}

    def interrupt(model):
        raise KeyboardInterrupt

    for train in (model.fit, model.partial_fit):
        with pytest.raises(KeyboardInterrupt):
            train(X[:50], S[:50], on_epoch=interrupt)
        assert len(model.history) == 2
        for name, array in model.to_arrays().items():
            np.testing.assert_array_equal(array, kept[name])
    with pytest.raises(DivergenceError, match=r"softmax diverged in epoch \d: \w+ or .* rate 1e\+30; try"):
        SoftmaxNetwork(**{**SMALL, "learning_rate": 1e30}).fit(X, S)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"masked": True, "corruption": 0.0}, "set corruption above 0"),
        ({"dropout": 1.0}, "dropout is 1.0; it must be below 1"),
        ({"optimizer": "lbfgs"}, "optimizer is 'lbfgs'; it must be one of adam, momentum, sgd"),
        ({"negatives": "batch", "batch_size": 1}, "needs other posts in a batch; set batch_size above 1"),
        ({"epochs": 0}, "epochs is 0; it must be at least 1"),
        ({"epochs": 1.5}, "epochs is 1.5; it must be auto or a whole number"),
        ({"n_hidden": True}, "n_hidden is True; it must be a whole number"),
        ({"objective": "multinomial"}, "softmax: there is no setting 'objective'"),
    ],
)
def test_settings_that_cannot_be(options, message):
    with pytest.raises(SettingsError, match=message):
        SoftmaxNetwork(**options)


def test_data_that_cannot_be_used():
    X, S = planted(20)
    model = SoftmaxNetwork(**{**SMALL, "epochs": 1})
    for query in (model.predict, model.encode, model.unit_inputs):
        with pytest.raises(UntrainedError, match="call fit"):
            query(X)
    with pytest.raises(DataError, match="weights of at least 0"):
        model.fit(X, -S)
    with pytest.raises(DataError, match="given no target"):
        model.fit(X, 0 * S)
    with pytest.raises(DataError, match="given no posts"):
        model.fit(X[:0], S[:0])
    with pytest.raises(DataError, match="their posts must agree"):
        model.fit(X[:3], S)
    for wrong in (S.toarray(), S.tocoo()):
        what = type(wrong).__name__
        with pytest.raises(DataError, match=f"targets must be a CSR matrix of numbers, not {what} of float32"):
            model.fit(X, wrong)
    with pytest.raises(DataError, match="in the places of the inputs"):
        SoftmaxNetwork(masked=True).fit(X, S)
    model.fit(sparse.csr_matrix(X), sparse.csr_matrix(S))
    np.testing.assert_array_equal(model.U, SoftmaxNetwork(**{**SMALL, "epochs": 1}).fit(X, S).U)
    with pytest.raises(DataError, match="inputs have 20 columns; the model has 10"):
        model.predict(S)
    with pytest.raises(DataError, match="have 5 columns, the model has 10"):
        model.partial_fit(X[:, :5], S)
    arrays = {name: array for name, array in model.to_arrays().items() if "replay" not in name}
    with pytest.raises(ModelError, match="holds no posts to train on again"):
        SoftmaxNetwork.from_arrays(arrays).partial_fit(X, S)
