"""The words of the offline labeller, and the broader words that fit each.

`imagenet.txt` names the 1,000 classes of ImageNet-1k in the network's order, that of ILSVRC 2012 (Russakovsky et al.,
ImageNet Large Scale Visual Recognition Challenge, IJCV 2015), as people would name them; `head.txt` has the words of
the head; `broader.txt` says which words are broader than a word. They read `word: broader word, broader word`, and were
written for instahash.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

import numpy as np


@cache
def class_labels() -> tuple[tuple[str, ...], ...]:
    """Of each class, in the network's order: its own name, then its broader words, nearest first, each once."""
    broader = dict(_lines("broader.txt"))
    return tuple(_closed([name, *parents], broader) for name, parents in _lines("imagenet.txt"))


@cache
def head_labels() -> tuple[tuple[str, ...], ...]:
    """Of each word that the head scores, in its order: the word, then its broader words, each once."""
    named = list(_lines("head.txt"))
    broader = dict(_lines("broader.txt")) | {word: parents for word, parents in named if parents}
    return tuple(_closed([word], broader) for word, _ in named)


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
        for parent in _broader().get(word, ()):
            found[parent] = max(found.get(parent, 0.0), score)
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


@cache
def _broader() -> dict[str, tuple[str, ...]]:
    """Of each word all that are broader."""
    broader = dict(_lines("broader.txt")) | {name: parents for name, parents in _lines("imagenet.txt") if parents}
    broader |= {word: parents for word, parents in _lines("head.txt") if parents}
    return {word: _closed([word], broader)[1:] for word in broader}


def _closed(words: Iterable[str], broader: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Words with all that are broader, nearest first, each once."""
    words = list(words)
    for word in words:  # which grows meanwhile
        words += [parent for parent in broader.get(word, ()) if parent not in words]
    return tuple(words)


def _lines(name: str) -> Iterator[tuple[str, list[str]]]:
    text = (files(__package__) / name).read_text(encoding="utf-8")
    for line in text.splitlines():
        word, _, parents = line.partition(":")
        yield word.strip(), [parent.strip() for parent in parents.split(",") if parent.strip()]
