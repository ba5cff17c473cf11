"""How common hashtags are: big, middle or niche, each group with a third of all uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

GROUPS = ("big", "middle", "niche")


def places_of_groups(counts: np.ndarray) -> np.ndarray:
    """The place in GROUPS of each hashtag.

    The most used ones that have a third of all uses together are big, the next ones up to two thirds middle, and the
    others niche. A hashtag on a border belongs to the group before it, and those that are used as often stay together.

    counts : (n,) int, in how many posts each hashtag is.  Returns (n,) int.
    """
    values, hashtags = np.unique(counts, return_counts=True)
    uses = values * hashtags
    before = uses.sum() - np.cumsum(uses)  # uses of what is more common
    return np.minimum(3 * before // max(1, uses.sum()), len(GROUPS) - 1)[np.searchsorted(values, counts)]


def mixed(hashtags: Sequence[dict[str, Any]], mix: Sequence[int]) -> list[dict[str, Any]]:
    """The first hashtags of each group, as many as `mix` has in the place of the group, in their order."""
    left = dict(zip(GROUPS, mix))
    kept = []
    for hashtag in hashtags:
        if left[hashtag["group"]]:
            left[hashtag["group"]] -= 1
            kept.append(hashtag)
    return kept
