"""From photos to labels, in order, in batches, several at a time, past every bad one."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from instahash.annotate.cache import Cache, digest
from instahash.annotate.photos import Photo, find_photos
from instahash.data import Label, Post
from instahash.errors import AnnotatorError, ImageError

LOOK_AHEAD = 8  # batches a worker, so that one that is tried again holds up nobody
LOOK_AGAIN = 0.2  # seconds, for an answer that another process has asked for


class Annotation(NamedTuple):
    """What became of one photo.

    id : str, its path as given, or a name.
    labels : tuple of Label, best first as the annotator gives them.
    error : str or None, why there are none, in one line that names the photo.
    cached : bool, they were in the cache when the photo's turn came.
    """

    id: str
    labels: tuple[Label, ...] = ()
    error: str | None = None
    cached: bool = False

    def post(self) -> Post:
        """A post of these labels, without hashtags."""
        return Post(self.id, labels=self.labels)


def annotate(
    sources: Iterable[str | Path | bytes | tuple[str, bytes] | Photo], annotator, cache: Cache | None = None
) -> Iterator[Annotation]:
    """The annotation of each photo, streamed, in the order of the sources; one bad photo is an error of its own.

    sources : files, folders, contents of files, or pairs of a name and content.
    annotator : a :class:`GoogleAnnotator` or :class:`OfflineAnnotator`.
    cache : what is in it is not asked for; what is asked for is in it as soon as it is answered.

    With a cache, equal images are asked for once. Only what is under way is held in memory. When the stream is closed or
    interrupted, calls under way are waited for, and their answers are kept in the cache.

    Raises AnnotatorError where nothing can be annotated any more.
    """
    work = _Work(annotator, cache)
    waiting: deque = deque()  # of (id, image, batch or Annotation), in order
    most = LOOK_AHEAD * annotator.n_workers * annotator.batch_size
    try:
        for photo in find_photos(sources):
            waiting.append(work.begin(photo))
            while waiting and (len(waiting) > most or work.is_done(waiting[0])):
                yield work.end(waiting.popleft())
        while waiting:
            yield work.end(waiting.popleft())
    finally:
        work.close()


def _failed(photo_id, error):
    return Annotation(photo_id, error=f"{photo_id!r}: {error}")


class _Batch(dict):
    """Photos by their digest, and what becomes of them: labels or an ImageError for each digest."""

    results: Future | None = None


class _Work:
    """Collects photos into batches, which a few threads work on."""

    def __init__(self, annotator, cache):
        self._annotator, self._cache = annotator, cache
        self._executor = ThreadPoolExecutor(annotator.n_workers)
        self._closed = threading.Event()
        self._open = _Batch()
        self._batch_of: dict[str, _Batch] = {}  # of images that are not done

    def begin(self, photo):
        """(id, image, batch), or (id, image, Annotation) where that is known at once."""
        try:
            image = digest(photo.read())
        except ImageError as error:
            return photo.id, None, _failed(photo.id, error)
        batch = self._batch_of.get(image)
        if batch is None:
            known = self._cache.get([image]) if self._cache else {}
            if image in known:
                return photo.id, image, Annotation(photo.id, known[image], cached=True)
            batch = self._batch_of[image] = self._open
            batch[image] = photo
            if len(batch) == self._annotator.batch_size:
                self._send()
        return photo.id, image, batch

    def is_done(self, entry):
        _, _, batch = entry
        return isinstance(batch, Annotation) or batch.results is not None and batch.results.done()

    def end(self, entry):
        """The annotation, once it is there."""
        photo_id, image, batch = entry
        if isinstance(batch, Annotation):
            return batch
        if batch is self._open:
            self._send()
        labels = batch.results.result()[image]
        if isinstance(labels, ImageError):
            return _failed(photo_id, labels)
        return Annotation(photo_id, labels)

    def close(self):
        self._closed.set()
        self._executor.shutdown(cancel_futures=True)

    def _send(self):
        self._open.results = self._executor.submit(self._results, self._open)
        self._open = _Batch()

    def _results(self, batch):
        results, left = {}, list(batch)
        while left:
            mine = self._cache.claim(left) if self._cache else left
            try:
                for image, labels in self._labels({image: batch[image] for image in mine}):
                    results[image] = labels
                    if self._cache and not isinstance(labels, ImageError):
                        self._cache.put(image, labels)
            finally:
                if self._cache:
                    self._cache.release(mine)
            if not results.keys() >= set(mine):
                raise AnnotatorError("stopped")
            left = [image for image in left if image not in results]
            if left:
                results |= self._cache.get(left)
                left = [image for image in left if image not in results]
            if left and self._closed.wait(LOOK_AGAIN):
                raise AnnotatorError("stopped")
        for image in batch:
            del self._batch_of[image]
        return results

    def _labels(self, photos):
        """What becomes of photos that nobody else is at, as pairs (image, labels)."""
        images = {}
        for image, photo in photos.items():
            try:
                images[image] = self._prepared(image, photo)
            except ImageError as error:
                yield image, error
        if images:
            names = list(images)
            for i, labels in self._annotator.label(list(images.values()), self._closed):
                yield names[i], labels

    def _prepared(self, image, photo):
        # Read again rather than held: a batch of large files would fill the memory.
        content = photo.read()
        if digest(content) != image:
            raise ImageError("it changed while it was read; run the command again")
        return self._annotator.prepare(content)
