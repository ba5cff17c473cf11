"""The words of the offline labeller: the 1,000 classes of ImageNet-1k, each with the broader words that fit it.

`imagenet.txt` names the classes in the network's order, that of ILSVRC 2012 (Russakovsky et al., ImageNet Large Scale
Visual Recognition Challenge, IJCV 2015), as people would name them; `broader.txt` says which words are broader than a
word. Both read `word: broader word, broader word`. Names and hierarchy were written for instahash.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import numpy as np


@cache
def class_labels() -> tuple[tuple[str, ...], ...]:
    """Of each class, in the network's order: its own name, then its broader words, nearest first, each once."""
    broader = dict(_lines("broader.txt"))
    labels = []
    for name, parents in _lines("imagenet.txt"):
        words = [name, *parents]
        for word in words:  # which grows meanwhile
            words += [parent for parent in broader.get(word, ()) if parent not in words]
        labels.append(tuple(words))
    return tuple(labels)


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


def _lines(name: str) -> Iterator[tuple[str, list[str]]]:
    text = (files(__package__) / name).read_text(encoding="utf-8")
    for line in text.splitlines():
        word, _, parents = line.partition(":")
        yield word.strip(), [parent.strip() for parent in parents.split(",") if parent.strip()]
