"""What lists are like: numbers worked by hand, and a double loop."""

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.dense import unit_rows
from instahash.evaluation.novelty import coverage, intra_list_similarity, novelty, self_information
from instahash.testing import bag_matrices

N_WORDS = 10


def matrix(sets):
    indptr = np.cumsum([0] + [len(s) for s in sets])
    indices = np.array([w for s in sets for w in sorted(s)], np.int32)
    # Stored entries are the members, whatever their value.
    return sparse.csr_array((np.full(len(indices), 7.0), indices, indptr), shape=(len(sets), N_WORDS))


def test_novelty_by_hand():
    """Of 8 posts all use word 0, half use word 1, one uses word 2, none uses word 3: 0, 1, 3 and 3 bits."""
    information = self_information([8, 4, 1, 0], 8)
    np.testing.assert_array_equal(information, [0, 1, 3, 3])
    information = np.append(information, np.zeros(N_WORDS - 4))
    found = novelty(matrix([{0}, {1, 2}, {0, 1, 2}, set()]), information)
    np.testing.assert_allclose(found, [0, 2, 4 / 3, np.nan])
    assert self_information([3], 10)[0] == pytest.approx(-log2(0.3))


@given(bag_matrices(N_WORDS, min_posts=1), st.integers(0, 10**6))
def test_novelty_is_that_of_a_loop(lists, seed):
    counts = np.random.default_rng(seed).integers(1, 50, N_WORDS)
    for row, found in enumerate(novelty(lists, self_information(counts, 50))):
        ids = lists.indices[lists.indptr[row] : lists.indptr[row + 1]]
        assert found == pytest.approx(np.mean([-log2(counts[i] / 50) for i in ids])) if len(ids) else np.isnan(found)


def test_coverage_by_hand():
    """Words 0, 2, 3 and 5 are hashtags; 0 is in two lists, 3 in one; word 4 is none and does not count."""
    is_hashtag = np.isin(np.arange(6), [0, 2, 3, 5])
    assert coverage([2, 0, 0, 1, 4, 0], is_hashtag) == 0.5
    assert coverage([0] * 6, is_hashtag) == 0 and coverage([1, 0, 9, 1, 0, 1], is_hashtag) == 1


def test_intra_list_similarity_by_hand():
    """Directions 0, 0, 90 and 180 degrees, lengths of no matter, and a word without a direction."""
    vectors = np.zeros((N_WORDS, 2))
    vectors[:4] = [[5, 0], [1, 0], [0, 2], [-3, 0]]
    found = intra_list_similarity(
        matrix([{0, 1}, {0, 2}, {0, 3}, {0, 1, 2}, {0, 1, 4}, {4, 5}, {0}, set()]), unit_rows(vectors)
    )
    np.testing.assert_allclose(found, [1, 0, -1, 1 / 3, 1 / 3, 0, np.nan, np.nan], atol=1e-12)


@given(bag_matrices(N_WORDS, min_posts=1), st.integers(0, 10**6))
def test_intra_list_similarity_is_that_of_a_double_loop(lists, seed):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(N_WORDS, 3)).astype(np.float32)
    vectors[rng.random(N_WORDS) < 0.2] = 0
    for row, found in enumerate(intra_list_similarity(lists, unit_rows(vectors))):
        ids, cosines = lists.indices[lists.indptr[row] : lists.indptr[row + 1]], []
        for i in ids:
            for j in ids:
                if i != j:
                    lengths = np.linalg.norm(vectors[i]) * np.linalg.norm(vectors[j])
                    cosines.append(vectors[i] @ vectors[j] / lengths if lengths else 0.0)
        assert found == pytest.approx(np.mean(cosines), abs=1e-6) if cosines else np.isnan(found)
