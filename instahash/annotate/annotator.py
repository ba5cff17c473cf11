"""What an annotator is."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeAlias

from instahash.data import Label
from instahash.errors import ImageError

Result: TypeAlias = tuple[Label, ...] | ImageError
Results: TypeAlias = Iterator[tuple[int, Result]]


class Annotator(Protocol):
    """Says what is in images.

    key : all of its settings that change a result.  price, spent : USD an image, and in all until now.
    batch_size, n_workers : images a call of `label`, and calls at the same time.
    """

    name: str
    key: str
    price: float
    batch_size: int
    n_workers: int

    @property
    def spent(self) -> float: ...

    def prepare(self, content: bytes) -> Any:
        """What is kept of an image file until its batch is whole. Raises ImageError."""

    def label(self, images: Sequence[Any], stopped: threading.Event | None = None) -> Results:
        """(i, labels of images[i], or why there are none), in any order, as soon as they are known.

        images : what `prepare` gave. stopped : once it is set, nothing more is begun.

        Raises AnnotatorError where no image can be labelled any more.
        """
