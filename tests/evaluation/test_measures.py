"""The measures: numbers worked by hand, and their laws."""

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.evaluation import cosine, jaccard, ranking_measures
from instahash.evaluation.ranking import accuracy, average_precision, ndcg, precision, ranking_values, recall
from instahash.evaluation.similarity import fraction_table, histogram
from instahash.sparse import is_member
from instahash.testing import bag_matrices

N_WORDS = 10


def matrix(sets):
    indptr = np.cumsum([0] + [len(s) for s in sets])
    indices = np.array([w for s in sets for w in sorted(s)], dtype=np.int32)
    return sparse.csr_array((np.ones(len(indices), np.int8), indices, indptr), shape=(len(sets), N_WORDS))


@st.composite
def ranked_and_truth(draw):
    """Rankings of 10 words, some cut short and padded, and a non-empty truth a post."""
    truth = draw(bag_matrices(N_WORDS, min_posts=1, min_size=1))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    ranked = np.array([rng.permutation(N_WORDS) for _ in range(truth.shape[0])], dtype=np.int32)
    for row in ranked:
        row[rng.integers(0, N_WORDS + 1) :] = -1
    return ranked, truth


def test_ranking_by_hand():
    """One post, truth {3, 5, 9}, hits at ranks 1 and 4."""
    ranked, truth = np.array([[3, 0, 1, 9, 2, 4, 6, 7, 8, -1]]), matrix([{3, 5, 9}])
    measures = ranking_measures(ranked, truth)
    assert measures == pytest.approx(
        {
            "precision@1": 1.0,
            "precision@5": 2 / 5,
            "recall@5": 2 / 3,
            "accuracy@5": 1.0,
            "ndcg@5": (1 + 1 / log2(5)) / (1 + 1 / log2(3) + 1 / log2(4)),
            "recall@10": 2 / 3,
            "accuracy@10": 1.0,
            "ndcg@10": (1 + 1 / log2(5)) / (1 + 1 / log2(3) + 1 / log2(4)),
            "map@10": (1 + 2 / 4) / 3,
        }
    )


def test_a_hit_in_the_sixth_place_is_none_in_the_first_five():
    measures = ranking_measures(np.array([[0, 1, 2, 4, 6, 3]]), matrix([{3}]))
    assert {name: value for name, value in measures.items() if name.endswith("@5")} == dict.fromkeys(
        ["precision@5", "recall@5", "accuracy@5", "ndcg@5"], 0
    )
    assert measures["ndcg@10"] == pytest.approx(1 / log2(7)) and measures["recall@10"] == 1


def test_averages_are_over_posts_by_hand():
    ranked, truth = np.array([[0, 1], [0, 1], [-1, -1]]), matrix([{0}, {1}, {0}])
    measures = ranking_measures(ranked, truth)
    assert measures["precision@1"] == pytest.approx(1 / 3)
    assert measures["recall@5"] == pytest.approx(2 / 3)
    assert measures["ndcg@10"] == pytest.approx((1 + 1 / log2(3)) / 3)


@given(ranked_and_truth())
def test_measures_are_means_of_what_each_post_alone_has(drawn):
    ranked, truth = drawn
    values = ranking_values(is_member(ranked, truth), np.diff(truth.indptr))
    measures = ranking_measures(ranked, truth)
    assert list(values) == list(measures)
    for name, value in values.items():
        alone = [ranking_measures(ranked[[i]], truth[[i]])[name] for i in range(len(ranked))]
        np.testing.assert_allclose(value, alone, rtol=1e-12)
        assert measures[name] == pytest.approx(np.mean(alone))


@given(ranked_and_truth(), st.integers(1, 10))
def test_ranking_laws(drawn, k):
    ranked, truth = drawn
    hit, sizes = is_member(ranked, truth), np.diff(truth.indptr)
    for post, row in enumerate(ranked):
        members = set(truth.indices[truth.indptr[post] : truth.indptr[post + 1]])
        assert hit[post].tolist() == [word in members for word in row]
    np.testing.assert_allclose(precision(hit, sizes, k) * k, recall(hit, sizes, k) * sizes)
    assert (accuracy(hit, sizes, k) >= recall(hit, sizes, k)).all() and (
        accuracy(hit, sizes, k) >= ndcg(hit, sizes, k) - 1e-12
    ).all()
    assert set(accuracy(hit, sizes, k)) <= {0.0, 1.0}
    ideal = hit[:, :k].sum(axis=1) == np.minimum(sizes, k)
    in_front = np.array([row[: row.sum()].all() for row in hit[:, :k]])
    for measure in (ndcg, average_precision):
        values = measure(hit, sizes, k)
        assert ((values >= 0) & (values <= 1 + 1e-12)).all()
        np.testing.assert_array_equal(values > 1 - 1e-12, ideal & in_front)
    if k > 1:
        assert (recall(hit, sizes, k) >= recall(hit, sizes, k - 1)).all()


@given(ranked_and_truth(), st.integers(0, 10**6))
def test_the_order_of_posts_changes_nothing(drawn, seed):
    ranked, truth = drawn
    order = np.random.default_rng(seed).permutation(len(ranked))
    assert ranking_measures(ranked[order], truth[order]) == pytest.approx(ranking_measures(ranked, truth))


def test_jaccard_and_cosine_by_hand():
    a, b = matrix([{0, 1}, {0}, set(), {2}]), matrix([{1, 2, 3}, {0}, set(), set()])
    np.testing.assert_allclose(jaccard(a, b), [1 / 4, 1, 0, 0])
    vectors = np.zeros((N_WORDS, 2))
    vectors[0], vectors[1], vectors[2], vectors[3] = [5, 0], [0, 1], [-2, 0], [0, -3]
    # The mean of (1, 0) and (0, 1) against that of (0, 1), (-1, 0), (0, -1), which is (-1/3, 0).
    np.testing.assert_allclose(cosine(a, b, vectors), [-np.sqrt(0.5), 1, np.nan, np.nan])


@given(bag_matrices(N_WORDS, min_posts=1), st.integers(0, 10**6))
def test_similarity_laws(a, seed):
    rng = np.random.default_rng(seed)
    b, vectors = a[rng.permutation(a.shape[0])], rng.normal(size=(N_WORDS, 4))
    same, filled = jaccard(a, a), np.diff(a.indptr) > 0
    np.testing.assert_array_equal(same, filled.astype(float))
    np.testing.assert_array_equal(jaccard(a, b), jaccard(b, a))
    equal = np.array([set(a[[i]].indices) == set(b[[i]].indices) for i in range(a.shape[0])])
    np.testing.assert_array_equal(jaccard(a, b) == 1, equal & filled)
    scaled = vectors * rng.uniform(0.1, 9, size=(N_WORDS, 1))
    np.testing.assert_allclose(cosine(a, b, vectors), cosine(a, b, scaled), atol=1e-9)
    np.testing.assert_allclose(cosine(a, a, vectors)[filled], 1)
    assert np.isnan(cosine(a, b, vectors)[~filled]).all()


def test_fraction_table_by_hand():
    table = fraction_table([0.8, 0.5, 0.3, 0.1, -0.2, np.nan])
    assert table == pytest.approx({"mean": 0.3, ">0.7": 0.2, ">0.3": 0.4, "<0.3": 0.4, "<0.0": 0.2})
    assert fraction_table([np.nan]) == {"mean": 0.0, ">0.7": 0.0, ">0.3": 0.0, "<0.3": 0.0, "<0.0": 0.0}


@given(st.lists(st.floats(-1, 1) | st.just(float("nan")), max_size=30))
def test_histogram_counts_every_value(values):
    made = histogram(values, -1.0)
    assert sum(made["counts"]) == sum(value == value for value in values)
    assert len(made["edges"]) == len(made["counts"]) + 1 == 21 and made["edges"][0] == -1 and made["edges"][-1] == 1
