"""Averaged local epochs: with one shard they are the training itself, with more they still learn what was planted."""

import numpy as np
import pytest
from scipy import sparse

from instahash.data import Post
from instahash.formats import Reading, write_posts
from instahash.shards import Shards, fit_network
from instahash.softmax import SoftmaxNetwork

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


@pytest.mark.parametrize("n", [1, 3])
def test_what_was_planted_is_found(pattern, n):
    with Shards(pattern(n)) as shards:
        network = fit_network(shards, examples, seed=3, **SETTINGS)
        again = fit_network(shards, examples, seed=3, **SETTINGS)
        other = fit_network(shards, examples, seed=4, **SETTINGS)
    assert len(network.history) == 12 and network.history[-1] < 0.5 * network.history[0]
    outputs = network.predict(sparse.csr_array(np.eye(6, dtype=np.float32)))
    assert outputs.argmax(axis=1).tolist() == [*range(6)]
    np.testing.assert_array_equal(network.U, again.U)
    assert np.abs(network.U - other.U).max() > 1e-3


def test_the_average_is_weighted_by_posts(pattern, monkeypatch):
    """Where a shard's epoch leaves its number of posts in all parameters, the average is sum n^2 / sum n."""

    def fit(self, X, S, state, on_epoch):
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
        network = fit_network(shards, examples, **SETTINGS)
    sizes = np.array([40, 50, 60])
    expected = (sizes**2).sum() / sizes.sum()
    np.testing.assert_allclose(network.U, expected, rtol=1e-6)
    np.testing.assert_allclose(network.history.loss, expected)


def test_with_one_shard_the_rounds_are_epochs_from_the_same_start(pattern):
    with Shards(pattern(1)) as shards:
        network = fit_network(shards, examples, seed=0, **{**SETTINGS, "learning_rate": 1e-9})
        ((X, S),) = shards.map(examples)
    one = SoftmaxNetwork(seed=0, **{**SETTINGS, "learning_rate": 1e-9}).fit(X, S)
    for name in ("V", "mu", "U", "b"):
        np.testing.assert_allclose(getattr(network, name), getattr(one, name), rtol=1e-5, atol=1e-6)
