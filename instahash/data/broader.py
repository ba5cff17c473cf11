"""Which words are broader than a word, the names of ImageNet-1k's 1,000 classes, and the words of the head.

`imagenet.txt` names the classes in the network's order, that of ILSVRC 2012 (Russakovsky et al., ImageNet Large Scale
Visual Recognition Challenge, IJCV 2015), as people would name them; `head.txt` has the words that the offline
labeller's head scores; `broader.txt` says which words are broader than a word. All read `word: broader word, broader
word`. Names and hierarchy were written for instahash.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib.resources import files

from instahash.data.words import joined


@cache
def class_names() -> tuple[str, ...]:
    """The 1,000 classes of ImageNet-1k in their order, each name once."""
    return tuple(_read("imagenet.txt"))


def label_names() -> tuple[str, ...]:
    """All words that the files have, classes first, each once."""
    return tuple(dict.fromkeys([*_parents(), *(name for own in _parents().values() for name in own)]))


@cache
def head_words() -> tuple[str, ...]:
    """The words that the head scores, in its order."""
    return tuple(_read("head.txt"))


@cache
def broader(word: str) -> tuple[str, ...]:
    """All words broader than `word`, nearest first, each once; none for a word that the files do not have."""
    parents = _parents()
    found = [word]
    for known in found:  # which grows meanwhile
        found += [parent for parent in parents.get(known, ()) if parent not in found]
    return tuple(found[1:])


@cache
def label_fractions() -> dict[str, float]:
    """What part of all labels each word would be, if each class and each broader word were seen equally often.

    The words are written as hashtags, "golden retriever" as goldenretriever.
    """
    counts = Counter(joined(label) for word in label_names() for label in (word, *broader(word)))
    return {word: count / counts.total() for word, count in counts.items()}


@cache
def _parents() -> dict[str, list[str]]:
    # A word that is in several files has its broader words in the last of them alone.
    return _read("head.txt") | _read("imagenet.txt") | _read("broader.txt")


def _read(name: str) -> dict[str, list[str]]:
    text = (files(__package__) / name).read_text(encoding="utf-8")
    lines = (line.partition(":") for line in text.splitlines())
    return {word: [parent.strip() for parent in parents.split(",") if parent] for word, _, parents in lines}
