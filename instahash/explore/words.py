"""Words and numbers as the pages get them: values that JSON can hold."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import Any

import numpy as np

from instahash.data import Vocabulary
from instahash.topk import top_k


def number(value: float) -> float | None:
    """To six places; None where it is not finite."""
    return round(float(value), 6) if isfinite(value) else None


def highest(values: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """(places, values) of the k highest numbers."""
    places, found = top_k(np.ascontiguousarray(values)[None], min(k, len(values)))
    return places[0], found[0]


class Words:
    """The words of a vocabulary as dicts: "word", "hashtag" (whether it is one), and "spelled" where that differs."""

    def __init__(self, vocabulary: Vocabulary):
        self.vocabulary = vocabulary

    def at(self, id: int, **more: Any) -> dict[str, Any]:
        word = self.vocabulary.words[id]
        value = {"word": word, "hashtag": bool(self.vocabulary.is_hashtag[id]), **more}
        if word in self.vocabulary.spellings:
            value["spelled"] = self.vocabulary.spellings[word]
        return value

    def named(self, word: str) -> dict[str, Any]:
        """A word that may be unknown; "known" says whether it is."""
        id = self.vocabulary.index.get(word)
        return {"word": word, "known": False} if id is None else self.at(id, known=True)

    def valued(self, ids: Iterable[int], values: Iterable[float], key: str) -> list[dict[str, Any]]:
        """Words with a number each, under that key."""
        return [self.at(id, **{key: number(value)}) for id, value in zip(ids, values)]
