"""The paired bootstrap: numbers worked by hand, and how often its interval is right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.errors import DataError
from instahash.evaluation import bootstrap, paired_bootstrap
from instahash.evaluation.bootstrap import differences, resampled_means

seeds = st.integers(0, 10**6)


def test_two_posts_by_hand():
    """Differences 0 and 1: a resample has mean 0, 1/2, 1 with probability 1/4, 1/2, 1/4, so the interval is [0, 1]."""
    means, counts = np.unique(resampled_means(np.array([[0.0], [1.0]]), 0, 2000), return_counts=True)
    np.testing.assert_array_equal(means, [0, 0.5, 1])
    np.testing.assert_allclose(counts / counts.sum(), [1 / 4, 1 / 2, 1 / 4], atol=0.05)
    found = paired_bootstrap([0.25, 1.0], [0.25, 0.0])
    assert found == pytest.approx({"difference": 0.5, "low": 0.0, "high": 1.0, "relative": 4.0})


@given(st.integers(1, 40), seeds)
def test_equal_systems_do_not_differ(n, seed):
    values = np.random.default_rng(seed).random(n)
    assert paired_bootstrap(values, values, seed) == {"difference": 0, "low": 0, "high": 0, "relative": 0}


@given(st.integers(1, 40), st.floats(0.01, 1), st.booleans(), seeds)
def test_a_constant_difference_is_found_whatever_the_posts(n, apart, less, seed):
    """The same posts are drawn for both systems, so what they have in common falls out."""
    theirs, apart = np.random.default_rng(seed).random(n), -apart if less else apart
    found = paired_bootstrap(theirs + apart, theirs, seed)
    assert [found[name] for name in ("difference", "low", "high")] == pytest.approx([apart] * 3)
    assert found["relative"] == pytest.approx(apart / theirs.mean())


@given(st.integers(2, 40), seeds)
def test_the_other_way_round_the_interval_is_mirrored(n, seed):
    ours, theirs = np.random.default_rng(seed).random((2, n))
    found, turned = paired_bootstrap(ours, theirs, seed), paired_bootstrap(theirs, ours, seed)
    assert found["low"] <= found["difference"] <= found["high"]
    assert [-turned["difference"], -turned["high"], -turned["low"]] == pytest.approx(
        [found["difference"], found["low"], found["high"]]
    )


def test_a_normal_mean_by_the_book(monkeypatch):
    """Of 400 standard normal differences: +-1.96 standard errors of 1/20 about their mean, within a few hundredths."""
    values = np.random.default_rng(5).standard_normal(400)
    monkeypatch.setattr(bootstrap, "N_RESAMPLES", 20_000)
    found, error = paired_bootstrap(values, np.zeros(400)), values.std() / 20
    assert (found["high"] - found["difference"]) / error == pytest.approx(1.96, abs=0.06)
    assert (found["difference"] - found["low"]) / error == pytest.approx(1.96, abs=0.06)
    assert found["relative"] is None


def test_the_interval_has_the_true_difference_in_it_19_times_of_20():
    """1,000 experiments of 150 posts with skewed values and a true difference of 0.2."""
    rng = np.random.default_rng(11)
    values = {"ours": {"ndcg": np.zeros(150)}}
    values |= {i: {"ndcg": rng.exponential(0.5, 150) - 0.7} for i in range(1000)}
    found = [row["ndcg"] for row in differences(values, "ours").values()]
    inside = np.mean([row["low"] <= 0.2 <= row["high"] for row in found])
    assert 0.92 < inside < 0.97
    above, below = np.mean([row["low"] > 0.2 for row in found]), np.mean([row["high"] < 0.2 for row in found])
    assert 0.005 < above < 0.06 and 0.005 < below < 0.06


def test_systems_and_measures_are_kept_apart():
    rng = np.random.default_rng(2)
    values = {name: {"a": rng.random(30), "b": rng.random(30)} for name in ("x", "ours", "y")}
    found = differences(values, "ours", seed=4)
    assert list(found) == ["x", "y"]
    for other, measures in found.items():
        for name, row in measures.items():
            assert row == pytest.approx(paired_bootstrap(values["ours"][name], values[other][name], 4))
    assert differences({"ours": values["ours"]}, "ours") == {}


def test_the_seed_decides_and_the_size_of_a_block_does_not(monkeypatch):
    values = np.random.default_rng(0).random((101, 3))
    first, other = resampled_means(values, 1, 50), resampled_means(values, 2, 50)
    assert not np.isclose(first, other).all()
    monkeypatch.setattr(bootstrap, "COUNTS_AT_ONCE", 300)  # two resamples at a time
    np.testing.assert_allclose(resampled_means(values, 1, 50), first, rtol=1e-12)
    monkeypatch.setattr(bootstrap, "COUNTS_AT_ONCE", 5)  # less than one
    np.testing.assert_allclose(resampled_means(values, 1, 50), first, rtol=1e-12)


@pytest.mark.parametrize("ours, theirs", [([], []), ([1.0], [1.0, 2.0]), ([[1.0]], [[1.0]])])
def test_values_of_other_posts_are_refused(ours, theirs):
    with pytest.raises(DataError, match="give arrays .n,. of one length, 1 or more"):
        paired_bootstrap(ours, theirs)
