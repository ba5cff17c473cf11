"""The fusion of experts: weights and calibration are found again where they are planted; what questions are made of."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.dense import log_probabilities
from instahash.recommend import Fusion, likeliest
from instahash.recommend.fusion import LEAST_SLOPE, Correction

seeds = st.integers(0, 10**6)


def planted(seed, n_posts=3000, n_hashtags=12, weights=(0.8, 0.3, 0.0)):
    """Scores of experts, and one hashtag a post drawn from their pool with these weights."""
    rng = np.random.default_rng(seed)
    scores = {f"e{k}": rng.normal(0, 1.5, (n_posts, n_hashtags)).astype(np.float32) for k in range(len(weights))}
    p = np.exp(sum(w * f for w, f in zip(weights, scores.values())))
    p /= p.sum(axis=1, keepdims=True)
    drawn = (rng.random((n_posts, 1)) < p.cumsum(axis=1)).argmax(axis=1)
    targets = sparse.csr_array((np.ones(n_posts), (np.arange(n_posts), drawn)), shape=p.shape)
    return scores, targets


def drawn_from(p, seed):
    """One hashtag a post, drawn with probabilities p (n_posts, n_hashtags), which need not sum to 1."""
    chance = np.random.default_rng(seed).random((len(p), 1))
    rows, drawn = np.arange(len(p)), (chance < (p / p.sum(axis=1, keepdims=True)).cumsum(axis=1)).argmax(axis=1)
    return sparse.csr_array((np.ones(len(p)), (rows, drawn)), shape=p.shape)


def test_by_hand():
    """Two experts of weights 1 and 2; log p of 0 and 2 log 3."""
    fusion = Fusion(("a", "b"), [1.0, 2.0])
    fusion.calibration = (0.5, 2.0, -1.0)
    scores = {"a": np.zeros((1, 2), np.float32), "b": np.array([[0.0, np.log(3)]], np.float32)}
    log_p = fusion.log_probabilities(scores)
    np.testing.assert_allclose(np.exp(log_p), [[0.1, 0.9]], rtol=1e-5)
    for n_chosen, less in ((0, 0.0), (1, np.log(2)), (3, np.log(4))):
        expected = 1 / (1 + np.exp(-(0.5 + 2 * log_p - less)))
        np.testing.assert_allclose(fusion.probabilities(log_p, np.array([n_chosen])), expected, rtol=1e-5)


@given(seeds)
def test_a_post_alone_is_pooled_as_among_others(seed):
    """To the last bit: two hashtags that are nearly as good must not change places."""
    rng = np.random.default_rng(seed)
    scores = {name: rng.normal(0, 3, (5, 40)).astype(np.float32) for name in "abcde"}
    scores["b"], scores["d"] = (np.broadcast_to(np.float32(value), (5, 40)) for value in (0, -1.7))
    fusion, weights = Fusion("abcde", rng.random(5)), rng.random((5, 5))
    together = fusion.pooled(scores, weights)
    for post in range(5):
        alone = fusion.pooled({name: score[[post]] for name, score in scores.items()}, weights[[post]])
        np.testing.assert_array_equal(alone[0], together[post])


def test_what_is_chosen_is_excluded():
    """Scores 0, log 3, log 6: without the last, 1/4 and 3/4; the last stays on the same scale."""
    fusion = Fusion(("a",), [1.0])
    scores = {"a": np.log(np.array([[1, 3, 6], [1, 3, 6]], np.float32))}
    excluded = np.array([[False, False, True], [True, True, True]])
    log_p = fusion.log_probabilities(scores, excluded)
    np.testing.assert_allclose(np.exp(log_p[0]), [0.25, 0.75, 1.5], rtol=1e-5)
    assert np.isfinite(log_p).all()


@pytest.mark.parametrize("weights", [(0.8, 0.3), (0.0, 1.0)])
def test_planted_weights_are_found_whatever_is_chosen(weights):
    """Of each post's hashtags three cannot come next: the scores that they have teach nothing."""
    scores, _ = planted(4, weights=weights)
    rng = np.random.default_rng(4)
    excluded = rng.random(scores["e0"].shape).argsort(axis=1) < 3
    p = np.exp(sum(w * f for w, f in zip(weights, scores.values()))) * ~excluded
    p /= p.sum(axis=1, keepdims=True)
    drawn = (rng.random((len(p), 1)) < p.cumsum(axis=1)).argmax(axis=1)
    targets = sparse.csr_array((np.ones(len(p)), (np.arange(len(p)), drawn)), shape=p.shape)
    scores = {name: score + 4 * excluded.astype(np.float32) for name, score in scores.items()}
    np.testing.assert_allclose(Fusion(scores, [0.5, 0.5]).fit(scores, targets, excluded).weights, weights, atol=0.08)


@pytest.mark.parametrize("weights", [(0.8, 0.3, 0.0), (0.0, 1.0, 0.5)])
def test_planted_weights_are_found(weights):
    scores, targets = planted(1, weights=weights)
    np.testing.assert_allclose(Fusion(scores, [0.5, 0.5, 0.5]).fit(scores, targets).weights, weights, atol=0.08)


def test_hashtags_that_nobody_could_guess_move_the_weights_less():
    """Of a third of the posts any hashtag is drawn, whatever the scores are; likelihood gives up on the scores."""
    scores, targets = planted(5, weights=(1.0, 0.8))
    rng, found = np.random.default_rng(5), {}
    drawn = np.where(
        rng.random(len(targets.indices)) < 1 / 3,
        rng.integers(targets.shape[1], size=len(targets.indices)),
        targets.indices,
    )
    targets = sparse.csr_array((targets.data, drawn, targets.indptr), shape=targets.shape)
    for q in (1e-6, likeliest.Q):
        with patch.object(likeliest, "Q", q):
            found[q] = Fusion(scores, [0.5, 0.5]).fit(scores, targets).weights
    assert (found[likeliest.Q] > 1.1 * found[1e-6]).all()


def test_only_signed_members_may_have_a_negative_weight():
    scores, targets = planted(2, weights=(0.8, -0.5))
    assert Fusion(scores, [0.5, 0.5]).fit(scores, targets).weights[1] == 0
    assert Fusion(scores, [0.5, 0.5], {"e0"}).fit(scores, targets).weights[1] == 0
    assert Fusion(scores, [0.5, 0.5], {"e1"}).fit(scores, targets).weights[1] == pytest.approx(-0.5, abs=0.08)


@given(seed=seeds, n_posts=st.integers(1, 40))
def test_no_other_weights_near_by_are_likelier(seed, n_posts):
    """The pull towards the first weights included, which rules where posts are few; a block holds four posts."""

    scores, targets = planted(seed, n_posts)
    rng = np.random.default_rng(seed)
    more = sparse.csr_array(rng.random(targets.shape) < 0.3)  # so that some posts have several hashtags
    targets = ((targets + more) > 0).astype(np.float64).tocsr()
    counts, start, q = rng.random(n_posts), np.array([0.5, 0.5, 0.5]), likeliest.Q
    with patch.object(likeliest, "BLOCK", 50):
        found = Fusion(scores, start).fit(scores, targets, weights=counts).weights
    each = (counts / np.sqrt(np.diff(targets.indptr)))[:, None]

    def loss(weights):
        p = np.exp(Fusion(scores, weights).log_probabilities(scores).astype(np.float64) / (1 - q))
        missed = 1 - (p / p.sum(axis=1, keepdims=True)) ** q
        pull = 0.5 * likeliest.STRENGTH * np.sum((weights - start) ** 2)
        return (1 - q) / q * (each * targets.toarray() * missed).sum() + pull

    for _ in range(8):
        other = np.maximum(found + rng.normal(0, 0.1, 3), 0)
        assert loss(other) > loss(found) - 1e-3


def planted_correction(weights=(0.8, 0.3)):
    """Two experts, and posts of which some say what the second one is told, so that their weights are others."""
    told = np.random.default_rng(5).choice([0.0, 0.5, 1.0], 6000)
    weights, more = np.array(weights), np.array([-0.6, 0.5])
    scores, _ = planted(5, n_posts=len(told), weights=weights)
    own = weights + told[:, None] * more
    targets = drawn_from(np.exp(sum(w[:, None] * f for w, f in zip(own.T, scores.values()))), 6)
    return scores, targets, {"e1": told}, weights, more


def test_a_planted_correction_is_found_and_the_weights_stay():
    scores, targets, told, weights, more = planted_correction()
    fusion = Fusion(scores, weights)
    fusion.calibrate(scores, targets)
    before = {name: array.tolist() for name, array in fusion.to_arrays().items()}
    fusion.fit(scores, targets, told=told).calibrate(scores, targets, told=told)
    assert {name: array.tolist() for name, array in fusion.to_arrays().items()} == before
    np.testing.assert_allclose(fusion.corrections["e1"].weights, more, atol=0.08)
    np.testing.assert_allclose(fusion.weights_of(told, 6000), weights + np.outer(told["e1"], more), atol=0.08)
    nobody = {"e1": np.zeros(2)}
    assert fusion.weights_of(nobody, 2).tolist() == [fusion.weights.tolist()] * 2
    every = np.arange(2), np.ones(2)
    np.testing.assert_array_equal(fusion.calibrations(*every, nobody), fusion.calibrations(*every))


def test_no_correction_makes_a_weight_negative_that_is_not_signed():
    scores, targets, told, weights, _ = planted_correction((0.3, 0.3))
    for signed in ((), ("e0",)):
        fusion = Fusion(scores, weights, signed).fit(scores, targets, told=told)
        assert fusion.corrections["e1"].weights[0] == pytest.approx(-0.6 if signed else -0.3, abs=0.08)
        fusion.corrections["e0"] = fusion.corrections["e1"]  # both take off
        lowest = fusion.weights_of({"e0": np.ones(1), "e1": np.ones(1)})[0, 0]
        assert lowest < -0.7 if signed else lowest == 0


def test_a_correction_calibrates_too():
    """Where something is told a hashtag is used more often than its probability of being the next one says."""
    rng = np.random.default_rng(0)
    scores, told = {"e0": rng.normal(0, 2, (4000, 20)).astype(np.float32)}, {"e0": rng.integers(0, 2, 4000) * 1.0}
    fusion = Fusion(("e0",), [1.0])
    fusion.calibration = 1.0, 0.6, 0.0
    log_p = fusion.log_probabilities(scores)
    chance = 1 / (1 + np.exp(-(1.0 + 0.6 * log_p + told["e0"][:, None] * (0.5 + 0.3 * log_p))))
    targets = sparse.csr_array((rng.random(log_p.shape) < chance).astype(np.float64))
    fusion.fit(scores, targets, told=told)
    fusion.corrections["e0"] = fusion.corrections["e0"]._replace(weights=np.zeros(1))
    fusion.calibrate(scores, targets, told=told)
    assert fusion.calibration == (1.0, 0.6, 0.0)
    assert fusion.corrections["e0"].calibration[:2] == pytest.approx((0.5, 0.3), abs=0.1)
    none = np.zeros(4000, int)
    np.testing.assert_allclose(fusion.probabilities(log_p, none, told=told), chance, atol=0.03)
    used = np.log(fusion.probabilities(log_p, none, told=told))
    np.testing.assert_allclose(fusion.inverse(used, none, told), log_p, atol=0.02)


def test_a_correction_is_what_is_left_by_the_one_before_it():
    """Members are told independently; the first one's correction, planted here, is not learnt by the second again."""
    scores, _ = planted(7, n_posts=6000, weights=(0.8, 0.3))
    told = {name: np.random.default_rng(k).integers(0, 2, 6000) * 1.0 for k, name in enumerate(scores)}
    first, second = Correction(np.array([-0.6, 0.5]), np.array([0.8, 0.4, 0.0])), np.array([0.4, 0.3])
    fusion = Fusion(scores, [0.8, 0.3])
    fusion.calibration, fusion.corrections = (1.0, 0.6, 0.0), {"e0": first}
    own = fusion.weights_of({"e0": told["e0"]}, 6000) + np.outer(told["e1"], second)
    fusion.fit(scores, drawn_from(np.exp(fusion.pooled(scores, own)), 8), told=told)
    assert fusion.corrections["e0"] is first
    np.testing.assert_allclose(fusion.corrections["e1"].weights, second, atol=0.1)
    log_p = log_probabilities(fusion.pooled(scores, fusion.weights_of(told, 6000)))
    logit = 1.0 + 0.6 * log_p + told["e0"][:, None] * (0.8 + 0.4 * log_p) + told["e1"][:, None] * (0.5 - 0.3 * log_p)
    used = np.random.default_rng(9).random(log_p.shape) < 1 / (1 + np.exp(-logit))
    fusion.calibrate(scores, sparse.csr_array(used.astype(np.float64)), told=told)
    assert fusion.corrections["e1"].calibration[:2] == pytest.approx((0.5, -0.3), abs=0.15)


def test_few_posts_correct_little():
    """Ten posts that use all hashtags would make any hashtag certain; and slopes stay above 0."""
    scores, told = {"e0": np.zeros((10, 4), np.float32)}, {"e0": np.ones(10)}
    fusion = Fusion(("e0",), [1.0])
    fusion.corrections = {"e0": Correction(np.zeros(1), np.zeros(3))}
    fusion.calibrate(scores, sparse.csr_array(np.ones((10, 4))), told=told)
    assert 0 < np.abs(fusion.corrections["e0"].calibration).max() < 1
    fusion.corrections = {"e0": Correction(np.zeros(1), np.array([0.0, -2.0, 0.0]))}
    assert fusion.calibrations(np.zeros(10), np.ones(10), told)[:, 1] == pytest.approx(LEAST_SLOPE)


def test_what_is_kept_is_loaded():
    scores, targets = planted(3, n_posts=50)
    fusion = Fusion(scores, [0.5, 0.5, 0.5]).fit(scores, targets).calibrate(scores, targets)
    again = Fusion(scores, [0.5, 0.5, 0.5])
    again.load(fusion.to_arrays())
    assert again.weights.tolist() == fusion.weights.tolist() and again.calibration == fusion.calibration
    told = {"e1": np.ones(50)}
    again.load(fusion.fit(scores, targets, told=told).calibrate(scores, targets, told=told).to_arrays("e1"), "e1")
    for found, expected in zip(again.corrections["e1"], fusion.corrections["e1"]):
        np.testing.assert_array_equal(found, expected)
    backwards = Fusion([*scores][::-1], [0.5, 0.5, 0.5])
    backwards.load(fusion.to_arrays())
    assert backwards.weights.tolist() == fusion.weights.tolist()[::-1], "weights go by name"
    flat = fusion.to_arrays() | {"calibration": np.array([1.0, 0.0, 0.0])}
    with pytest.raises(ValueError, match="a slope that none has learnt"):
        again.load(flat)
    with pytest.raises(ValueError, match="4 experts for 2"):
        Fusion(("e0", "e1"), [0.5, 0.5]).load(fusion.to_arrays())


def test_without_posts_nothing_changes():
    fusion, nothing = Fusion(("e0",), [0.7]), ({"e0": np.zeros((2, 3), np.float32)}, sparse.csr_array((2, 3)))
    fusion.fit(*nothing).calibrate(*nothing)
    assert fusion.weights.tolist() == [0.7] and fusion.calibration == (1.5, 1.0, 0.0)


def test_a_planted_calibration_is_found():
    """Each author makes one query for every number of hashtags chosen; a post that is queried once stands for all."""
    rng = np.random.default_rng(0)
    scores = {"e0": rng.normal(0, 2, (4000, 20)).astype(np.float32)}
    fusion = Fusion(("e0",), [1.0])
    log_p = fusion.log_probabilities(scores)
    used = rng.random(log_p.shape) < 1 / (1 + np.exp(-(1.0 + 0.6 * log_p)))
    fusion.calibrate(scores, sparse.csr_array(used.astype(np.float64)))
    assert fusion.calibration[:2] == pytest.approx((1.0, 0.6), abs=0.1) and fusion.calibration[2] == 0
    n = rng.integers(0, 4, len(used))
    excluded = np.arange(20) < n[:, None]
    log_p = fusion.log_probabilities(scores, excluded)
    used = rng.random(log_p.shape) < 1 / (1 + np.exp(-(1.0 + 0.6 * log_p - 0.9 * np.log1p(n)[:, None])))
    fusion.calibrate(scores, sparse.csr_array((used & ~excluded).astype(np.float64)), excluded)
    assert fusion.calibration == pytest.approx((1.0, 0.6, -0.9), abs=0.15)


def test_posts_that_are_queried_more_often_weigh_more_in_the_calibration():
    """By hand: one hashtag is chosen, posts have one or four; of 4 + 1 queries, 3 hashtags each of the four."""
    n_left = np.array([3] * 1000 + [0] * 1000)
    excluded = np.zeros((2000, 11), bool)
    excluded[:, 0] = True
    used = sparse.csr_array((np.arange(11) - 1 < n_left[:, None]) & ~excluded, dtype=np.float64)
    scores = {"e0": np.zeros((2000, 11), np.float32)}
    for weights, share in ((None, 4 * 0.3 / 5), (np.repeat([1.0, 4.0], 1000), 4 * 0.3 / 8)):
        fusion = Fusion(("e0",), [1.0]).calibrate(scores, used, excluded, weights)
        found = fusion.probabilities(fusion.log_probabilities(scores, excluded), np.ones(2000))
        assert found[0, 1] == pytest.approx(share, abs=0.005)
