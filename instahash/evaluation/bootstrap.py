"""Confidence intervals of means and of differences between systems: the paired bootstrap.

All systems recommended for the same posts. Posts are drawn with replacement, as many as there are, and the mean over
them is computed; the middle 95 % of many such means are the percentile interval (Efron and Tibshirani 1993, An
Introduction to the Bootstrap, chapter 13). One draw of posts serves all systems and measures.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from instahash.arrays import as_array, check_memory, plain
from instahash.errors import DataError
from instahash.parameters import whole

N_RESAMPLES = 2000
LEVEL = 0.95
# How many numbers the counts of the resamples have that are computed at once: 32 MB.
COUNTS_AT_ONCE = 1 << 22

# System -> measure -> (n,) float of the same n >= 1 posts; each system has the same measures.
Values = Mapping[str, Mapping[str, np.ndarray]]
Difference = dict[str, "float | None"]


def paired_bootstrap(ours: np.ndarray, theirs: np.ndarray, seed: int = 0) -> Difference:
    """The mean of `ours` - `theirs` and its 95 % percentile interval.

    ours, theirs : (n,) float, a measure of the same n >= 1 posts for two systems.  seed : 0 or more.

    Returns a dict of floats: "difference" the mean of ours - theirs, "low" and "high" the interval, "relative" the
    difference divided by the mean of theirs, None where that is 0. Raises DataError for other shapes.
    """
    return differences({"ours": {"": ours}, "theirs": {"": theirs}}, "ours", seed)["theirs"][""]


def differences(values: Values, system: str, seed: int = 0) -> dict[str, dict[str, Difference]]:
    """:func:`paired_bootstrap` of `system` and every other system: other system -> measure -> its result."""
    seed = whole(seed, "seed", 0, DataError)
    shapes = {plain(array, "a measure").shape for measures in values.values() for array in measures.values()}
    if len(shapes) != 1 or len(shape := shapes.pop()) != 1 or not shape[0]:
        wanted = "give arrays (n,) of one length, 1 or more"
        raise DataError(f"a paired bootstrap compares values of the same posts; {wanted}")
    values = {
        name: {measure: as_array(array, "a measure", ("n",)) for measure, array in measures.items()}
        for name, measures in values.items()
    }
    apart = {
        other: {name: np.subtract(values[system][name], value) for name, value in measures.items()}
        for other, measures in values.items()
        if other != system
    }
    result: dict[str, dict[str, Difference]] = {}
    for other, measures in mean_intervals(apart, seed).items():
        result[other] = {}
        for name, (low, high) in measures.items():
            difference, theirs = float(apart[other][name].mean()), float(np.mean(values[other][name]))
            relative = difference / theirs if theirs else None
            result[other][name] = {"difference": difference, "low": low, "high": high, "relative": relative}
    return result


def mean_intervals(values: Values, seed: int = 0) -> dict[str, dict[str, tuple[float, float]]]:
    """The 95 % percentile interval of each mean: dict of system -> measure -> (low, high)."""
    columns = [value for measures in values.values() for value in measures.values()]
    if not columns:
        return {}
    means = resampled_means(np.stack(columns, axis=1), seed, N_RESAMPLES)
    bounds = iter(np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0).T.tolist())
    return {system: {name: tuple(next(bounds)) for name in measures} for system, measures in values.items()}


def resampled_means(values: np.ndarray, seed: int, n_resamples: int) -> np.ndarray:
    """Column means of rows drawn with replacement, as many as there are.

    values : (n, m) float, n >= 1.  Returns (n_resamples, m) float64; one resample draws the same rows for all columns.
    Raises DataError for others.
    """
    values, seed = as_array(values, "values", ("n", "m")), whole(seed, "seed", 0, DataError)
    n_resamples = whole(n_resamples, "n_resamples", 1, DataError)
    if not len(values):
        raise DataError("values have no row to draw; give one or more")
    check_memory(8 * n_resamples * values.shape[1], f"{n_resamples:,} resamples")
    n, rng = len(values), np.random.default_rng(seed)
    means = np.empty((n_resamples, values.shape[1]))
    step = max(1, COUNTS_AT_ONCE // n)
    for start in range(0, n_resamples, step):
        # A mean needs only how often each row is drawn, so that the means are one product of matrices.
        counts = np.empty((min(step, n_resamples - start), n))
        for row in counts:
            row[:] = np.bincount(rng.integers(n, size=n, dtype=np.int32), minlength=n)
        means[start : start + step] = counts @ values / n
    return means
