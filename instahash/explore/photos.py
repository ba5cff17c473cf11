"""What is seen in a photo that somebody drops on the page. Threads may ask at once: no photo waits for others."""

from __future__ import annotations

import threading
from contextlib import ExitStack, closing
from typing import Any

from instahash.annotate import Annotation, Cache, OfflineAnnotator, annotate, choose_annotator, default_cache
from instahash.errors import AnnotatorError, ImageError, InstahashError


class Labeller:
    """An annotator, looked for when it is first needed; its labels are kept only where they cost money.

    name : "google", "offline", or None for whichever is there.  max_cost : USD that Google's may cost, or None.
    features : whether the features of the offline network are wanted too, where it is there.
    """

    def __init__(self, name: str | None = None, max_cost: float | None = None, features: bool = False):
        self._name, self._max_cost, self._features = name, max_cost, features
        self._lock = threading.RLock()
        self._annotator: Any = None
        self._featurer: OfflineAnnotator | None = None

    def require(self) -> Any:
        """The annotator. Raises AnnotatorError where there is none."""
        with self._lock:
            if self._annotator is None:
                self._annotator = choose_annotator(self._name, max_cost=self._max_cost)
                self._featurer = self._network() if self._features else None
            return self._annotator

    def _network(self) -> OfflineAnnotator | None:
        """What gives the features; None where it is not installed, and then labels are all that is seen."""
        if isinstance(self._annotator, OfflineAnnotator):
            return self._annotator
        try:
            return OfflineAnnotator()
        except AnnotatorError:
            return None

    def state(self) -> dict[str, Any]:
        """Whether there is an annotator, its name and price in USD a photo, or why there is none."""
        try:
            annotator = self.require()
        except InstahashError as error:
            return {"available": False, "why": str(error)}
        return {"available": True, "name": annotator.name, "price": annotator.price}

    def annotation(self, content: bytes) -> Annotation:
        """What is seen in an image file's content. Raises ImageError, AnnotatorError or ModelError."""
        with ExitStack() as stack:
            annotator = self.require()
            cache = stack.enter_context(Cache(default_cache(), annotator.key)) if annotator.price else None
            annotations: Any = annotate([("the photo", content)], annotator, cache, self._featurer)
            found: Annotation = next(stack.enter_context(closing(annotations)))
        if found.error:
            raise ImageError(found.error.replace("'the photo'", "the photo"))
        return found
