"""What annotators and pages see of an image file, which is opened in a process of its own, within limits."""

from __future__ import annotations

import numpy as np

from instahash.decoding.process import opened


def square(content: bytes, side: int = 224, margin: int = 32) -> np.ndarray:
    """(side, side, 3) uint8: the central square, side/(side + margin) of the shorter side.

    Raises ImageError, without the photo's name, where the bytes are no sound image or one that takes too much.
    """
    return np.frombuffer(opened("square", [content], side, margin), np.uint8).reshape(side, side, 3)


def jpeg(content: bytes, longest: int = 640) -> bytes:
    """An RGB JPEG whose longer side is at most `longest`, without any metadata; raises what `square` does."""
    return opened("jpeg", [content], longest)
