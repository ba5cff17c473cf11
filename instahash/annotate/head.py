"""The head: words that ImageNet has no classes for, or knows badly, from the features that its classes are made from.

`head.npz` holds what `head_training.py` has found; the sources of its photos are in NOTICE.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

HEAD = "head.npz"
LEAST = 0.001  # a score of the classes counts as at least this, and as at most 1 - LEAST


class Head(NamedTuple):
    """score = expit(sqrt(features) W + slopes logit(score of the classes) + b), right as often as it says.

    words : those of the columns.
    W : (n_features, n_words) float32.  slopes, b : (n_words,) float32; slopes are 0 for words that no class has.
    """

    words: tuple[str, ...]
    W: np.ndarray
    slopes: np.ndarray
    b: np.ndarray

    def scores(self, features: np.ndarray, of_classes: Mapping[str, float]) -> dict[str, float]:
        """The score of each of the head's words.

        features : (n_features,) float.  of_classes : the scores of the classes' words.
        """
        seen = class_logits(np.array([of_classes.get(word, 0.0) for word in self.words]))
        return dict(zip(self.words, expit(np.sqrt(features) @ self.W + self.slopes * seen + self.b).tolist()))


def class_logits(scores: np.ndarray) -> np.ndarray:
    """The log odds of scores in [0, 1], finite."""
    return np.asarray(logit(np.clip(scores, LEAST, 1 - LEAST)))


def read_head() -> Head:
    """The head that ships with instahash."""
    with (files(__package__) / HEAD).open("rb") as file, np.load(file) as arrays:
        words = tuple(map(str, arrays["words"]))
        return Head(words, *(arrays[name].astype(np.float32) for name in ("W", "slopes", "b")))
