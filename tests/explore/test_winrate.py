"""Wilson's interval: published numbers, and its own equation."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.explore.winrate import Z95, wilson, win_rates


@pytest.mark.parametrize(
    "wins, n, low, high",
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_intervals(wins, n, low, high):
    assert wilson(wins, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_its_ends_are_just_bearable(case):
    """An end p is where |wins/n - p| is z standard deviations of p; and what one side gains the other loses."""
    wins, n = case
    low, high = wilson(wins, n)
    assert 0 <= low <= wins / n <= high <= 1
    for p in (low, high):
        assert abs(wins / n - p) == pytest.approx(Z95 * sqrt(p * (1 - p) / n), abs=1e-9)
    assert wilson(n - wins, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


def test_both_ways_of_counting_ties():
    rates = win_rates(6, 2, 4)
    assert (rates["without_ties"]["wins"], rates["without_ties"]["n"], rates["without_ties"]["rate"]) == (6, 8, 0.75)
    assert (rates["ties_half"]["wins"], rates["ties_half"]["n"]) == (8, 12)
    assert rates["ties_half"]["rate"] == pytest.approx(2 / 3)
    assert (rates["ties_half"]["low"], rates["ties_half"]["high"]) == wilson(8, 12)
    nothing = win_rates(0, 0, 0)["without_ties"]
    assert (nothing["rate"], nothing["low"], nothing["high"]) == (None, 0, 1)
    assert win_rates(0, 0, 5)["ties_half"]["rate"] == 0.5
