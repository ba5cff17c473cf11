"""What pixels say for certain."""

from __future__ import annotations

import numpy as np

MOST_COLOUR = 12  # of 255; JPEG gives grey pixels up to about 8, and photos in colour show 25 and more


def is_black_and_white(image: np.ndarray) -> bool:
    """Whether 99 of 100 pixels of an image, (height, width, 3) uint8, are grey."""
    colour = np.maximum.reduce(image, axis=2) - np.minimum.reduce(image, axis=2)
    return bool(np.percentile(colour, 99) < MOST_COLOUR)
