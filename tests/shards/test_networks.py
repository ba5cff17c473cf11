"""Averaged local epochs: with one shard they are the training itself, with more they still learn what was planted."""

import numpy as np
import pytest
from scipy import sparse

from instahash.data import Post
from instahash.formats import Reading, write_posts
from instahash.network.layers import Parameters
from instahash.shards import Shards, fit_network
from instahash.softmax import SoftmaxNetwork, make_plan

SETTINGS = {"n_hidden": 8, "epochs": 12, "batch_size": 16, "learning_rate": 0.1, "corruption": 0.1, "dropout": 0.0}
WORDS = [f"w{i}" for i in range(6)]


def examples(shard):
    """Hashtag i goes with label i; input and target alike are told by a post's only hashtag."""
    ids = [WORDS.index(post.hashtags[0]) for post in shard.posts(Reading())]
    X = sparse.csr_array((np.ones(len(ids), np.float32), (np.arange(len(ids)), ids)), shape=(len(ids), 6))
    return X, X


@pytest.fixture
def pattern(tmp_path):
    rng = np.random.default_rng(0)

    def write(n):
        folder = tmp_path / str(n)
        folder.mkdir()
        for i in range(n):
            posts = [Post(str(k), (WORDS[rng.integers(6)],)) for k in range(120 // n + 10 * i)]
            write_posts(folder / f"{i}.jsonl", posts)
        return f"{folder}/*"

    return write


@pytest.mark.parametrize(("n", "n_chains"), [(1, 1), (3, 1), (3, 2), (3, 9)])
def test_what_was_planted_is_found(pattern, n, n_chains):
    with Shards(pattern(n)) as shards:
        network, again, other = (
            fit_network(shards, SoftmaxNetwork(seed=seed, **SETTINGS), examples, n_chains=n_chains)
            for seed in (3, 3, 4)
        )
    assert len(network.history) == 12 and network.history[-1] < 0.5 * network.history[0]
    outputs = network.predict(sparse.csr_array(np.eye(6, dtype=np.float32)))
    assert outputs.argmax(axis=1).tolist() == [*range(6)]
    np.testing.assert_array_equal(network.U, again.U)
    assert np.abs(network.U - other.U).max() > 1e-3


def test_the_average_is_weighted_by_posts(pattern, monkeypatch):
    """Where a shard's epoch leaves its number of posts in all parameters, the average is sum n^2 / sum n."""

    def fit(self, X, S, state, on_epoch, frequency):
        self.begin(self_parameters(self, state), self.history)
        for array in vars(self.parameters).values():
            array[...] = X.shape[0]
        self.history.loss.append(float(X.shape[0]))
        assert on_epoch(self)
        return self

    def self_parameters(model, state):
        names = ("Vt", "mu", "U", "b")
        return type(model.parameters)(*(state[name].copy() for name in names))

    monkeypatch.setattr(SoftmaxNetwork, "fit", fit)
    with Shards(pattern(3)) as shards:
        network = fit_network(shards, SoftmaxNetwork(**SETTINGS), examples, n_chains=3)
    sizes = np.array([40, 50, 60])
    expected = (sizes**2).sum() / sizes.sum()
    np.testing.assert_allclose(network.U, expected, rtol=1e-6)
    np.testing.assert_allclose(network.history.loss, expected)


def test_with_one_shard_the_rounds_are_epochs(pattern):
    with Shards(pattern(1)) as shards:
        network = fit_network(shards, SoftmaxNetwork(seed=0, **SETTINGS), examples)
        ((X, S),) = shards.map(examples)
    one = SoftmaxNetwork(seed=0, **SETTINGS).fit(X, S)
    np.testing.assert_allclose(network.history.loss, one.history.loss, rtol=1e-4)
    for name in ("V", "mu", "U", "b"):
        np.testing.assert_allclose(getattr(network, name), getattr(one, name), rtol=1e-3, atol=1e-4)


def test_a_chain_goes_on_from_shard_to_shard_and_its_rate_falls(pattern, monkeypatch):
    """One chain visits all shards in each round, each from what the one before left; two do so with their own."""
    visits, rates = [], []

    def fit(self, X, S, state, on_epoch, frequency):
        visits.append((X.shape[0], len(state["history"]), self.settings.epochs, float(state["mu"][0])))
        rates.append(self.settings.learning_rate)
        self.begin(type(self.parameters)(*(state[name].copy() for name in ("Vt", "mu", "U", "b"))), self.history)
        self.parameters.mu[0] += 1
        self.history.loss.append(1.0)
        assert on_epoch(self)
        return self

    monkeypatch.setattr(SoftmaxNetwork, "fit", fit)
    monkeypatch.setattr("instahash.shards.networks.random_start", zeros)
    settings = {**SETTINGS, "epochs": 2}
    with Shards(pattern(3)) as shards:
        network = fit_network(shards, SoftmaxNetwork(**settings), examples)
        assert visits == [(n, i, 6, float(i)) for i, n in enumerate([40, 50, 60] * 2)] and network.mu[0] == 6
        visits.clear()
        network = fit_network(shards, SoftmaxNetwork(**settings), examples, n_chains=2)
        monkeypatch.setattr("instahash.shards.networks.MOST_CHAINS", 2)
        fit_network(shards, SoftmaxNetwork(**settings), examples, n_chains=3)
    mean = 2 * 90 / 150 + 60 / 150
    assert visits[:3] == [(40, 0, 4, 0.0), (50, 1, 4, 1.0), (60, 0, 4, 0.0)]
    assert visits[3][:3] == (40, 2, 4) and visits[3][3] == pytest.approx(mean)
    assert network.mu[0] == pytest.approx(2 * mean)
    # Two chains, half the steps; and no longer ones.
    assert rates == [0.1] * 6 + [0.2] * 12 and network.settings.learning_rate == 0.1


def zeros(X, b, n_hidden, rng, spread):
    return Parameters.zeros(X.shape[1], len(b), n_hidden, X.dtype)


def test_steps_are_the_mean_of_the_chains_and_a_rare_target_is_as_rare_as_in_all_shards(pattern):
    """Adam's correction goes by its steps; the chance that a batch has a target by how many of all posts have it."""
    seen, settings = [], {**SETTINGS, "epochs": 3, "negatives": "batch"}

    def planned(own, counts, n_posts):
        seen.append(n_posts)
        return make_plan(own, counts, n_posts)

    with Shards(pattern(3)) as shards, pytest.MonkeyPatch.context() as patch:
        patch.setattr("instahash.softmax.model.make_plan", planned)
        steps = []
        fit_network(
            shards, SoftmaxNetwork(**settings), examples, n_chains=3,
            on_round=lambda network: steps.append(network.optimizer.steps),
        )  # fmt: skip
    # Batches of 16 of 40, 50 and 60 posts are 3, 4 and 4 steps.
    mean = 3 * 40 / 150 + 4 * 110 / 150
    np.testing.assert_allclose(steps, [mean, 2 * mean, 3 * mean], atol=1.5)
    assert set(seen) == {150}
