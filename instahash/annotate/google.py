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
from dataclasses import dataclass
from math import inf
from typing import Any

from instahash.annotate import service
from instahash.annotate.pace import Pace
from instahash.annotate.service import INVALID_ARGUMENT, PASSING, PERHAPS_AN_IMAGE, CallError
from instahash.data import Label
from instahash.errors import AnnotatorError, ImageError, SettingsError
from instahash.parameters import check, from_json, parameter

log = logging.getLogger(__name__)

MOST_IMAGES = 16  # a call, the service's limit
MOST_BYTES = 8_000_000  # of images a call; the service takes 10 MB with everything around them
LONGEST = 640  # pixels of the longer side: more do not help labels (Google's best practices)
PRICES = {"labels": 1.50 / 1000, "objects": 2.25 / 1000}  # USD an image, list price below 5 million a month
FIRST_DELAY, LAST_DELAY = 1.0, 32.0  # seconds before a call is tried again; doubled each time, with jitter
TRIES = 3  # of images that a call may have failed for, before they are sent in smaller parts


@dataclass(frozen=True)
class GoogleSettings:
    """What is asked of Google Cloud Vision, how fast, and for how much."""

    objects: bool = parameter(False, "localise objects too and add their names, for 2.25 USD more a 1,000 images")
    max_results: int = parameter(20, "labels, and as many objects, of an image at most", least=1)
    rate: float = parameter(1800.0, "images sent a minute at most; the service's own limit, unless raised", above=0)
    max_cost: float | None = None  # USD at list price after which nothing more is sent; None for no limit
    n_concurrent: int = parameter(4, "calls at the same time", least=1)
    patience: float = parameter(120.0, "seconds without any answer after which the service counts as away", above=0)
    # Several timeouts must fit into the patience, or the one image at which the service hangs is not found.
    timeout: float = parameter(20.0, "seconds a call", above=0)
    endpoint: str = parameter(service.HOST, "host of the service, or of one of its regions: eu-vision.googleapis.com")

    def __post_init__(self) -> None:
        check(self, "google")
        if self.max_cost is not None and not (isinstance(self.max_cost, (int, float)) and 0 <= self.max_cost < inf):
            raise SettingsError(f"google: max_cost is {self.max_cost!r}; it must be an amount of USD, or None")


class GoogleAnnotator:
    """Labels, and objects if wanted, for images; thread-safe.

    settings, changes : :class:`GoogleSettings`, and fields of it by name.
    client : a google.cloud.vision.ImageAnnotatorClient to use, or None to make one with the usual credentials.

    Raises SettingsError, and AnnotatorError where package or credentials are missing.
    """

    name = service.NAME

    def __init__(self, settings: GoogleSettings | None = None, *, client: Any = None, **changes: Any):
        self.settings = settings = from_json(settings or GoogleSettings(), changes)
        self.key = f"google labels objects={settings.objects} max_results={settings.max_results} longest={LONGEST}"
        # A minute must hold more than one call, or its rate could not be kept.
        self.batch_size = max(1, min(MOST_IMAGES, int(settings.rate / 4)))
        self.n_workers = settings.n_concurrent
        self.price = PRICES["labels"] + settings.objects * PRICES["objects"]
        # One part in a million forgives what is lost in dividing by a price.
        most = None if settings.max_cost is None else int(settings.max_cost / self.price * (1 + 1e-6))
        self.most_images = most
        self._client = client or service.make_client(settings.endpoint)
        self._pace = Pace(settings.rate, self.batch_size, self.n_workers)
        self._lock = threading.Lock()
        self._n_answered = self._n_reserved = 0
        self._last_answer = -inf

    @property
    def spent(self) -> float:
        """USD at list price for what was answered; a call whose answer got lost may have been billed too."""
        return self._n_answered * self.price

    def prepare(self, content: bytes) -> bytes:
        """What is sent of an image: a JPEG of at most 640 pixels a side, without place, time or any other metadata.

        Raises ImageError where it cannot be decoded, or not be paid for any more.
        """
        from instahash.annotate.images import jpeg

        if self.most_images is not None and self._n_answered >= self.most_images:
            raise self._too_costly()
        return jpeg(content, LONGEST)

    def label(
        self, images: Sequence[bytes], stopped: threading.Event | None = None
    ) -> Iterator[tuple[int, tuple[Label, ...] | ImageError]]:
        """What the service sees in images[i], or why it does not, as pairs (i, labels), as soon as it is known.

        images : what `prepare` gave.
        stopped : once it is set there are no more calls and no more waits; calls under way still get their answer.

        Raises AnnotatorError where the service refuses altogether, where nothing came through for `patience` seconds,
        or when stopped.
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

    def _results(
        self, images: Sequence[bytes], indices: list[int], stopped: threading.Event
    ) -> Iterator[tuple[int, tuple[Label, ...] | ImageError]]:
        """What becomes of images[i] for i in indices, as pairs."""
        since = time.monotonic()
        parts = deque([(indices, 0)])  # and how often in a row each was sent in vain
        n_spoilt, n_errors = Counter[int](), Counter[int]()  # of each image: calls it may have spoilt, its own errors
        while parts:
            part, n_failed = parts.popleft()
            again = []
            try:
                answers = self._call([images[i] for i in part], stopped)
            except CallError as error:
                if error.code not in PASSING | {INVALID_ARGUMENT}:
                    raise AnnotatorError(f"{self.name} refuses: {error}; {service.advice(error)}") from None
                is_refused = error.code == INVALID_ARGUMENT
                if error.code in PERHAPS_AN_IMAGE:
                    n_spoilt.update(part)
                by_an_image = is_refused or (error.code in PERHAPS_AN_IMAGE and n_spoilt[part[0]] >= TRIES)
                if by_an_image and len(part) > 1:
                    middle = len(part) // 2
                    parts += [(part[:middle], 0), (part[middle:], 0)]
                    n_spoilt.clear()
                # Where others get through meanwhile, it is not the service.
                elif by_an_image and (is_refused or self._last_answer > since):
                    yield part[0], ImageError(f"{self.name} fails at it: {error}")
                else:
                    again = part
                    self._check_patience(since, error)
            else:
                for i, answer in zip(part, answers):
                    n_errors[i] += 1
                    if answer.error.code in PASSING and n_errors[i] < TRIES:
                        again.append(i)
                    elif answer.error.code:
                        yield i, ImageError(f"{self.name} refuses it: {service.one_line(answer.error.message)}")
                    else:
                        yield i, service.labels_of(answer)
            if again:
                parts.append((again, n_failed + 1))
                if n_failed == 1 and self._last_answer < since:
                    log.warning("%s does not answer; trying again for %g s", self.name, self.settings.patience)
                delay = min(LAST_DELAY, FIRST_DELAY * 2**n_failed)
                if stopped.wait(random.uniform(delay / 2, delay)):
                    raise AnnotatorError("stopped")

    def _check_patience(self, since: float, error: CallError) -> None:
        """Raise AnnotatorError where nobody has had an answer for too long."""
        patience = self.settings.patience
        if time.monotonic() > max(since, self._last_answer) + patience:
            what = f"nothing came through to {self.name} for {patience:g} s: {error}"
            raise AnnotatorError(f"{what}; try again later, {service.DO_WITHOUT}") from None

    def _call(self, images: list[bytes], stopped: threading.Event) -> Any:
        """The answers of one call, within the rate. Raises CallError."""
        self._pace.wait(len(images), stopped)
        settings = self.settings
        answers = service.call(self._client, images, settings.objects, settings.max_results, settings.timeout)
        self._last_answer = time.monotonic()
        return answers


def _parts(images: Sequence[bytes]) -> Iterator[list[int]]:
    """Indices of the images of each call, in order: no more than it takes, in number and in bytes."""
    part: list[int] = []
    n_bytes = 0
    for i, image in enumerate(images):
        if part and (len(part) == MOST_IMAGES or n_bytes + len(image) > MOST_BYTES):
            yield part
            part, n_bytes = [], 0
        part.append(i)
        n_bytes += len(image)
    if part:
        yield part
