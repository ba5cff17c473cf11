"""Which outputs a post's targets will be told from, before a training begins, and why."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from instahash.arrays import as_counts
from instahash.errors import DataError
from instahash.parameters import whole
from instahash.softmax.sampled import inclusion
from instahash.softmax.settings import SoftmaxSettings

# How many times more outputs there must be than a batch has: with two thirds of them a step takes three quarters of the
# time, with a half of them 0.6 of it.
TIMES_MORE = 1.4


class Plan(NamedTuple):
    """What a training will be.

    negatives : "all" or "batch".  outputs : those that a step computes, the mean where they are a batch's.
    """

    negatives: str
    outputs: float
    why: str


def make_plan(settings: SoftmaxSettings, counts: np.ndarray, n_posts: int) -> Plan:
    """The Plan of training on targets that `counts` (n_outputs,) of the posts store. Raises DataError for others."""
    counts, n_posts = as_counts(counts, "softmax: counts"), whole(n_posts, "softmax: n_posts", 1, DataError)
    if counts.max(initial=0) > n_posts:
        raise DataError(
            f"softmax: counts have {counts.max()} of {n_posts} posts; give the posts that they are counts of"
        )
    m, n_outputs = min(settings.batch_size, n_posts), len(counts)
    expected = float(inclusion(counts[counts > 0], n_posts, m).sum())
    negatives, why = settings.negatives, "as the settings say"
    if negatives == "auto":
        negatives = "batch" if m > 1 and TIMES_MORE * expected < n_outputs else "all"
        why = f"a batch of {m} posts has about {expected:,.0f} of all {n_outputs:,}"
    return Plan(negatives, expected if negatives == "batch" else n_outputs, why)
