"""From photos to labels, in order, in batches, several at a time, past every bad one."""

from __future__ import annotations

import threading
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from instahash.annotate.annotator import Annotator, Result
from instahash.annotate.cache import Cache, digest
from instahash.annotate.offline import OfflineAnnotator
from instahash.annotate.photos import Photo, Source, find_photos
from instahash.data import Label, Post
from instahash.errors import AnnotatorError, DataWarning, ImageError

_Found: TypeAlias = tuple[Result, np.ndarray | None]  # with the features, where they are wanted
LOOK_AHEAD = 8  # batches a worker, so that one that is tried again holds up nobody
LOOK_AGAIN = 0.2  # seconds, for labels that another process is at


class Annotation(NamedTuple):
    """What became of one photo.

    id : its path as given, or a name.
    labels : best first as the annotator gives them.
    error : why there are none, in one line that names the photo.
    cached : they were in the cache when the photo's turn came.
    photo_features : (n_features,) float, where they were asked for, there are labels and the network can read it.
    """

    id: str
    labels: tuple[Label, ...] = ()
    error: str | None = None
    cached: bool = False
    photo_features: np.ndarray | None = None

    def post(self) -> Post:
        """A post of these labels, without hashtags."""
        return Post(self.id, labels=self.labels, photo_features=self.photo_features)


def annotate(
    sources: Iterable[Source] | str | Path | bytes,
    annotator: Annotator,
    cache: Cache | None = None,
    featurer: OfflineAnnotator | None = None,
) -> Iterator[Annotation]:
    """The annotation of each photo, streamed, in the order of the sources; one bad photo is an error of its own.

    sources : files, folders, contents of files, or pairs of a name and content.
    cache : what is in it is not labelled again; new labels are in it as soon as they are known.
    featurer : whose network's features are wanted too; it may be the annotator itself. A photo that only the annotator
        can read keeps its labels, and a DataWarning says why it has no features.

    With a cache, equal images are labelled once. Only what is under way is held in memory. When the stream is closed or
    interrupted, calls under way are waited for, and their labels are kept in the cache.

    Raises AnnotatorError where nothing can be annotated any more.
    """
    work = _Work(annotator, cache, featurer)
    waiting: deque[_Entry] = deque()  # in order
    most = LOOK_AHEAD * annotator.n_workers * annotator.batch_size
    try:
        for photo in find_photos(sources):
            waiting.append(work.begin(photo))
            while waiting and (len(waiting) > most or waiting[0].result.done()):
                yield work.end(waiting.popleft())
        while waiting:
            yield work.end(waiting.popleft())
    finally:
        work.close()


class _Entry(NamedTuple):
    """A photo whose turn has not come: its id, the digest of its content, and the result, which equal photos share."""

    id: str
    image: str
    result: Future[_Found]
    cached: bool = False


class _Work:
    """Collects photos into batches, which a few threads work on."""

    def __init__(self, annotator: Annotator, cache: Cache | None, featurer: OfflineAnnotator | None):
        self._annotator, self._cache, self._featurer = annotator, cache, featurer
        self._features: dict[str, np.ndarray] = {}  # by digest, of what is under way
        self._executor = ThreadPoolExecutor(annotator.n_workers)
        self._closed = threading.Event()
        self._batch: dict[str, Photo] = {}  # which is not whole yet, by digest
        self._under_way: dict[str, Future[_Found]] = {}  # by digest, of this batch and those that threads work on

    def begin(self, photo: Photo) -> _Entry:
        result: Future[_Found] = Future()
        try:
            image = digest(photo.read())
        except ImageError as error:
            result.set_result((error, None))
            return _Entry(photo.id, "", result)
        if same := self._under_way.get(image):
            return _Entry(photo.id, image, same)
        features = self._kept_features(image)
        if self._cache and (features is not None or not self._featurer) and (known := self._cache.get([image])):
            result.set_result((known[image], features))
            return _Entry(photo.id, image, result, cached=True)
        self._under_way[image], self._batch[image] = result, photo
        if len(self._batch) == self._annotator.batch_size:
            self._send()
        return _Entry(photo.id, image, result)

    def end(self, entry: _Entry) -> Annotation:
        """The annotation, once it is there."""
        if entry.image in self._batch:
            self._send()
        result, features = entry.result.result()
        if isinstance(result, ImageError):
            return Annotation(entry.id, error=f"{entry.id!r}: {result}")
        return Annotation(entry.id, result, None, entry.cached, features)

    def close(self) -> None:
        self._closed.set()
        self._executor.shutdown(cancel_futures=True)

    def _send(self) -> None:
        self._executor.submit(self._run, self._batch)
        self._batch = {}

    def _run(self, batch: dict[str, Photo]) -> None:
        futures = {image: self._under_way[image] for image in batch}
        try:
            for image, result in self._results(dict(batch)):
                found = self._with_features(image, batch[image], result)
                del self._under_way[image]
                futures[image].set_result(found)
        except BaseException as error:
            for future in futures.values():
                if not future.done():
                    future.set_exception(error)

    def _with_features(self, image: str, photo: Photo, result: Result) -> _Found:
        """The result, and the features where they are wanted; what cannot be looked at keeps its labels."""
        if self._featurer is None or isinstance(result, ImageError):
            return result, None
        features = self._features.pop(image, None)
        if features is None and (features := self._kept_features(image)) is None:
            try:
                features = self._featurer.features(photo.read())
            except ImageError as error:
                warnings.warn(f"{photo.id!r} has labels but no features: {error}", DataWarning, stacklevel=1)
                return result, None
        if self._cache:
            self._cache.put_features(image, self._featurer.features_key, features)
        return result, features

    def _kept_features(self, image: str) -> np.ndarray | None:
        if self._cache is None or self._featurer is None:
            return None
        return self._cache.get_features(image, self._featurer.features_key)

    def _results(self, left: dict[str, Photo]) -> Iterator[tuple[str, Result]]:
        """What becomes of the photos, as pairs (image, labels), each once it is in the cache; empties `left`."""
        while left:
            mine = self._cache.claim(list(left)) if self._cache else list(left)
            try:
                for image, result in self._labels({image: left[image] for image in mine}):
                    if self._cache and not isinstance(result, ImageError):
                        self._cache.put(image, result)
                    del left[image]
                    yield image, result
            finally:
                if self._cache:
                    self._cache.release(mine)
            if not left.keys().isdisjoint(mine):
                raise AnnotatorError("stopped")
            if self._cache and left:
                for image, labels in self._cache.get(list(left)).items():
                    del left[image]
                    yield image, labels
            if left and self._closed.wait(LOOK_AGAIN):
                raise AnnotatorError("stopped")

    def _labels(self, photos: dict[str, Photo]) -> Iterator[tuple[str, Result]]:
        """What becomes of photos that nobody else is at, as pairs (image, labels)."""
        prepared: dict[str, Any] = {}
        for image, photo in photos.items():
            try:
                # Read again rather than held: a batch of large files would fill the memory.
                content = photo.read()
                if digest(content) != image:
                    raise ImageError("it changed while it was read; run the command again")
                prepared[image] = self._annotator.prepare(content)
                if self._featurer is self._annotator:
                    self._features[image] = prepared[image].features
            except ImageError as error:
                yield image, error
        if prepared:
            images = list(prepared)
            for i, result in self._annotator.label(list(prepared.values()), self._closed):
                yield images[i], result
