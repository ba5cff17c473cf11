"""Sampled softmax: the proposal and its correction by enumeration, the gradients against the dense reference."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.network.layers import Parameters
from instahash.softmax import SoftmaxNetwork, SoftmaxSettings, reference
from instahash.softmax.sampled import inclusion, sampled_loss_and_gradients
from instahash.softmax.units import Units
from instahash.sparse import column_counts
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


def problem(seed, m=5, n_inputs=6, n_outputs=9, n_hidden=4, n_posts=40):
    """Parameters; inputs, and targets some of which are stored zeros; how many of n_posts store each output."""
    rng = np.random.default_rng(seed)
    shapes = (n_hidden, n_inputs), (n_hidden,), (n_outputs, n_hidden), (n_outputs,)
    X = sparse.random_array((m, n_inputs), density=0.5, rng=rng, format="csr")
    S = sparse.random_array((m, n_outputs), density=0.3, rng=rng, format="csr")
    S.data[rng.random(S.nnz) < 0.3] = 0
    counts = column_counts(S) + rng.integers(0, n_posts - m, n_outputs)
    return [rng.normal(size=shape) for shape in shapes], X, S, (counts, n_posts), rng


def stored(S):
    """Where S stores an entry, bool (m, n_outputs)."""
    own = np.zeros(S.shape, bool)
    own[np.repeat(np.arange(S.shape[0]), np.diff(S.indptr)), S.indices] = True
    return own


def gradients(theta, X, S, units, settings, frequency=None, n_threads=1):
    """(the sum of the losses, name -> gradient): sampled where a frequency is given. Weights without one are nan."""
    V, mu, U, b = theta
    parameters = Parameters(np.ascontiguousarray(V.T), mu, U, b)
    got = {name: np.full_like(value, np.nan) for name, value in vars(parameters).items()}

    def update(name, rows, gradient, first=0):
        at = rows
        if got[name].ndim == 2:
            at = np.ix_(rows, (first + np.arange(gradient.shape[1])) % len(mu))
        assert np.isnan(got[name][at]).all()  # each once
        got[name][at] = gradient

    with Threads(n_threads, blas=False) as threads:
        return sampled_loss_and_gradients(parameters, X, S, units, settings, frequency, update, threads), got


def test_the_chance_of_being_among_posts_drawn():
    """Of 5 posts, 2 are drawn: that neither is among 1, 2, 3 of them has chance 4/5 3/4, 3/5 2/4, 2/5 1/4."""
    np.testing.assert_allclose(inclusion(np.array([1, 2, 3, 4, 5]), 5, 2), [2 / 5, 7 / 10, 9 / 10, 1, 1])


@given(seed=seeds, n_posts=st.integers(1, 7), data=st.data())
def test_the_chance_is_that_of_all_sets_of_posts(seed, n_posts, data):
    m = data.draw(st.integers(1, n_posts))
    count = data.draw(st.integers(1, n_posts))
    sets = [min(drawn) < count for drawn in combinations(range(n_posts), m)]
    assert inclusion(np.array([count]), n_posts, m)[0] == pytest.approx(np.mean(sets), rel=1e-12)


def test_rare_outputs_have_a_precise_chance():
    """One post of a million is among 255 with chance 255 / 10**6."""
    assert inclusion(np.array([1]), 10**6, 255)[0] == pytest.approx(255e-6, rel=1e-4)


@given(seed=seeds, hidden=hidden_units, reg=st.sampled_from([0.0, 0.3]))
def test_reference_gradients_are_finite_differences(seed, hidden, reg):
    theta, X, S, (counts, n_posts), rng = problem(seed)
    if hidden == "relu":
        theta[1] += 20.0  # away from its kink
    kept, pi = rng.choice([0.0, 2.0], size=(5, 4)), rng.uniform(0.2, 1, 9)

    def evaluate(*theta):
        return reference.sampled_loss_and_gradients(*theta, X.toarray(), S.toarray(), stored(S), pi, reg, hidden, kept)

    check_gradient(lambda *theta: evaluate(*theta)[0], lambda *theta: evaluate(*theta)[1:], *theta, names=NAMES)


@given(seed=seeds, hidden=hidden_units, reg=st.sampled_from([0.0, 0.3]), n_threads=st.sampled_from([1, 2]),
       first=st.integers(0, 3), width=st.integers(1, 4), sampled=st.booleans())  # fmt: skip
def test_gradients_of_a_batch(seed, hidden, reg, n_threads, first, width, sampled):
    """Equal to the dense reference; only rows of J or all, rows of inputs that some post has, and units that are not
    dropped are given a gradient.
    """
    theta, X, S, (counts, n_posts), rng = problem(seed)
    X.data[::4] = 0  # as if dropped
    settings = SoftmaxSettings(n_hidden=4, hidden=hidden, reg=reg, dtype="float64")
    units, own, stays = Units(first, width), stored(S), np.zeros(4, bool)
    stays[units.numbers(4)] = True
    J, used = own.any(axis=0) | (not sampled), (X.toarray() != 0).any(axis=0)
    given = *theta, X.toarray(), S.toarray()
    how = reg, hidden, np.where(stays, 4 / width, 0)
    if sampled:
        loss, *wanted = reference.sampled_loss_and_gradients(*given, own, inclusion(counts, n_posts - 1, 4), *how)
    else:
        loss, *wanted = reference.loss_and_gradients(*given, *how)
    total, got = gradients(theta, X, S, units, settings, (counts, n_posts) if sampled else None, n_threads)
    V, U = theta[0], theta[2]
    penalty = 0.5 * reg * ((V[:, used] ** 2).sum() + (U[J] ** 2).sum() if sampled else (V**2).sum() + (U**2).sum())
    assert total / 5 + penalty == pytest.approx(loss, rel=1e-9)
    touched = {"Vt": np.outer(used, stays), "mu": stays, "U": np.outer(J, stays), "b": J}
    for (name, at), expected in zip(touched.items(), (wanted[0].T, *wanted[1:])):
        assert np.isnan(got[name][~at]).all()
        np.testing.assert_allclose(got[name][at], expected[at], rtol=1e-8, atol=1e-9, err_msg=name)


@given(seed=seeds, hidden=hidden_units, reg=st.sampled_from([0.0, 0.3]))
def test_with_all_outputs_in_every_batch_the_gradients_are_the_exact_ones(seed, hidden, reg):
    """Every output is a target of every other post: pi = 1 and J is everything."""
    theta, X, S, _, rng = problem(seed)
    X, S = sparse.csr_array(X.toarray() + 0.1), sparse.csr_array(np.ones((5, 9)))
    S.data[rng.random(S.nnz) < 0.5] = 0
    settings = SoftmaxSettings(n_hidden=4, hidden=hidden, reg=reg, dtype="float64")
    exact = gradients(theta, X, S, Units(0, 4), settings)
    sampled = gradients(theta, X, S, Units(0, 4), settings, (np.full(9, 40), 40))
    assert sampled[0] == exact[0]
    for name, expected in exact[1].items():
        np.testing.assert_array_equal(sampled[1][name], expected)


def tiny_corpus(seed, n_posts=7, n_outputs=8, n_hidden=3):
    """Which outputs each post has, each at least once, and their outputs for the first post's code."""
    rng = np.random.default_rng(seed)
    own = rng.random((n_posts, n_outputs)) < 0.3
    own[rng.integers(0, n_posts, n_outputs), np.arange(n_outputs)] = True
    h = rng.normal(size=n_hidden)
    return own, rng.normal(size=(n_outputs, n_hidden)), h


def batches_of_the_first(n_posts, m):
    return [[0, *others] for others in combinations(range(1, n_posts), m - 1)]


@given(seed=seeds, m=st.integers(2, 7))
def test_the_estimated_normaliser_has_the_true_one_as_its_mean(seed, m):
    """So has its gradient by a code: both are sums over J, whose means over all batches are sums over all outputs."""
    own, U, h = tiny_corpus(seed)
    o, pi = U @ h, inclusion(own.sum(axis=0), len(own) - 1, m - 1)
    Z, dZ = [], []
    for batch in batches_of_the_first(len(own), m):
        J = own[batch].any(axis=0)
        Z.append(reference.normalisers(o[None], own[:1], J, pi)[0])
        weight = np.where(own[0], 1.0, J / pi) * np.exp(o)
        dZ.append(weight @ U)
    assert np.mean(Z) == pytest.approx(np.exp(o).sum(), rel=1e-10)
    np.testing.assert_allclose(np.mean(dZ, axis=0), np.exp(o) @ U, rtol=1e-9, atol=1e-9)


def test_the_bias_of_the_gradient_falls_with_the_batch():
    """The mean of (weights / estimated Z) over all batches comes to the probabilities as batches grow."""
    bias = []
    for m in (2, 4, 6):
        total = 0.0
        for seed in range(20):
            own, U, h = tiny_corpus(seed)
            o, pi = U @ h, inclusion(own.sum(axis=0), len(own) - 1, m - 1)
            means = []
            for batch in batches_of_the_first(len(own), m):
                weight = np.where(own[0], 1.0, own[batch].any(axis=0) / pi) * np.exp(o)
                means.append(weight / weight.sum())
            total += np.abs(np.mean(means, axis=0) - np.exp(o) / np.exp(o).sum()).sum()
        bias.append(total)
    assert bias[1] < bias[0] / 2 and bias[2] < bias[1] / 2


def test_the_choice_is_made_by_cost_and_said():
    """A thousand outputs, of which every post has ten: a batch of ten posts has a hundred at most, one of 300 most."""
    S = sparse.csr_array(np.kron(np.eye(100), np.ones((5, 10))).reshape(500, 1000))
    few, half, most, many = (SoftmaxNetwork(batch_size=m).plan(S) for m in (10, 65, 130, 300))
    assert 450 < half.outputs < 550 and half.negatives == "batch" and most.negatives == "all"
    assert few.negatives == "batch" and many.negatives == "all"
    assert few.outputs < 100 and many.outputs == 1000
    assert few.why == f"a batch of 10 posts has about {few.outputs:,.0f} of all 1,000"
    assert SoftmaxNetwork(negatives="all").plan(S) == ("all", 1000, "as the settings say")
    assert SoftmaxNetwork(negatives="batch", batch_size=300).plan(S).negatives == "batch"
    assert SoftmaxNetwork(batch_size=1).plan(S).negatives == "all"
