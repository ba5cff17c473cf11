"""How sure a difference between two systems is: the paired bootstrap.

Both systems answered the same posts. Posts are drawn with replacement, as many as there are, and the mean difference
over them is taken; the middle 95 % of many such means are the percentile interval (Efron and Tibshirani 1993, An
Introduction to the Bootstrap, chapter 13). One draw of posts serves all systems and measures.
"""

from __future__ import annotations

import numpy as np

from instahash.errors import DataError

N_RESAMPLES = 2000
LEVEL = 0.95
# Numbers in the counts of the resamples that are worked on at once, 32 MB of them.
COUNTS = 1 << 22


def paired_bootstrap(ours, theirs, seed=0, n_resamples=N_RESAMPLES):
    """The mean of `ours` - `theirs` and its 95 % percentile interval.

    ours, theirs : (n,) float, a measure of the same n >= 1 posts for two systems.  seed : 0 or more.

    Returns a dict of floats: "difference" the mean of ours - theirs, "low" and "high" the interval, "relative" the
    difference divided by the mean of theirs, None where that is 0. Raises DataError for other shapes.
    """
    values = {"ours": {"measure": ours}, "theirs": {"measure": theirs}}
    return differences(values, "ours", seed, n_resamples)["theirs"]["measure"]


def differences(values, system, seed=0, n_resamples=N_RESAMPLES):
    """:func:`paired_bootstrap` of `system` and every other system, for each measure.

    values : dict of system -> measure -> (n,) float; each system has the same measures of the same n >= 1 posts.
    Returns a dict of the other systems -> measure -> what paired_bootstrap returns. Raises DataError for other shapes.
    """
    pairs = [(other, name) for other in values if other != system for name in values[system]]
    shapes = {np.shape(array) for measures in values.values() for array in measures.values()}
    if len(shapes) != 1 or len(shape := shapes.pop()) != 1 or not shape[0]:
        raise DataError(
            "a paired bootstrap compares values of the same posts; give arrays (n,) of one length, 1 or more"
        )
    if not pairs:
        return {}
    apart = np.stack([np.subtract(values[system][name], values[other][name]) for other, name in pairs], axis=1)
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    bounds = np.quantile(resampled_means(apart, seed, n_resamples), tails, axis=0)
    result = {other: {} for other, _ in pairs}
    for (other, name), difference, low, high in zip(pairs, apart.mean(axis=0), *bounds):
        mean = float(np.mean(values[other][name]))
        result[other][name] = {
            "difference": float(difference),
            "low": float(low),
            "high": float(high),
            "relative": float(difference) / mean if mean else None,
        }
    return result


def mean_intervals(values, seed=0, n_resamples=N_RESAMPLES):
    """The 95 % percentile interval of each mean: dict of system -> measure -> (low, high).

    values : dict of system -> measure -> (n,) float; each system has the same measures of the same n >= 1 posts.
    """
    columns = [(system, name) for system, measures in values.items() for name in measures]
    means = resampled_means(np.stack([values[system][name] for system, name in columns], axis=1), seed, n_resamples)
    bounds = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0).T.tolist()
    result = {system: {} for system in values}
    for (system, name), (low, high) in zip(columns, bounds):
        result[system][name] = (low, high)
    return result


def resampled_means(values, seed=0, n_resamples=N_RESAMPLES):
    """Column means of rows drawn with replacement, as many as there are.

    values : (n, m) float, n >= 1.  Returns (n_resamples, m) float64; one resample draws the same rows for all columns.
    """
    n, rng = len(values), np.random.default_rng(seed)
    means = np.empty((n_resamples, values.shape[1]))
    step = max(1, COUNTS // n)
    for start in range(0, n_resamples, step):
        # How often each row is drawn is all that a mean needs, and turns the means into one product of matrices.
        counts = np.empty((min(step, n_resamples - start), n))
        for row in counts:
            row[:] = np.bincount(rng.integers(n, size=n, dtype=np.int32), minlength=n)
        means[start : start + step] = counts @ values / n
    return means
