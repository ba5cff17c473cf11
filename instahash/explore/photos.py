"""Labels of a photo that somebody drops on the page: one photo at a time, whatever the annotator."""

from __future__ import annotations

import threading
from contextlib import ExitStack, closing

from instahash.annotate import Cache, annotate, choose_annotator, default_cache
from instahash.errors import ImageError, InstahashError


class Labeller:
    """An annotator, looked for when it is first needed; its labels are kept only where they cost money.

    name : "google", "offline", or None for whichever is there.  max_cost : USD that Google's may cost, or None.
    """

    def __init__(self, name=None, max_cost=None):
        self._name, self._max_cost = name, max_cost
        self._lock, self._annotator = threading.Lock(), None

    def require(self):
        """The annotator. Raises AnnotatorError where there is none."""
        with self._lock:
            return self._found()

    def state(self):
        """A dict: whether there is an annotator, its name and price in USD a photo, or why there is none."""
        try:
            annotator = self.require()
        except InstahashError as error:
            return {"available": False, "why": str(error)}
        return {"available": True, "name": annotator.name, "price": annotator.price}

    def labels(self, content):
        """The labels of an image file's content. Raises ImageError, AnnotatorError or ModelError."""
        with self._lock, ExitStack() as stack:
            annotator = self._found()
            cache = stack.enter_context(Cache(default_cache(), annotator.key)) if annotator.price else None
            annotations = stack.enter_context(closing(annotate([("the photo", content)], annotator, cache)))
            (annotation,) = annotations
        if annotation.error:
            raise ImageError(annotation.error.replace("'the photo'", "the photo"))
        return annotation.labels

    def _found(self):
        if self._annotator is None:
            of_google = {} if self._max_cost is None else {"max_cost": self._max_cost}
            self._annotator = choose_annotator(self._name, **of_google)
        return self._annotator
