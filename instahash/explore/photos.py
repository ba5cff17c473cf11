"""Labels of a photo that somebody drops on the page: one photo at a time, whatever the annotator."""

from __future__ import annotations

import threading
from contextlib import ExitStack, closing
from typing import Any

from instahash.annotate import Cache, annotate, choose_annotator, default_cache
from instahash.data import Label
from instahash.errors import ImageError, InstahashError


class Labeller:
    """An annotator, looked for when it is first needed; its labels are kept only where they cost money.

    name : "google", "offline", or None for whichever is there.  max_cost : USD that Google's may cost, or None.
    """

    def __init__(self, name: str | None = None, max_cost: float | None = None):
        self._name, self._max_cost = name, max_cost
        self._lock = threading.RLock()
        self._annotator: Any = None

    def require(self) -> Any:
        """The annotator. Raises AnnotatorError where there is none."""
        with self._lock:
            self._annotator = self._annotator or choose_annotator(self._name, max_cost=self._max_cost)
            return self._annotator

    def state(self) -> dict[str, Any]:
        """Whether there is an annotator, its name and price in USD a photo, or why there is none."""
        try:
            annotator = self.require()
        except InstahashError as error:
            return {"available": False, "why": str(error)}
        return {"available": True, "name": annotator.name, "price": annotator.price}

    def labels(self, content: bytes) -> tuple[Label, ...]:
        """The labels of an image file's content. Raises ImageError, AnnotatorError or ModelError."""
        with self._lock, ExitStack() as stack:
            annotator = self.require()
            cache = stack.enter_context(Cache(default_cache(), annotator.key)) if annotator.price else None
            annotations: Any = annotate([("the photo", content)], annotator, cache)
            (annotation,) = stack.enter_context(closing(annotations))
        if annotation.error:
            raise ImageError(annotation.error.replace("'the photo'", "the photo"))
        labels: tuple[Label, ...] = annotation.labels
        return labels
