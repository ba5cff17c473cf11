"""Loops, schedules and steps; early stopping; a training that fails."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from instahash import AutoRec, SoftmaxNetwork, Word2Vec
from instahash.errors import DataError, SettingsError
from instahash.network.epochs import batch_epoch, epochs_for, rate_at, run_epochs
from instahash.network.optimize import Optimizer, lbfgs_epoch
from instahash.training import EarlyStopping, History, unchanged_on_error


def test_lbfgs_keeps_the_best_point_not_the_last_one_tried(monkeypatch):
    def minimize(function, start, **options):
        first, _ = function(start - 1)
        function(start + 5)
        return SimpleNamespace(x=start - 1, fun=first)

    monkeypatch.setattr("scipy.optimize.minimize", minimize)
    theta = np.full(2, 3.0)
    assert lbfgs_epoch({"x": theta}, lambda: (theta.sum(), {"x": np.ones(2)})) == 4.0
    np.testing.assert_array_equal(theta, [2, 2])


@pytest.mark.parametrize(
    "schedule, rates", [("constant", [8, 8, 8]), ("linear", [8, 6, 2]), ("cosine", [8, 4 + 8**0.5, 4 - 8**0.5])]
)
def test_schedules_by_hand(schedule, rates):
    np.testing.assert_allclose([rate_at(done, 8.0, schedule) for done in (0, 0.25, 0.75)], rates)


def test_epochs_are_seeded_each_and_end_where_the_callback_says_so():
    draws, model = [], Counter()
    model.seed, model.history = 7, History([0.5], last=4)

    def one_epoch(rng):
        draws.append(rng.random())
        return float(len(draws))

    run_epochs(model, one_epoch, lambda model: len(model.history) == 3)
    assert model.history.loss == [0.5, 1.0, 2.0]
    assert draws == [np.random.default_rng([7, epoch]).random() for epoch in (2, 3)]


def test_batches_hold_each_post_once_and_the_rate_falls_over_the_training():
    """The second of two epochs, in four batches: 1/2 to 1/8 of the rate is left."""
    rates, rows, done, model = [], [], [], Counter()
    model.settings = SimpleNamespace(batch_size=3, learning_rate=8.0, schedule="linear")
    model.optimizer, model.history = Optimizer("sgd", {"x": model.x}), History([0.0] * 4, first=3, last=5)

    def step(part):
        rates.append(model.optimizer.rate)
        rows.extend(part)
        return float(len(part))

    assert batch_epoch(model, step, 10, np.random.default_rng(0), done.append) == 10.0
    assert sorted(rows) == list(range(10)) != rows and done == [3, 3, 3, 1]
    assert rates == [4.0, 3.0, 2.0, 1.0]


@pytest.mark.parametrize(
    "n_posts, epochs",
    [(1, 410), (5_000, 24), (40_000, 12), (51_545, 12), (440_000, 6), (1_100_000, 4), (10**8, 3)],
)
def test_epochs_by_the_number_of_posts(n_posts, epochs):
    assert epochs_for("auto", n_posts) == epochs and epochs_for(3, n_posts) == 3


class Counter:
    """A model whose parameter is the number of its epochs."""

    def __init__(self):
        self.x, self.history, self.seed = np.zeros(1), History(), 0
        self.parameters = SimpleNamespace(x=self.x)

    def state(self):
        return {"x": self.x}

    def restore(self, state):
        self.x[:] = state["x"]

    def train(self, n_epochs, on_epoch):
        self.history = self.history.extended(n_epochs)

        def one_epoch(rng):
            self.x += 1
            return 0.0

        run_epochs(self, one_epoch, on_epoch)
        return self


@pytest.mark.parametrize(
    "scores, epochs, kept",
    [([1, 2, 0, 0, 9], 4, 2), ([1, 3, 2], 3, 2), ([3, 2, 1], 3, 1), ([1, 2, 3], 3, 3), ([1, 1.05, 1.2], 3, 3)],
)
def test_the_best_epoch_is_put_back_at_the_end(scores, epochs, kept):
    """Where the score does not rise for two epochs, and where the epochs run out."""
    stop = EarlyStopping(lambda model: scores[len(model.history) - 1], patience=2, min_gain=0.1)
    model = Counter().train(len(scores), stop)
    assert (len(model.history), model.x[0], stop.best_epoch) == (epochs, kept, kept)
    assert bool(model.history.stopped) == (epochs - kept == 2)
    assert model.history.score == scores[:epochs]


@pytest.mark.parametrize("patience", [0, 1.5, True])
def test_patience_is_a_number_of_epochs(patience):
    with pytest.raises(SettingsError, match=f"patience is {patience}; it must be a whole number of at least 1"):
        EarlyStopping(len, patience)


def test_another_training_begins_anew():
    """The first one scores high, which says nothing of another model or of further training."""
    scores = iter([9, 8, 1, 2, 0, 3, 4])
    stop = EarlyStopping(lambda model: next(scores), patience=2)
    first = Counter().train(2, stop)
    assert first.x[0] == 1 and stop.best_score == 9
    second = Counter().train(3, stop)
    assert second.x[0] == 2 and (stop.best_score, stop.best_epoch) == (2, 2) and not second.history.stopped
    assert second.train(2, stop).x[0] == 4 and (stop.best_score, stop.best_epoch) == (4, 5)


def test_what_fails_changes_nothing():
    model = Counter()
    model.more = []
    with pytest.raises(KeyboardInterrupt):
        with unchanged_on_error(model):
            model.x, model.new, model.more = np.ones(1), 3, None
            raise KeyboardInterrupt
    assert model.x[0] == 0 and model.more == [] and not hasattr(model, "new")
    with unchanged_on_error(model):
        model.x = np.ones(1)
    assert model.x[0] == 1


def test_a_state_of_another_optimizer_changes_nothing():
    theta = {"x": np.zeros(2)}
    adam, sgd = Optimizer("adam", theta), Optimizer("sgd", theta)
    sgd.begin(0.1)
    sgd.update("x", slice(None), np.ones(2))
    with pytest.raises(DataError, match=r"the saved x_m is missing, this training needs \(2,\); train from"):
        adam.restore(sgd.state())
    assert adam.steps == 0
    other = Optimizer("sgd", theta)
    other.restore(sgd.state())
    assert other.steps == 1 and other.moments["x_velocity"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    "model", [AutoRec(n_hidden=2, epochs=2), SoftmaxNetwork(n_hidden=2, epochs=2), Word2Vec(dim=2)]
)
def test_a_state_without_losses_is_one_line_and_changes_nothing(model):
    X = sparse.csr_array(np.ones((3, 4), np.float32))
    matrices = (X, X) if isinstance(model, SoftmaxNetwork) else (X,)
    model.fit(*matrices)
    state = {name: array.copy() for name, array in model.state().items()}
    del state["history"]
    with pytest.raises(DataError, match="the saved history is missing"):
        model.fit(*matrices, state=state)
    assert all(np.array_equal(model.state()[name], array) for name, array in state.items())
