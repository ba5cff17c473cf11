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
    summed = [np.zeros_like(part) for part in expected]
    for pair in set(listed):
        for total, part in zip(summed, reference.expected_loss(W, C, [pair], P, k)):
            total += listed.count(pair) * part
    for total, part in zip(summed, expected):
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
        lambda X, Y: reference.bag_gradient(X, Y, n, k)[0], lambda X, Y: reference.bag_gradient(X, Y, n, k)[1:], X, Y
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


@given(st.lists(st.integers(0, 14), min_size=1, max_size=20), st.integers(2, 12))
def test_permutation_weights_are_pair_weights_relative_to_a_typical_bag(sizes, r):
    sizes = np.array(sizes)
    exact = np.array([reference.pair_weight(int(n), r) for n in sizes], dtype=float)
    typical = reference.pair_weight(max(r, 10), r)
    np.testing.assert_allclose(sampling.permutation_weights(sizes, r), exact / typical, rtol=1e-12)


def test_noise_distribution_by_hand():
    np.testing.assert_allclose(sampling.noise_distribution(np.array([16, 1, 0]), 0.75), [8 / 9, 1 / 9, 0])
    np.testing.assert_allclose(sampling.noise_distribution(np.array([16, 1, 0]), 0.0), [0.5, 0.5, 0])


@given(st.integers(0, 10**6))
def test_each_bags_negatives_are_expected_to_be_those_of_independent_draws(seed):
    """How often a bag gets a word is n_shared P on average, for every bag; the gradient's expectation needs no more."""
    P, rng = np.array([0.0, 0.5, 0.3, 0.0, 0.2]), np.random.default_rng(seed)
    draws = np.stack([sampling.draw_negatives(rng, np.cumsum(P), 3, 2) for _ in range(1500)])
    assert draws.dtype == np.int32 and draws.shape == (1500, 3, 2) and draws[0].flags.c_contiguous
    for bag in range(3):
        np.testing.assert_allclose(np.bincount(draws[:, bag].ravel(), minlength=5) / 1500, 2 * P, atol=0.1)


@given(st.integers(0, 10**6), st.integers(1, 50), st.integers(1, 7))
def test_negatives_come_one_from_each_part_of_the_distribution(seed, n_bags, n_shared):
    rng = np.random.default_rng(seed)
    P = rng.random(6)
    P[[0, 3]] = 0
    cumulative = np.cumsum(P / P.sum())
    draws = sampling.draw_negatives(rng, cumulative, n_bags, n_shared)
    assert np.abs(np.bincount(draws.ravel(), minlength=6) - draws.size * np.diff(cumulative, prepend=0)).max() <= 1
    low, high = np.append(0, cumulative)[draws], cumulative[draws]  # the stretch of P that each drawn word has
    part = np.arange(n_shared)
    assert (low < (part + 1) / n_shared + 1e-9).all() and (high > part / n_shared - 1e-9).all()


def test_bags_side_by_side_do_not_get_the_same_negatives():
    draws = sampling.draw_negatives(np.random.default_rng(0), np.linspace(0.001, 1, 1000), 500, 4)
    assert (np.diff(draws[:, 0]) < 0).mean() > 0.4


@pytest.mark.parametrize("shift", [0.0, 0.5, np.nextafter(1.0, 0.0)])
@pytest.mark.parametrize("total", [1.0, 1 - 2**-50, 3.3])
def test_a_word_never_seen_is_never_drawn_even_at_the_edge(shift, total):
    class Edge:
        def random(self):
            return shift

        def permutation(self, n):
            return np.arange(n)

    cumulative = total * np.cumsum([0.0, 0.1, 0.2, 0.0, 0.7, 0.0])
    for n_bags, n_shared in ((1, 1), (1, 3), (7, 9), (1000, 10)):
        draws = sampling.draw_negatives(Edge(), cumulative, n_bags, n_shared).ravel()
        assert set(draws.tolist()) <= {1, 2, 4}
        expected = draws.size * np.array([0.0, 0.1, 0.2, 0.0, 0.7, 0.0])
        assert np.abs(np.bincount(draws, minlength=6) - expected).max() <= 1


def test_keep_probabilities_by_hand():
    # Shares 0.9 and 0.1, t = 0.1: sqrt(1/9) + 1/9 = 4/9, and sqrt(1) + 1 > 1.
    np.testing.assert_allclose(sampling.keep_probabilities(np.array([9, 1]), 0.1), [4 / 9, 1])
    np.testing.assert_array_equal(sampling.keep_probabilities(np.array([9, 0]), 0.0), [1, 1])
    assert sampling.keep_probabilities(np.array([9, 0]), 0.1)[1] == 1


def test_cooccurrence_by_hand():
    N = reference.cooccurrence([[0, 1, 2], [2, 1], [3]], [2.0, 0.5, 7.0], 4)
    assert N.tolist() == [[0, 2, 2, 0], [2, 0, 2.5, 0], [2, 2.5, 0, 0], [0, 0, 0, 0]]


def test_expected_rows_by_hand():
    # One pair seen twice with score log 3 (s = 3/4) and 4 * 1/2 expected negatives; the other word with score 0.
    losses, errors, curvature = reference.expected_rows(
        np.array([[log(3.0), 0.0]]), np.array([[2.0, 0.0]]), np.array([4.0]), np.array([0.5, 0.25])
    )
    assert losses[0] == pytest.approx(2 * log(4 / 3) + 2 * log(4) + log(2))
    np.testing.assert_allclose(errors, [[2 * -0.25 + 2 * 0.75, 0.5]])
    np.testing.assert_allclose(curvature, [[4 * 0.75 * 0.25, 0.25]])


@given(seed=st.integers(0, 10**6), k=st.integers(1, 6))
def test_all_pairs_at_once_cost_what_the_bags_cost(seed, k):
    """With N, a_i = k n_i and b = P the rows add up to the weighted expected loss of every bag; so do gradients."""
    W, C, P = vectors(seed, 6)
    rng = np.random.default_rng(seed)
    bags = [rng.permutation(6)[: rng.integers(0, 6)].tolist() for _ in range(4)]
    weights = rng.random(4)
    N = reference.cooccurrence(bags, weights, 6)
    losses, errors, _ = reference.expected_rows(W @ C.T, N, k * N.sum(axis=1), P)
    parts = [reference.expected_loss(W, C, reference.bag_pairs(bag), P, k) for bag in bags]
    expected = [sum(weight * part[i] for weight, part in zip(weights, parts)) for i in range(3)]
    for got, wanted in zip((losses.sum(), errors @ C, errors.T @ W), expected):
        np.testing.assert_allclose(got, wanted, atol=1e-9)


@given(seed=st.integers(0, 10**6))
def test_errors_and_curvature_are_derivatives_by_the_scores(seed):
    rng = np.random.default_rng(seed)
    N, a, b, scores = rng.random((3, 4)), rng.random(3), rng.random(4), 3 * rng.normal(size=(3, 4))
    check_gradient(
        lambda x: reference.expected_rows(x, N, a, b)[0].sum(), lambda x: reference.expected_rows(x, N, a, b)[1], scores
    )
    check_gradient(
        lambda x: reference.expected_rows(x, N, a, b)[1].sum(), lambda x: reference.expected_rows(x, N, a, b)[2], scores
    )


def test_newton_steps_by_hand():
    # Two negatives at score 0 that move by 1 and 2: curvature 1/4 each, slope 1/2 (1 + 2), so t = 1.5 / (5/4) = 1.2.
    one, zero = np.ones(1), np.zeros((1, 2))
    losses, errors, curvature = reference.expected_rows(zero, zero, one, np.ones(2))
    moves = np.array([[1.0, 2.0]])
    steps, after = reference.newton_steps(zero, moves, errors @ moves[0], curvature, zero, one, np.ones(2), losses)
    assert steps == pytest.approx([1.2])
    assert after == pytest.approx([np.logaddexp(0, -1.2) + np.logaddexp(0, -2.4)])


def test_a_newton_step_that_goes_too_far_is_halved():
    """One positive pair at score -4 and one negative at the same: flat there, and the parabola's minimum is far off."""
    scores, N, one, moves = np.array([[4.0]]), np.array([[1.0]]), np.ones(1), np.array([[1.0]])
    losses, errors, curvature = reference.expected_rows(scores, N, one, one)
    parabola = errors[0] / curvature[0]
    steps, after = reference.newton_steps(scores, moves, errors[0], curvature, N, one, one, losses)
    assert parabola[0] > 20 and steps[0] == parabola[0] / 4 and after[0] <= losses[0]
    assert reference.newton_steps(scores, 0 * moves, errors[0], curvature, N, one, one, losses)[0] == [0]


@given(seed=st.integers(0, 10**6))
def test_improving_never_raises_the_loss_and_returns_it(seed):
    W, C, P = vectors(seed, 6)
    rng = np.random.default_rng(seed)
    N = rng.random((6, 6)) + 0.1
    N += N.T
    a = 2 * N.sum(axis=1)
    loss = reference.expected_rows(W @ C.T, N, a, P)[0].sum()
    for _ in range(3):
        before = loss
        W, loss = reference.improve(W, C, N, a, P, 0.1)
        assert loss <= before
        assert loss == pytest.approx(reference.expected_rows(W @ C.T, N, a, P)[0].sum())


def test_every_permutation_is_listed():
    assert len(reference.permutation_pairs(range(4), 3)) == len(list(permutations(range(4), 3))) * 6
