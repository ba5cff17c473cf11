"""Training without arrays of posts x words against the dense reference: values, gradients, whole runs, in float64."""

from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.autorec import AutoRec, AutoRecSettings, reference, training
from instahash.autorec.problem import Problem
from instahash.autorec.spectral import spectral_start
from instahash.network import reference as net_reference
from instahash.network.layers import codes
from instahash.testing import bag_matrices, rating_matrices
from instahash.threads import Threads

seeds = st.integers(0, 10**6)
OBJECTIVES = {
    "enforced": {},
    "weighted": {"absent_weight": 0.3},
    "observed": {"absent_weight": 0},
    "sigmoid output": {"output": "sigmoid"},
    "weighted sigmoid output": {"output": "sigmoid", "absent_weight": 0.3},
    "observed sigmoid output": {"absent_weight": 0, "output": "sigmoid"},
}
every_objective = pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks of few words and posts, so that small data has several."""
    monkeypatch.setattr("instahash.network.layers.WORDS", 4)
    monkeypatch.setattr("instahash.autorec.problem.BLOCK_POSTS", 5)
    monkeypatch.setattr("instahash.autorec.training.BLOCK_POSTS", 5)


@contextmanager
def going(dense_way):
    """Identity outputs are made, or not, whatever is cheaper."""
    cheaper = Problem.outputs_are_cheaper
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Problem, "outputs_are_cheaper", lambda *args: cheaper(*args) if len(args[0].span) else dense_way)
        yield


def dense(matrix, c):
    """The ratings as an array, less the background c."""
    out = np.zeros(matrix.shape)
    entries = matrix.tocoo()
    out[entries.row, entries.col] = entries.data - c
    return out


def stored(matrix):
    out = np.zeros(matrix.shape, bool)
    entries = matrix.tocoo()
    out[entries.row, entries.col] = True
    return out


def weights(model, S):
    return np.where(stored(S), 1.0, model.settings.absent_weight)


def span(model):
    return tuple(model.span) if len(model.span) else None


def random_model(seed, n_words=9, **options):
    rng = np.random.default_rng(seed)
    V, mu, U, b = (rng.normal(size=shape) for shape in ((n_words, 4), 4, (n_words, 4), n_words))
    limits = np.array([-0.5, 2.0] if options.get("output") == "sigmoid" else [])
    arrays = {"V": V.T, "mu": mu, "U": U, "b": b, "span": limits, "background": np.array(0.0)}
    return AutoRec.from_arrays(arrays, AutoRecSettings(**options))


def problem(model, X, S, threads):
    return Problem(X, S, model.settings, model.span, threads)


@every_objective
@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "relu", "identity"])
@given(drawn=rating_matrices(n_words=9), seed=seeds, reg=st.sampled_from([0.0, 0.2]), n_threads=st.sampled_from([1, 2]),
       way=st.sampled_from([True, False]), known=st.booleans())  # fmt: skip
def test_loss_and_gradients_of_a_batch(objective, hidden, drawn, seed, reg, n_threads, way, known):
    """Whichever way the decoder's work is done, by all outputs or by U'U and H'H, and whether U'U is known or not."""
    ratings, c = drawn
    model = random_model(seed, hidden=hidden, reg=reg, **objective)
    rng = np.random.default_rng(seed)
    X = sparse.csr_array((ratings.data - c, ratings.indices, ratings.indptr), shape=ratings.shape)
    S = sparse.csr_array((rng.uniform(0, 2, X.nnz), X.indices, X.indptr), shape=X.shape)[::-1]
    wanted_loss, *wanted = reference.loss_and_gradients(
        model.V, model.mu, model.U, model.b, X.toarray(), S.toarray(), weights(model, S), reg, hidden, span(model)
    )
    got = {name: np.full_like(value, np.nan) for name, value in vars(model.parameters).items()}

    def update(name, part, gradient):
        assert np.isnan(got[name][part]).all()  # each row once
        got[name][part] = gradient

    with Threads(n_threads, blas=False) as threads, going(dense_way=way):
        UU = model.U.T @ model.U if known else None
        square = training.loss_and_gradients(model.parameters, problem(model, X, S, threads), update, UU)
    penalty = 0.5 * reg * ((model.V**2).sum() + (model.U**2).sum())
    assert 0.5 * square / X.shape[0] + penalty == pytest.approx(wanted_loss, rel=1e-10)
    for name, expected in zip(("Vt", "mu", "U", "b"), (wanted[0].T, *wanted[1:])):
        np.testing.assert_allclose(got[name], expected, rtol=1e-9, atol=1e-9, err_msg=name)


@every_objective
@given(drawn=rating_matrices(n_words=9), seed=seeds, way=st.sampled_from([True, False]), own=st.floats(-2, 2))
def test_mean_square(objective, drawn, seed, way, own):
    """Of outputs that lie above the model's own background, and ratings above another."""
    ratings, c = drawn
    if not ratings.nnz:
        return
    model = random_model(seed, **objective)
    model.background = own
    X = dense(ratings, c)
    args = model.V, model.mu, model.U, model.b, X, X, weights(model, ratings), "sigmoid", span(model)
    wanted = reference.mean_square(*args, shift=own - c)
    with going(dense_way=way):
        assert model.rmse(ratings, c) ** 2 == pytest.approx(wanted, rel=2e-7)


def test_large_means_of_codes_do_not_blur_the_rmse():
    """Outputs are then small differences of large numbers, in float32."""
    rng = np.random.default_rng(0)
    X = sparse.random_array((400, 60), density=0.1, rng=rng, format="csr")
    V, U = 0.1 * rng.normal(size=(3, 60)), rng.normal(size=(60, 3))
    arrays = {"V": V, "mu": np.full(3, 1000.0), "U": U, "b": -1000.0 * U.sum(axis=1)}
    arrays = {name: np.asarray(array, np.float32) for name, array in arrays.items()} | {"background": np.array(0.0)}
    model = AutoRec.from_arrays(arrays, AutoRecSettings(hidden="identity"))
    with going(dense_way=False):
        got = model.rmse(X)
    exact = [array.astype(float) for array in (model.V, model.mu, model.U, model.b)]
    assert got**2 == pytest.approx(reference.mean_square(*exact, X.toarray(), X.toarray(), 1, "identity"), rel=0.02)


def planted(n_posts=23, n_words=9, seed=0):
    rng = np.random.default_rng(seed)
    matrix = sparse.random_array((n_posts, n_words), density=0.4, rng=rng, format="csr")
    matrix.data[:] = rng.choice([1.0, 0.5, -0.25], matrix.nnz)
    return matrix


def run_reference(model, X, S, start, learning_rate):
    """The same training on dense arrays with the same draws: 4 epochs on batches of 8 posts."""
    V, mu, U, b = start
    theta = {"V": V.T.copy(), "mu": mu.copy(), "U": U.copy(), "b": b.copy()}
    first, second = ({name: np.zeros_like(value) for name, value in theta.items()} for _ in range(2))
    all_weights, steps, history = weights(model, S), 0, []
    X_dense, S_dense = dense(X, -1.0), dense(S, -1.0)
    for epoch in range(1, 5):
        rng = np.random.default_rng([model.seed, epoch])
        order, squares = rng.permutation(len(X_dense)), 0.0
        for batch in range(3):
            rows = order[8 * batch : 8 * batch + 8]
            x = X_dense[rows]
            if model.settings.corruption:
                part = X[rows]
                kept = rng.random(part.nnz, np.float32) >= model.settings.corruption
                row = np.repeat(np.arange(len(rows)), np.diff(part.indptr))
                x[row, part.indices] *= kept / (1 - model.settings.corruption)
            rate = learning_rate * (1 - (epoch - 1 + batch / 3) / 4)
            w = all_weights[rows]
            args = theta["V"].T, theta["mu"], theta["U"], theta["b"], x, S_dense[rows]
            loss, dV, *rest = reference.loss_and_gradients(
                *args, w, model.settings.reg, model.settings.hidden, span(model)
            )
            penalty = 0.5 * model.settings.reg * ((theta["V"] ** 2).sum() + (theta["U"] ** 2).sum())
            squares += 2 * len(rows) * (loss - penalty)
            steps += 1
            gradients = dict(zip(("V", "mu", "U", "b"), (dV.T, *rest)))
            for name in ("V", "mu") if model.settings.decoder == "ridge" else theta:
                if model.settings.optimizer == "adam":
                    corrected = rate * np.sqrt(1 - 0.999**steps) / (1 - 0.9**steps)
                    net_reference.adam(
                        theta[name], gradients[name], first[name], second[name], corrected, 0.9, 0.999, 1e-8
                    )
                else:
                    beta = 0.9 if model.settings.optimizer == "momentum" else 0.0
                    net_reference.momentum(theta[name], gradients[name], first[name], rate, beta)
        if model.settings.decoder == "ridge":
            x = X_dense.copy()
            if model.settings.corruption:  # drawn anew, for five posts at a time
                kept = [
                    rng.random(X[i : i + 5].nnz, np.float32) >= model.settings.corruption for i in range(0, len(x), 5)
                ]
                x[X.nonzero()] *= np.concatenate(kept) / (1 - model.settings.corruption)
            H = reference.forward(theta["V"].T, theta["mu"], U, b, x, model.settings.hidden)[0]
            theta["U"], theta["b"] = reference.ridge_decoder(H, S_dense, model.settings.reg)
            squares = np.square(H @ theta["U"].T + theta["b"] - S_dense).sum()
        history.append(np.sqrt(squares / (all_weights.sum())))
    return theta, history


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"optimizer": "sgd"},
        {"optimizer": "momentum", "hidden": "tanh", "reg": 0.01},
        {"corruption": 0.3, "hidden": "relu"},
        {"absent_weight": 0.2, "hidden": "identity"},
        {"absent_weight": 0, "reg": 0.1},
        {"output": "sigmoid"},
        {"decoder": "ridge", "reg": 0.01},
        {"decoder": "ridge", "reg": 0.01, "corruption": 0.3},
        {"decoder": "ridge", "reg": 1e-3, "optimizer": "sgd", "init": "spectral"},
        {"init": "spectral", "corruption": 0.2},
    ],
    ids=str,
)
@pytest.mark.parametrize("n_hidden", [2, 12])
@pytest.mark.parametrize("n_threads", [1, 2])
def test_whole_training_runs(options, n_hidden, n_threads):
    """Twelve hidden units for nine words go the dense way, two the other; targets are not the inputs."""
    X, S = planted(), planted(seed=1)
    shared = {"n_hidden": n_hidden, "epochs": 4, "batch_size": 8, "dtype": "float64", "learning_rate": 0.03, "seed": 5}
    model = AutoRec(**{"init": "random", **shared, **options, "n_threads": n_threads})
    states = []
    limits = np.array([0.0, 2.0] if "output" in options else [])
    above = [sparse.csr_array((A.data + 1, A.indices, A.indptr), shape=A.shape) for A in (X, S)]
    with Threads(1, blas=False) as threads:
        theta = training.start(Problem(*above, model.settings, limits, threads), 5)
    start = theta.V, theta.mu, theta.U, theta.b
    model.fit(X, targets=S, on_epoch=lambda model: states.append(model.U.copy()))
    theta, history = run_reference(model, X, S, start, 0.03)
    np.testing.assert_allclose(model.history.loss, history, rtol=1e-7)
    for name, value in (("V", model.V.T), ("mu", model.mu), ("U", model.U), ("b", model.b)):
        np.testing.assert_allclose(value, theta[name], rtol=1e-6, atol=1e-7, err_msg=name)
    assert len(states) == 4


@given(bags=bag_matrices(n_words=9, min_posts=3), seed=seeds, reg=st.sampled_from([1e-3, 0.2]))
def test_the_ridge_decoder_and_its_loss(bags, seed, reg):
    model = random_model(seed, decoder="ridge", reg=reg)
    X = sparse.csr_array((bags.data * 2.0, bags.indices, bags.indptr), shape=bags.shape)
    with Threads(2, blas=False) as threads:
        square = training.solve_decoder(model.parameters, problem(model, X, X, threads))
        H = codes(model.parameters, X, "sigmoid", threads)
    U, b = reference.ridge_decoder(H, X.toarray(), reg)
    np.testing.assert_allclose(model.U, U, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(model.b, b, rtol=1e-7, atol=1e-8)
    assert square == pytest.approx(np.square(H @ U.T + b - X.toarray()).sum(), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize(
    "decoder_name, objective",
    [("gradient", {}), ("ridge", {}), ("gradient", {"absent_weight": 0}), ("gradient", {"output": "sigmoid"})],
    ids=str,
)
def test_lbfgs_lowers_the_loss_to_a_point_without_slope(decoder_name, objective):
    X, losses = planted(), []

    def evaluate(model):
        args = model.V, model.mu, model.U, model.b, dense(X, -1.0), dense(X, -1.0)
        loss, *gradients = reference.loss_and_gradients(*args, weights(model, X), 0.01, "sigmoid", span(model))
        losses.append(loss)
        return args, gradients

    model = AutoRec(n_hidden=2, epochs=30, optimizer="lbfgs", decoder=decoder_name, init="random", reg=0.01,
                    dtype="float64", **objective)  # fmt: skip
    model.fit(X, on_epoch=lambda model: evaluate(model) and None)
    args, gradients = evaluate(model)
    assert all(after <= before + 1e-9 for before, after in zip(losses, losses[1:])) and losses[-1] < losses[0]
    assert max(np.abs(gradient).max() for gradient in gradients) < 2e-3
    wanted = reference.mean_square(*args, weights(model, X), "sigmoid", span(model))
    assert model.history[-1] ** 2 == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("corruption", [0.0, 0.3])
@pytest.mark.parametrize("same", [True, False])
def test_the_spectral_start_is_the_best_linear_map(monkeypatch, streamed, corruption, same):
    monkeypatch.setattr("instahash.autorec.spectral.DENSE_ENTRIES", 0 if streamed else 10**6)
    monkeypatch.setattr("instahash.autorec.spectral.VARIANCE_FLOOR", 1e-12)
    monkeypatch.setattr("instahash.autorec.spectral.PRODUCT_POSTS", 7)
    X = planted(60)
    S = X if same else planted(60, seed=1)
    with Threads(2, blas=False) as threads:
        theta = spectral_start(X, S, 3, "identity", corruption, np.random.default_rng(0), threads)
    x, s = X.toarray(), S.toarray()
    wanted = s.mean(axis=0) + (x - x.mean(axis=0)) @ reference.best_linear_map(x, s, 3, corruption)
    np.testing.assert_allclose((x @ theta.Vt + theta.mu) @ theta.U.T + theta.b, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "relu", "identity"])
def test_units_start_nearly_linear(hidden):
    """The network is then nearly the best linear map, and the ridge decoder brings it nearer still."""
    X = planted(200)
    x = dense(X, -1.0)
    best = x.mean(axis=0) + (x - x.mean(axis=0)) @ reference.best_linear_map(x, x, 4)
    least = np.sqrt(np.square(best - x).mean())
    rmses = [
        AutoRec(n_hidden=4, epochs=0, init="spectral", hidden=hidden, decoder=d).fit(X).rmse(X)
        for d in ("gradient", "ridge")
    ]
    assert least - 1e-6 <= rmses[1] <= rmses[0] + 1e-6 <= 1.02 * least


def test_more_units_than_the_data_has_rank():
    X = planted(30)
    model = AutoRec(n_hidden=15, epochs=0, init="spectral", decoder="ridge", dtype="float64").fit(X)
    assert model.rmse(X) < 0.05 and np.isfinite(model.V).all()


def of_few_kinds(n_kinds, n_posts=60, n_words=30):
    """Posts of a few kinds; the last word is in all of them."""
    rng = np.random.default_rng(n_kinds)
    dense = ((rng.random((n_kinds, n_words)) < 0.2) * 1.0)[rng.integers(n_kinds, size=n_posts)]
    dense[:, -1] = 0.9
    return sparse.csr_array(dense.astype(np.float32))


@pytest.mark.parametrize("n_kinds", [1, 2, 5])
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("options", [{}, {"corruption": 0.3}, {"decoder": "ridge"}], ids=str)
@pytest.mark.parametrize("hidden", ["sigmoid", "relu"])
@pytest.mark.parametrize("same", [True, False])
def test_data_of_lower_rank_than_there_are_units(monkeypatch, n_kinds, streamed, options, hidden, same):
    """Nothing is divided by what does not vary; the few kinds of posts are told apart, whatever they are to give."""
    monkeypatch.setattr("instahash.autorec.spectral.DENSE_ENTRIES", 0 if streamed else 10**6)
    X = of_few_kinds(n_kinds)
    S = X if same else X[:, ::-1].tocsr()
    model = AutoRec(n_hidden=12, epochs=0, init="spectral", hidden=hidden, **options).fit(X, targets=S)
    assert model.rmse(X, targets=S) < (0.02 if "corruption" not in options else 0.5)
    assert np.isfinite(model.V).all() and np.isfinite(model.U).all()


def test_many_units_for_a_few_kinds_of_posts(monkeypatch):
    """As many columns as one float32 sum blurs."""
    monkeypatch.setattr("instahash.autorec.spectral.DENSE_ENTRIES", 0)
    model = AutoRec(n_hidden=200, epochs=0, init="spectral").fit(of_few_kinds(3, n_posts=300, n_words=600))
    assert model.rmse(of_few_kinds(3, n_posts=300, n_words=600)) < 0.02


def test_units_beyond_the_rank_can_learn():
    X = planted(60)
    model = AutoRec(n_hidden=14, epochs=1, batch_size=8, init="spectral").fit(X)
    assert (np.abs(model.U).sum(axis=0) > 0).all()


def test_the_spectral_start_of_inputs_and_outputs_of_their_own():
    """As many units as outputs: least squares itself."""
    rng = np.random.default_rng(0)
    X = sparse.csr_array(rng.normal(size=(40, 9)))
    S = sparse.csr_array(rng.normal(size=(40, 4)))
    model = AutoRec(n_hidden=4, epochs=0, init="spectral", hidden="identity", dtype="float64").fit(X, 0.0, targets=S)
    A = np.column_stack([X.toarray(), np.ones(40)])
    wanted = A @ np.linalg.lstsq(A, S.toarray(), rcond=None)[0]
    np.testing.assert_allclose(model.predict(X), wanted, atol=1e-4)
