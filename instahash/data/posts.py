"""A post: one photo with its author's hashtags and a detector's labels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Label(NamedTuple):
    """What a detector saw: a description, which may be several words, and a score in [0, 1]."""

    description: str
    score: float


class Post(NamedTuple):
    """One photo.

    hashtags : as the author wrote them.
    created_at : ISO 8601.
    features : what the user has in common with others ("country:pt"), for recommendations that are personal.
    photos : names by which its photos may be found: paths, names of files, what these begin with, or a shortcode.
    photo_features : (n_features,) float16 or float32, what the labeller's network sees in the photo; None for unknown.
        Read from a file, it is a row of what is mapped into memory.
    made_up : whether there was no photo, and a program drew labels and hashtags.
    """

    id: str
    hashtags: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    user: str | None = None
    created_at: str | None = None
    features: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()
    photo_features: np.ndarray | None = None
    made_up: bool = False
