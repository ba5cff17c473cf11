"""Bands of the hashtag vocabulary, and what is counted in them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.evaluation.bands import BandCounts, bands_of

counts_of_words = st.lists(st.integers(0, 50), min_size=1).filter(any).map(np.array)


@pytest.mark.parametrize(
    "counts, bands",
    [
        ([2, 10, 0, 5, 3], [2, 0, -1, 1, 1]),  # of 20 uses the head has ten and the tail two
        ([7], [0]),
        ([1, 1, 1, 1], [0, 0, 0, 0]),
        ([60, 40], [0, 2]),
        ([10, 2, 6, 1, 1, 1, 1, 1, 1], [0, 1, 0, 2, 2, 2, 2, 2, 2]),  # all that are used once, though three reach 2.4
        ([8, 8, 6, 8], [0, 0, 2, 0]),  # two of the three reach half of 30
    ],
)
def test_bands_by_hand(counts, bands):
    assert bands_of(np.array(counts)).tolist() == bands


@given(counts_of_words)
def test_bands_are_the_shortest_that_reach_their_part(counts):
    bands, total = bands_of(counts), counts.sum()
    assert ((bands < 0) == (counts == 0)).all()
    head, middle, tail = (counts[bands == band] for band in range(3))
    assert 2 * head.sum() >= total and 2 * head[head > head.min()].sum() < total
    assert head.min() > max(middle.max(initial=0), tail.max(initial=0))
    if len(middle):
        assert middle.min() > tail.max() and 10 * tail.sum() >= total
    assert 10 * tail[tail < tail.max(initial=0)].sum() < total


SYSTEMS = ("ours", "other")


def counted():
    """Words 0 and 1 are the head, 2 and 3 the middle, 4 the tail; 5 is no hashtag. Two posts, two systems."""
    found = BandCounts(np.array([30, 25, 20, 15, 10, 0]))
    truth = sparse.csr_array(np.array([[1, 1, 0, 0, 1, 0], [0, 0, 1, 0, 0, 0]], np.int8))
    found.want(truth)
    lists = {"ours": [[0, 4, 5], [2, -1, -1]], "other": [[0, 1, 2], [0, 1, 2]]}
    for system, ranked in lists.items():
        hit = [[i >= 0 and truth[post, i] > 0 for i in row] for post, row in enumerate(ranked)]
        found.add(system, np.array(ranked), np.array(hit))
    return found


def test_quality_by_band_by_hand():
    value = counted().to_json()
    sizes = {band: (row["hashtags"], row["least_uses"], row["wanted"]) for band, row in value.items()}
    assert sizes == {"head": (2, 25, 2), "middle": (2, 15, 1), "tail": (1, 10, 1)}
    for k in (5, 10):
        columns = f"recall@{k}", f"share@{k}", f"precision@{k}"
        of = {name: [tuple(row["systems"][name][c] for c in columns) for row in value.values()] for name in SYSTEMS}
        # The fourth of the four recommendations is no hashtag; both hits of the head are word 0 or 1.
        assert of["ours"] == [(1 / 2, 1 / 4, 1), (1, 1 / 4, 1), (1, 1 / 4, 1)]
        assert of["other"] == [(1, pytest.approx(4 / 6), 2 / 4), (1, pytest.approx(2 / 6), 1 / 2), (0, 0, None)]


def test_only_the_first_five_and_ten_count():
    found = BandCounts(np.arange(12, 0, -1))
    ranked = np.arange(12)[None, ::-1]
    found.want(sparse.csr_array(np.ones((1, 12), np.int8)))
    found.add("ours", ranked, np.ones((1, 12), bool))
    value = found.to_json()
    assert [row["wanted"] for row in value.values()] == [4, 4, 4]
    of = {name: [row["systems"]["ours"][name] for row in value.values()] for name in value["head"]["systems"]["ours"]}
    assert of["share@10"] == [0.2, 0.4, 0.4] and of["recall@10"] == [1 / 2, 1, 1]
    assert of["share@5"] == [0, 0.2, 0.8] and of["recall@5"] == [0, 1 / 4, 1] and of["precision@5"] == [None, 1, 1]


def test_an_empty_band_has_no_recall():
    found = BandCounts(np.array([5]))
    found.want(sparse.csr_array(np.ones((1, 1), np.int8)))
    found.add("ours", np.array([[0]]), np.array([[True]]))
    nothing = {"recall": None, "share": 0, "precision": None}
    assert found.to_json()["tail"] == {
        "hashtags": 0,
        "least_uses": None,
        "wanted": 0,
        "systems": {"ours": {f"{name}@{k}": value for k in (5, 10) for name, value in nothing.items()}},
    }
