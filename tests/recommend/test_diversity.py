"""Diverse lists and novel ones: worked examples, and the kernel against the equation."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash import jit
from instahash.errors import SettingsError
from instahash.recommend.diversity import (
    ECHOED,
    NEAR,
    REPEATED,
    diversify,
    echoes,
    mmr,
    novelty_shift,
    plain_mmr,
    reachable,
)

# dog, dogs, sea, love: dogs has cosine 0.8 with dog, love -0.6 with dogs, all others 0.
VECTORS = np.array([[1, 0, 0], [0.8, 0.6, 0], [0, 0, 1], [0, -1, 0]], np.float32)
IDS = np.array([[0, 1, 2, 3]], np.int32)
SCORES = np.array([[-1.0, -1.1, -2.0, -4.4]], np.float32)


def test_a_list_by_hand():
    # dog is first. Then dogs loses 4 * 0.8 = 3.2 nats, to -4.3, which is behind sea and still before love.
    assert REPEATED == 4
    assert diversify(SCORES, IDS, VECTORS, 4, 1.0).tolist() == [[0, 2, 1, 3]]
    # At a quarter it loses 0.8, to -1.9, and is before sea.
    assert diversify(SCORES, IDS, VECTORS, 4, 0.25).tolist() == [[0, 1, 2, 3]]
    assert diversify(SCORES, IDS, VECTORS, 2, 1.0).tolist() == [[0, 2]]


def test_being_opposite_earns_nothing():
    # If love's cosine of -0.6 with dogs counted, it would rise by 2.4 nats, from -3 to before sea.
    scores = np.array([[-1.0, -2.0, -3.0]], np.float32)
    assert diversify(scores, np.array([[1, 2, 3]]), VECTORS, 3, 1.0).tolist() == [[0, 1, 2]]


def test_missing_candidates_stay_missing():
    no = -np.inf
    scores = np.array([[-1, no, no], [no, no, no], [-1, no, no]], np.float32)
    candidates = np.array([[2, -1, -1], [-1, -1, -1], [1, 0, 2]], np.int32)
    assert diversify(scores, candidates, VECTORS, 4, 0.5).tolist() == [[0, -1, -1], [-1, -1, -1], [0, -1, -1]]


def test_a_candidate_without_a_vector_is_like_no_other():
    # dogs loses 3.2 nats behind dog, what has no vector nothing, in whatever order they come.
    scores = np.array([[-1.0, -1.1, -2.0]], np.float32)
    for ids, expected in ([0, 1, -1], [0, 2, 1]), ([-1, 0, 1], [0, 1, 2]), ([0, -1, 1], [0, 1, 2]):
        assert diversify(scores, np.array([ids], np.int32), VECTORS, 3, 1.0).tolist() == [expected]


@st.composite
def lists(draw):
    """Scores in eighths, cosines in quarters: every sum is exact, and there are many ties."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    m, n = draw(st.integers(0, 3)), draw(st.integers(1, 9))
    signs = rng.choice([-0.5, 0.5], size=(12, 4))
    vectors = np.concatenate([np.eye(4), -np.eye(4), signs, np.zeros((1, 4))]).astype(np.float32)
    scores = -np.sort(rng.integers(0, 30, size=(m, n)) / 8, axis=1).astype(np.float32)
    candidates = np.array([rng.permutation(len(vectors))[:n] for _ in range(m)], np.int32).reshape(m, n)
    scores[rng.random((m, n)).cumsum(axis=1) > 6] = -np.inf
    candidates[rng.random((m, n)) < 0.2] = -1
    return scores, candidates, vectors


@given(lists(), st.integers(0, 11), st.integers(0, 8))
def test_the_kernel_is_the_equation(made, top, eighths):
    scores, candidates, vectors = made
    top = min(top, scores.shape[1])
    got = mmr(scores, candidates, vectors, top, np.float32(eighths / 2))
    np.testing.assert_array_equal(got, plain_mmr(scores, candidates, vectors, top, np.float32(eighths / 2)))
    assert got.dtype == np.int32


@given(lists(), st.integers(0, 11), st.floats(0, 1))
def test_laws_of_a_list(made, top, diversity):
    scores, candidates, vectors = made
    places = diversify(scores, candidates, vectors, top, diversity)
    assert places.shape == (len(scores), min(top, scores.shape[1]))
    for row, own in zip(places, scores):
        found = row[row >= 0]
        assert len(found) == min(top, (own > -np.inf).sum()) and (row[len(found) :] == -1).all()
        assert len(set(found)) == len(found) and (own[found] > -np.inf).all()
        assert not len(found) or row[0] == 0
    in_order = np.where(scores > -np.inf, np.arange(scores.shape[1]), -1)
    np.testing.assert_array_equal(diversify(scores, candidates, vectors, top, 0.0), in_order[:, :top])


@given(lists(), st.integers(1, 9), st.floats(0, 1))
def test_what_is_out_of_reach_is_never_taken(made, top, diversity):
    scores, candidates, vectors = made
    near = reachable(scores, scores[:, min(top, scores.shape[1]) - 1], diversity)
    expected = diversify(scores, candidates, vectors, top, diversity)
    np.testing.assert_array_equal(diversify(near, candidates, vectors, top, diversity), expected)


def test_how_far_a_list_reaches():
    # At diversity 1 no hashtag loses more than 4 nats: those up to 4 behind the second may still be before it.
    scores = np.array([[-1.0, -1.1, -5.0, -5.2]], np.float32)
    assert np.isfinite(reachable(scores, scores[:, 1], 1.0)).tolist() == [[True, True, True, False]]
    assert np.isfinite(reachable(scores, scores[:, 1], 0.0)).tolist() == [[True, True, False, False]]


@given(st.integers(0, 10**6), st.floats(-50, 50))
def test_of_planted_near_duplicates_one_is_taken(seed, shift):
    """Ten topics of five hashtags with cosine 0.9, whole topics one after the other: a list of ten has one of each."""
    rng = np.random.default_rng(seed)
    topic = np.repeat(np.eye(60)[:10], 5, axis=0)
    vectors = (np.sqrt(0.9) * topic + np.sqrt(0.1) * np.eye(60)[10:]).astype(np.float32)
    scores = -np.sort(rng.random((1, 50)) * 3).astype(np.float32) + np.float32(shift)  # none 0.9 * REPEATED behind
    candidates = np.arange(50, dtype=np.int32)[None]
    assert sorted(diversify(scores, candidates, vectors, 10, 1.0)[0] // 5) == list(range(10))
    assert set(diversify(scores, candidates, vectors, 10, 0.0)[0] // 5) == {0, 1}


@pytest.mark.skipif(not jit.COMPILED, reason="kernels are plain Python")
def test_a_list_of_a_hundred_candidates_is_quick():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(1000, 100)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    scores, candidates = (
        -np.arange(100, dtype=np.float32)[None] / 50,
        rng.permutation(1000)[None, :100].astype(np.int32),
    )

    def seconds():
        start = time.perf_counter()
        diversify(scores, candidates, vectors, 10, 1.0)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(200)) < 50e-6


def csr(rows, n_words):
    indptr = np.cumsum([0, *map(len, rows)])
    indices = np.array([word for row in rows for word in row], np.int32)
    return sparse.csr_array((np.full(len(indices), 0.5, np.float32), indices, indptr), shape=(len(rows), n_words))


def test_echoes_by_hand():
    vectors = np.concatenate([VECTORS, np.zeros((1, 3), np.float32)])  # the last word has no vector
    echo = echoes(csr([[0, 2], [], [1], [4]], 5), vectors, np.array([1, 2, 3, 4]))
    expected = [[0.8, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]]
    np.testing.assert_allclose(echo, expected, atol=1e-6)
    assert echo.dtype == np.float32 and echoes(csr([], 5), vectors, np.array([1])).shape == (0, 1)


def test_novelty_by_hand():
    log_frequency = np.log(np.array([0.5, 0.25, 0.25], np.float32))
    echo = np.array([[0.0, NEAR, 1.0], [(1 + NEAR) / 2, 0.2, -0.0]], np.float32)
    # At 1 the logarithm of the share goes, and ECHOED from a word of the description, half of it halfway from NEAR.
    gone = -log_frequency - ECHOED * np.array([[0, 0, 1], [0.5, 0, 0]])
    np.testing.assert_allclose(novelty_shift(log_frequency, echo, 1.0), gone, rtol=1e-5)
    np.testing.assert_allclose(novelty_shift(log_frequency, echo, 0.25), gone / 4, rtol=1e-5)
    assert novelty_shift(log_frequency, echo, 0.25).dtype == np.float32


def test_novelty_one_ranks_by_pointwise_mutual_information():
    log_p = np.log(np.array([[0.6, 0.3, 0.1]], np.float32))
    log_frequency = np.log(np.array([0.9, 0.08, 0.02], np.float32))  # P(t | post) / P(t): 2/3, 3.75, 5
    shifted = log_p + novelty_shift(log_frequency, np.zeros((1, 3), np.float32), 1.0)
    np.testing.assert_allclose(np.exp(shifted), [[2 / 3, 3.75, 5]], rtol=1e-5)


@given(st.lists(st.floats(-20, 0) | st.just(-np.inf), min_size=1, max_size=5))
def test_no_novelty_changes_nothing(log_frequency):
    echo = np.linspace(0, 1, 2 * len(log_frequency), dtype=np.float32).reshape(2, -1)
    shift = novelty_shift(np.array(log_frequency), echo, 0.0)
    assert shift.tobytes() == np.zeros_like(echo).tobytes()  # no NaN and no -0 either


@pytest.mark.parametrize("value", [-0.1, 1.5, float("nan")])
def test_settings_out_of_range_are_refused(value):
    with pytest.raises(SettingsError, match=rf"diversity is {value}; it must lie in \[0, 1\]"):
        diversify(SCORES, IDS, VECTORS, 4, value)
    with pytest.raises(SettingsError, match="diversity is"):
        reachable(SCORES, SCORES[:, 1], value)
    with pytest.raises(SettingsError, match="novelty is"):
        novelty_shift(np.zeros(1), np.zeros((1, 1)), value)
