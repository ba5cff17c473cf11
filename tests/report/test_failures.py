"""Clusters against their definition; near misses, wrong and missed hashtags by hand."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.report.failures import NEAR_COSINE, SMALLEST, clusters, near_misses, stand_ins, worst, wrong_and_missed


def by_definition(unit, least):
    """All sets, tried one by one, of which each member has all others nearer than the rest; the largest of them."""
    cosines, n = unit @ unit.T, len(unit)
    found = []
    for size in range(min(8, n - 1), SMALLEST - 1, -1):
        for members in combinations(range(n), size):
            rest = [i for i in range(n) if i not in members]
            closed = all(min(cosines[i, j] for j in members if j != i) > max(cosines[i, rest]) for i in members)
            dense = np.mean([cosines[i, j] for i, j in combinations(members, 2)]) >= least
            if closed and dense and not any(set(members) <= set(larger) for larger in found):
                found.append(members)
    return sorted(found)


@given(st.integers(0, 10_000), st.integers(3, 9), st.integers(2, 3), st.sampled_from([-1, 0.5, 0.8]))
def test_clusters_are_those_of_the_definition(seed, n, dim, least):
    vectors = np.random.default_rng(seed).normal(size=(n, dim))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    found = clusters(unit, least)
    assert sorted(members for members, _ in found) == by_definition(unit, least)
    for members, cosine in found:
        assert cosine == pytest.approx(np.mean([unit[i] @ unit[j] for i, j in combinations(members, 2)]))
    assert [cosine for _, cosine in found] == sorted((cosine for _, cosine in found), reverse=True)


def test_planted_clusters(planted):
    unit = planted.details.unit[:8]
    assert sorted(members for members, _ in clusters(unit)) == [(1, 2, 3), (4, 5, 6)]
    spread = np.zeros((12, 6))
    spread[2:10] = unit  # words without a direction are in none, and shift no number
    assert sorted(members for members, _ in clusters(spread)) == [(3, 4, 5), (6, 7, 8)]
    assert clusters(np.zeros((5, 2))) == [] and clusters(np.eye(2)) == []


def test_of_nested_clusters_the_largest_that_is_dense():
    angles = np.radians([0, 2, 5, 40, 170, 180, 185, 280])
    unit = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    assert sorted(members for members, _ in clusters(unit)) == [(0, 1, 2, 3), (4, 5, 6)]
    assert sorted(members for members, _ in clusters(unit, 0.95)) == [(0, 1, 2), (4, 5, 6)]


# Five words, of which 0 and 1 are near, and 2 and 3. Three posts. 4 is near 1, which it never meets.
UNIT = np.array([[1, 0, 0], [0.8, 0.6, 0], [0, 0, 1], [0, 0.6, 0.8], [0.6, 0.8, 0]])
RANKED = np.array([[0, 2, -1], [1, 4, 3], [0, 1, 2]])
TRUTH = sparse.csr_array(np.array([[0, 1, 1, 0, 0], [1, 0, 1, 0, 0], [1, 0, 0, 1, 0]]))
HIT = np.array([[False, True, False], [False, False, False], [True, False, False]])


def test_near_misses_by_hand():
    wrong, missed = near_misses(RANKED, HIT, TRUTH, UNIT)
    # Post 0 wants 1 and 2 and says 0: wrong, near 1. Post 1 wants 0 and 2 and says 1 and 3: near 0 and 2.
    # Post 2 wants 0 and 3, says 1, near 0, which was said too, and 2, near 3, which was not.
    assert wrong == [(1, 0, 2, pytest.approx(0.8)), (0, 1, 1, pytest.approx(0.8)), (2, 3, 1, pytest.approx(0.8)),
                     (3, 2, 1, pytest.approx(0.8))]  # fmt: skip
    assert missed == [(0, 1, 1, pytest.approx(0.8)), (1, 0, 1, pytest.approx(0.8)), (2, 3, 1, pytest.approx(0.8)),
                      (3, 2, 1, pytest.approx(0.8))]  # fmt: skip
    assert near_misses(RANKED, HIT, TRUTH, UNIT, most=1) == [wrong[:1], missed[:1]]
    assert NEAR_COSINE <= 0.8 and near_misses(RANKED, HIT, TRUTH, np.eye(5)) == [[], []]


def test_stand_ins_by_hand():
    # All three posts use 0 or 1. In the first, 0 is said for 1; in the second 1 for 0; in the third 0 is right.
    assert stand_ins([0, 1], RANKED, HIT, TRUTH) == (3, 2, 0)
    assert stand_ins([2, 3], RANKED, HIT, TRUTH) == (3, 2, 2)
    # Nothing of a cluster is recommended: nothing stands for anything.
    assert stand_ins([0, 1], np.array([[2], [3], [4]]), HIT[:, :1] & False, TRUTH) == (3, 0, None)
    assert stand_ins([4], np.array([[0], [0], [0]]), HIT[:, :1], TRUTH) == (0, 0, None)


def test_wrong_and_missed_by_hand():
    recommended, wrong, used, missed = wrong_and_missed(RANKED, HIT, TRUTH)
    assert recommended.tolist() == [2, 2, 2, 1, 1] and wrong.tolist() == [1, 2, 1, 1, 1]
    assert used.tolist() == [2, 1, 2, 1, 0] and missed.tolist() == [1, 1, 1, 1, 0]


def test_the_worst_posts():
    ndcg, sizes = np.array([0.5, 0.0, 0.0, 0.1, 0.0]), np.array([3, 1, 4, 9, 4])
    assert worst(ndcg, sizes) == [2, 4, 1, 3, 0] and worst(ndcg, sizes, 2) == [2, 4]
