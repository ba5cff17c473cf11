"""Labels from Google Cloud Vision, through its official client.

A call carries up to 16 images. It may fail as a whole, which passes (a quota, a server that is away) or does not
(no permission), and an answer may hold an error for a single image. A call that is refused, or keeps failing, because
of one of its images is sent again in smaller parts, until that image is alone.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from math import inf
from typing import Any

from instahash.annotate import service
from instahash.annotate.annotator import Results
from instahash.annotate.images import jpeg
from instahash.annotate.pace import Pace
from instahash.annotate.service import INVALID_ARGUMENT, PASSING_CODES, PERHAPS_AN_IMAGE, CallError, GoogleSettings
from instahash.errors import AnnotatorError, ImageError, one_line
from instahash.parameters import settled

log = logging.getLogger(__name__)

MOST_IMAGES_A_CALL = 16  # the service's limit
MOST_BYTES_A_CALL = 8_000_000  # of images; the service takes 10 MB with everything around them
LONGEST_SIDE = 640  # pixels: more do not help labels (Google's best practices)
PRICES = {"labels": 1.50 / 1000, "objects": 2.25 / 1000}  # USD an image, list price below 5 million a month
FIRST_DELAY, LAST_DELAY = 1.0, 32.0  # seconds before a call is tried again; doubled each time, with jitter
TRIES = 3  # of images that a call may have failed for, before they are sent in smaller parts


class GoogleAnnotator:
    """Labels, and objects if wanted, for images; thread-safe.

    settings, changes : :class:`GoogleSettings`, and fields of it by name.
    client : a google.cloud.vision.ImageAnnotatorClient to use, or None to make one with the usual credentials.

    Raises SettingsError, and AnnotatorError where package or credentials are missing.
    """

    name = service.NAME

    def __init__(self, settings: GoogleSettings | None = None, *, client: Any = None, **changes: Any):
        self.settings = settings = settled(GoogleSettings, settings, changes, "google")
        self.key = f"google labels objects={settings.objects} max_results={settings.max_results} longest={LONGEST_SIDE}"
        # A minute must hold more than one call, or its rate could not be kept.
        self.batch_size = max(1, min(MOST_IMAGES_A_CALL, int(settings.rate / 4)))
        self.n_workers = settings.n_concurrent
        self.price = PRICES["labels"] + settings.objects * PRICES["objects"]
        self.most_images: int | None = None
        if settings.max_cost is not None:  # one part in a million forgives what is lost in dividing by a price
            self.most_images = int(settings.max_cost / self.price * (1 + 1e-6))
        self._client = client or service.make_client(settings.endpoint)
        self._pace = Pace(settings.rate, self.batch_size, self.n_workers)
        self._lock = threading.Lock()
        self._n_answered = self._n_reserved = 0
        self._last_answer = -inf

    @property
    def spent(self) -> float:
        """USD at list price for images that were labelled; a call whose answer got lost may have been billed too."""
        return self._n_answered * self.price

    def prepare(self, content: bytes) -> bytes:
        """What is sent of an image: a JPEG of at most 640 pixels a side, without place, time or any other metadata.

        Raises ImageError where it cannot be decoded, or not be paid for any more.
        """
        if self.most_images is not None and self._n_answered >= self.most_images:
            raise self._too_costly()
        return jpeg(content, LONGEST_SIDE)

    def label(self, images: Sequence[bytes], stopped: threading.Event | None = None) -> Results:
        """As :meth:`Annotator.label`; calls under way still get their answer when it is stopped.

        Raises AnnotatorError where the service refuses altogether, after `patience` seconds without an answer, or when
        stopped.
        """
        left = n_paid = self._reserve(len(images))
        try:
            for part in _parts(images[:n_paid]):
                for i, result in self._results(images, part, stopped or threading.Event()):
                    left -= 1
                    self._settle(1, isinstance(result, tuple))
                    yield i, result
        finally:
            self._settle(left, 0)
        for i in range(n_paid, len(images)):
            yield i, self._too_costly()

    def _too_costly(self) -> ImageError:
        return ImageError(f"it was not sent: the cost would pass {self.settings.max_cost:g} USD (--max-cost)")

    def _reserve(self, n_images: int) -> int:
        """How many of so many images may be paid for, those under way counted."""
        with self._lock:
            if self.most_images is not None:
                n_images = max(0, min(n_images, self.most_images - self._n_answered - self._n_reserved))
            self._n_reserved += n_images
            return n_images

    def _settle(self, n_images: int, n_answered: int) -> None:
        with self._lock:
            self._n_reserved -= n_images
            self._n_answered += n_answered

    def _results(self, images: Sequence[bytes], indices: list[int], stopped: threading.Event) -> Results:
        """What becomes of images[i] for i in indices, as pairs."""
        since = time.monotonic()
        # Images of a call, how often in a row it failed, and how often one of them may have been the reason.
        parts = deque([(indices, 0, 0)])
        n_errors = Counter[int]()  # of each image, its own
        while parts:
            part, n_failed, n_spoilt = parts.popleft()
            again = []
            self._pace.wait(len(part), stopped)
            try:
                answers = service.call(self._client, [images[i] for i in part], self.settings)
                self._last_answer = time.monotonic()
            except CallError as error:
                is_refused, perhaps_an_image = error.code == INVALID_ARGUMENT, error.code in PERHAPS_AN_IMAGE
                if not is_refused and error.code not in PASSING_CODES:
                    raise AnnotatorError(f"{self.name} refuses: {error}; {service.advice(error)}") from None
                n_spoilt += perhaps_an_image
                by_an_image = is_refused or perhaps_an_image and n_spoilt >= TRIES
                if by_an_image and len(part) > 1:
                    middle = len(part) // 2
                    parts += [(part[:middle], 0, 0), (part[middle:], 0, 0)]
                # Where others get through meanwhile, it is not the service.
                elif by_an_image and (is_refused or self._last_answer > since):
                    yield part[0], ImageError(f"{self.name} fails at it: {error}")
                elif time.monotonic() > max(since, self._last_answer) + self.settings.patience:
                    what = f"nothing came through to {self.name} for {self.settings.patience:g} s: {error}"
                    raise AnnotatorError(f"{what}; try again later, {service.DO_WITHOUT}") from None
                else:
                    again = part
            else:
                for i, answer in zip(part, answers):
                    n_errors[i] += 1
                    if answer.error.code in PASSING_CODES and n_errors[i] < TRIES:
                        again.append(i)
                    elif answer.error.code:
                        yield i, ImageError(f"{self.name} refuses it: {one_line(answer.error.message)}")
                    else:
                        yield i, service.labels_of(answer)
            if again:
                parts.append((again, n_failed + 1, n_spoilt))
                if n_failed == 1 and self._last_answer < since:
                    log.warning("%s does not answer; trying again for %g s", self.name, self.settings.patience)
                delay = min(LAST_DELAY, FIRST_DELAY * 2**n_failed)
                if stopped.wait(random.uniform(delay / 2, delay)):
                    raise AnnotatorError("stopped")


def _parts(images: Sequence[bytes]) -> Iterator[list[int]]:
    """Indices of the images of each call, in order: no more than it takes, in number and in bytes."""
    part: list[int] = []
    n_bytes = 0
    for i, image in enumerate(images):
        if part and (len(part) == MOST_IMAGES_A_CALL or n_bytes + len(image) > MOST_BYTES_A_CALL):
            yield part
            part, n_bytes = [], 0
        part.append(i)
        n_bytes += len(image)
    if part:
        yield part
