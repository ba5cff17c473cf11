"""A gradient at many points that Hypothesis draws; the example shown is small, and its mistake the one found."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from instahash.testing.errors import GradientError, is_unexplained, marks_of
from instahash.testing.gradients import check_gradient
from instahash.testing.options import must_be_some

__tracebackhide__ = True

# So many points are tried for one that is smaller; further ones change little, and each is a whole check.
MOST_ALIKE = 200


def check_points(
    loss: Callable[..., Any], gradient: Callable[..., Any] | bool, points: Any, *, n_points: int = 50, **options: Any
) -> int:
    """Check a gradient at points of a Hypothesis strategy, each a list of parameters.

    points : such as `instahash.testing.points(("n", "m"), "m")`.  n_points : how many are tried, the same in each run.
    options : as those of :func:`check_gradient`.

    Where a test with @given shrinks to any example that fails, this one keeps the mistake: of the points that fail, the
    largest that is explained tells the kinds and places, and the smallest that has the same ones is shown. A point with
    a kink, for which :class:`NotSmoothError` is raised, counts as one that fails.

    Returns how many points were tried.

    Raises GradientError as :func:`check_gradient` does, with a last line of the point; TypeError where `points` is no
    strategy.
    """
    from hypothesis import Phase, find
    from hypothesis.errors import NoSuchExample
    from hypothesis.strategies import SearchStrategy

    must_be_some(n_points, "n_points")
    if not isinstance(points, SearchStrategy):
        raise TypeError(f"points must be a strategy, as testing.points(('n', 'm'), 'm'), not a {type(points).__name__}")
    failed: list[tuple[int, Any, GradientError]] = []
    tried = 0

    def error_at(point: Any) -> GradientError | None:
        nonlocal tried
        tried += 1
        try:
            check_gradient(loss, gradient, *point, **options)
        except GradientError as error:
            return error
        return None

    def collected(point: Any) -> bool:
        if error := error_at(point):
            failed.append((sum(np.size(param) for param in point), point, error))
        return False

    with suppress(NoSuchExample):
        find(points, collected, settings=_settings(max_examples=n_points, phases=[Phase.generate]))
    if not failed:
        return tried
    smallest = _smallest(points, n_points, failed, error_at)
    error = error_at(smallest)
    if error is None:
        text = "the functions differ from call to call at one point; hand in what they draw, as kwargs={...}"
        raise GradientError(text, {"gradient": "state"})
    raise type(error)(f"{error}\nat {_in_a_line(smallest)}", error.kinds, error.places)


def _smallest(
    points: Any, n_points: int, failed: list[tuple[int, Any, GradientError]], error_at: Callable[[Any], Any]
) -> Any:
    """The smallest point with the mistake of the largest explained one of those that failed, each behind its size."""
    from hypothesis import find
    from hypothesis.errors import NoSuchExample

    failed.sort(key=lambda one: one[0])
    errors = [error for *_, error in failed]
    marks = marks_of(next((error for error in reversed(errors) if not is_unexplained(error)), errors[-1]))
    alike: dict[bytes, bool] = {}

    def is_alike(point: Any) -> bool:
        """Whether it shows the mistake; no of all after so many. Hypothesis asks again of the one that it returns."""
        key = pickle.dumps(point)
        if key not in alike and len(alike) < MOST_ALIKE:
            error = error_at(point)
            alike[key] = error is not None and marks_of(error) == marks
        return alike.get(key, False)

    try:
        return find(points, is_alike, settings=_settings(max_examples=10 * n_points))
    except NoSuchExample:  # what it draws is other than before, and the mistake may be rare
        return next(point for _, point, error in failed if marks_of(error) == marks)


def _settings(**options: Any) -> Any:
    """The same points in each run, however long a check of them takes."""
    from hypothesis import HealthCheck, settings

    return settings(database=None, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), **options)


def _in_a_line(point: Any) -> str:
    texts = [np.array2string(np.asarray(param), separator=", ", threshold=20) for param in point]
    return " and ".join(text.replace("\n", "") for text in texts)
