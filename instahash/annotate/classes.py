"""The words of the offline labeller: the 1,000 classes of ImageNet-1k, each with the broader words that fit it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache

import numpy as np

from instahash.data.broader import broader, class_names


@cache
def class_labels() -> tuple[tuple[str, ...], ...]:
    """Of each class, in the network's order: its own name, then its broader words, nearest first, each once."""
    return tuple((name, *broader(name)) for name in class_names())


def class_scores(probabilities: np.ndarray) -> dict[str, float]:
    """The score of each word of the classes: the sum of the probabilities of its classes, at most 1.

    probabilities : (n_classes,) float. ValueError for another number of classes.
    """
    sums: Counter[str] = Counter()
    # Each sum runs through the classes in order, so that no rounding puts a broader word below a narrower one.
    for words, probability in zip(class_labels(), np.asarray(probabilities, np.float64).tolist(), strict=True):
        for word in words:
            sums[word] += probability
    return {word: min(total, 1.0) for word, total in sums.items()}


def ranked(scores: Mapping[str, float], least: float = 0.05) -> list[tuple[str, float]]:
    """Words and their scores, by decreasing score, then by spelling; only those of at least `least`.

    A word has no less than those that it is broader than.
    """
    found = {word: score for word, score in scores.items() if score >= least}
    for word, score in list(found.items()):
        for parent in broader(word):
            found[parent] = max(found.get(parent, 0.0), score)
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))
