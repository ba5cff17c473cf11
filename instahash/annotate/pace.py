"""A pace that keeps calls below a rate."""

from __future__ import annotations

import threading
import time

from instahash.errors import AnnotatorError


class Pace:
    """Lets calls of up to `most` images start so that no minute sees more than `rate` images.

    A call of n images is followed by a pause of 60 n/(rate - margin) seconds. All calls of a minute but the last one
    then have rate - margin images together; the margin is for that one, and for one late call of each of `n_callers`,
    but at most half of the rate. The rate must be at least 4 most, or `most` be 1, where there may be no margin.
    Shared by threads; other processes are not known of.
    """

    def __init__(self, rate: float, most: int, n_callers: int = 1):
        margin = min((n_callers + 1) * most, rate / 2) if rate >= 4 * most else 0
        self._seconds = 60 / (rate - margin)
        self._lock, self._next = threading.Lock(), 0.0

    def wait(self, n_images: int, stopped: threading.Event) -> None:
        """Return when a call of n_images may start. Raises AnnotatorError when stopped meanwhile."""
        with self._lock:
            start = max(self._next, time.monotonic())
            self._next = start + n_images * self._seconds
        if stopped.wait(max(0.0, start - time.monotonic())):
            raise AnnotatorError("stopped")
