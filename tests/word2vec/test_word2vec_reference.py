"""The equations: numbers worked by hand, the permutation theorem, gradients against central differences."""

from itertools import permutations
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.testing import check_gradient
from instahash.word2vec import reference, sampling


def vectors(seed, n_words, dim=3):
    rng = np.random.default_rng(seed)
    P = rng.random(n_words) + 0.1
    return rng.normal(size=(n_words, dim)), rng.normal(size=(n_words, dim)), P / P.sum()


def test_one_pair_by_hand():
    # w.c = log 3, so s = 3/4; the only noise word has w.c = 0, so s(-0) = 1/2; two negatives.
    W, C = np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[0.0, 5.0], [log(3.0), 0.0]])
    loss, dW, dC = reference.expected_loss(W, C, [(0, 1)], np.array([1.0, 0.0]), 2)
    assert loss == pytest.approx(log(4 / 3) + 2 * log(2))
    # dw = (s - 1) c_1 + 2 * 1/2 * c_0 ; dc_1 = (s - 1) w ; dc_0 = 2 * 1/2 * w
    np.testing.assert_allclose(dW, [[-0.25 * log(3), 5.0], [0, 0]])
    np.testing.assert_allclose(dC, [[1.0, 0.0], [-0.25, 0.0]])


@pytest.mark.parametrize(
    "n, r, weight", [(0, 3, 0), (1, 3, 0), (2, 3, 2), (3, 3, 6), (4, 3, 12), (5, 2, 2), (5, 4, 72), (7, 5, 1200)]
)
def test_pair_weight_by_hand(n, r, weight):
    assert reference.pair_weight(n, r) == weight


@given(n=st.integers(0, 7), r=st.integers(2, 5), k=st.integers(1, 4), seed=st.integers(0, 10**6))
def test_permutations_equal_weighted_pairs(n, r, k, seed):
    """All r-permutations cost what the ordered pairs cost times pair_weight: loss and gradient."""
    W, C, P = vectors(seed, 8)
    bag = np.random.default_rng(seed).permutation(8)[:n].tolist()
    listed = reference.permutation_pairs(bag, r)
    assert len(listed) == reference.pair_weight(n, r) * n * (n - 1)
    expected = reference.expected_loss(W, C, reference.bag_pairs(bag), P, k)
    # Loss and gradient are sums over pairs, so equal pairs may be counted instead of computed again.
    counted = [np.zeros_like(part) for part in expected]
    for pair in set(listed):
        for total, part in zip(counted, reference.expected_loss(W, C, [pair], P, k)):
            total += listed.count(pair) * part
    for total, part in zip(counted, expected):
        np.testing.assert_allclose(total, reference.pair_weight(n, r) * part, rtol=1e-10, atol=1e-10)


def test_permutation_pairs_of_two_words():
    assert sorted(reference.permutation_pairs([4, 9], 3)) == [(4, 9), (4, 9), (9, 4), (9, 4)]


@given(seed=st.integers(0, 10**6), k=st.integers(1, 6))
def test_expected_loss_gradient(seed, k):
    W, C, P = vectors(seed, 5)
    pairs = reference.bag_pairs([0, 2, 3])
    check_gradient(
        lambda W, C: reference.expected_loss(W, C, pairs, P, k)[0],
        lambda W, C: reference.expected_loss(W, C, pairs, P, k)[1:],
        W,
        C,
    )


@given(seed=st.integers(0, 10**6), n=st.integers(2, 5), shared=st.integers(1, 4), k=st.integers(1, 6))
def test_bag_gradient_gradient(seed, n, shared, k):
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(n, 3)), rng.normal(size=(n + shared, 3))
    check_gradient(
        lambda X, Y: reference.bag_gradient(X, Y, n, k)[0],
        lambda X, Y: reference.bag_gradient(X, Y, n, k)[1:],
        X,
        Y,
    )


@given(seed=st.integers(0, 10**6), k=st.integers(1, 5))
def test_shared_negatives_keep_the_expected_gradient(seed, k):
    """Averaged over all draws, weighted by P, the shared negatives give the loss and gradient of k a pair."""
    W, C, P = vectors(seed, 4)
    bag = np.array([0, 2, 3])
    mean_loss, mean_dW, mean_dC = 0.0, np.zeros_like(W), np.zeros_like(C)
    for draw in [(a, b) for a in range(4) for b in range(4)]:
        contexts = np.concatenate([bag, draw])
        loss, dX, dY = reference.bag_gradient(W[bag], C[contexts], len(bag), k)
        chance = np.prod(P[list(draw)])
        mean_loss += chance * loss
        mean_dW[bag] += chance * dX
        np.add.at(mean_dC, contexts, chance * dY)
    loss, dW, dC = reference.expected_loss(W, C, reference.bag_pairs(bag), P, k)
    assert mean_loss == pytest.approx(loss)
    np.testing.assert_allclose(mean_dW, dW, atol=1e-12)
    np.testing.assert_allclose(mean_dC, dC, atol=1e-12)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=20), st.integers(2, 5))
def test_permutation_weights_are_pair_weights_of_mean_one(sizes, r):
    sizes = np.array(sizes)
    weights = sampling.permutation_weights(sizes, r)
    exact = np.array([reference.pair_weight(int(n), r) for n in sizes], dtype=float)
    pairs = sizes * (sizes - 1.0)
    if pairs.sum():
        assert (weights * pairs).sum() == pytest.approx(pairs.sum())
        np.testing.assert_allclose(weights * (exact * pairs).sum(), exact * pairs.sum())
    else:
        assert not weights.any()


def test_noise_distribution_by_hand():
    np.testing.assert_allclose(sampling.noise_distribution(np.array([16, 1, 0]), 0.75), [8 / 9, 1 / 9, 0])
    np.testing.assert_allclose(sampling.noise_distribution(np.array([16, 1, 0]), 0.0), [0.5, 0.5, 0])


def test_negatives_follow_the_noise_distribution():
    P = np.array([0.0, 0.5, 0.3, 0.0, 0.2])
    draws = sampling.draw_negatives(np.random.default_rng(3), np.cumsum(P), 100_000)
    np.testing.assert_allclose(np.bincount(draws, minlength=5) / 100_000, P, atol=0.006)


def test_every_permutation_is_listed():
    assert len(reference.permutation_pairs(range(4), 3)) == len(list(permutations(range(4), 3))) * 6


def test_a_word_never_seen_is_never_drawn_even_at_the_edge():
    class Edges:
        def random(self, shape):
            return np.array([0.0, 0.5, np.nextafter(1.0, 0.0)])

    assert sampling.draw_negatives(Edges(), np.cumsum([0.0, 0.5, 0.5, 0.0]), 3).tolist() == [1, 2, 2]
