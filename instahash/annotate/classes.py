"""The words of the offline labeller: the 1,000 classes of ImageNet-1k, each with the broader words that fit it."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np

from instahash.data.broader import broader, class_names


@cache
def class_labels() -> tuple[tuple[str, ...], ...]:
    """Of each class, in the network's order: its own name, then its broader words, nearest first, each once."""
    return tuple((name, *broader(name)) for name in class_names())


def label_scores(probabilities: np.ndarray, least: float = 0.05) -> list[tuple[str, float]]:
    """Words and their scores, by decreasing score, then by spelling; only those of at least `least`.

    probabilities : (n_classes,) float.

    A word's score is the sum of the probabilities of its classes, at most 1. ValueError for another number of classes.
    """
    sums: Counter[str] = Counter()
    # Each sum runs through the classes in order, so that no rounding puts a broader word below a narrower one.
    for words, probability in zip(class_labels(), np.asarray(probabilities, np.float64).tolist(), strict=True):
        for word in words:
            sums[word] += probability
    found = [(word, min(total, 1.0)) for word, total in sums.items() if total >= least]
    return sorted(found, key=lambda item: (-item[1], item[0]))
