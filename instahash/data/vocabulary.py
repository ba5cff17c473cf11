"""The vocabulary: every word kept, and the part of it that may be recommended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from instahash.data.kin import variant_groups, variants
from instahash.data.words import KINDS
from instahash.forms import COUNT, Form, fit
from instahash.texts import texts_from_arrays, texts_to_arrays

FORMS = {name: Form("int64", ("words",), 0, COUNT) for name in ("counts", "hashtag_counts")}


class Vocabulary:
    """Words by number, most used first, ties by spelling.

    words : distinct.  words_array : them as (n_words,) object array, to be indexed with many ids at once.
    counts : (n_words,) int64, bags that contain the word.
    hashtag_counts : (n_words,) int64, posts that have it as a hashtag; 0 for a word that is only description.
    spellings : word -> how people write it as a hashtag, where that is not the word itself.
    index : word -> id.  is_hashtag : (n_words,) bool.
    hashtag_ids : int32 ids of the hashtag vocabulary, most used first, ties by spelling.
    """

    def __init__(
        self, words: Iterable[str], counts: Any, hashtag_counts: Any, spellings: Mapping[str, str] | None = None
    ) -> None:
        self.words = list(words)
        self.counts = np.asarray(counts, np.int64)
        self.hashtag_counts = np.asarray(hashtag_counts, np.int64)
        self.index = {word: i for i, word in enumerate(self.words)}
        self.is_hashtag = self.hashtag_counts > 0
        self.hashtag_ids = np.array(ranked(self.hashtag_counts, self.words), np.int32)
        self.words_array = np.array(self.words, dtype=object)
        self.spellings = {word: form for word, form in (spellings or {}).items() if word in self.index}

    def __len__(self) -> int:
        return len(self.words)

    def lookup(self, words: Iterable[str]) -> tuple[np.ndarray, list[str]]:
        """The ids of the known words (int32, in order), and the unknown words (each once, in order)."""
        words = list(words)
        known = np.array([self.index[word] for word in words if word in self.index], np.int32)
        return known, list(dict.fromkeys(word for word in words if word not in self.index))

    def spelled(self, ids: Any) -> list[str]:
        """The words of these ids as people write them."""
        spelled: list[str] = self.spelled_array[ids].tolist()
        return spelled

    @cached_property
    def spelled_array(self) -> np.ndarray:
        """(n_words,) object array, each word as people write it."""
        return np.array([self.spellings.get(word, word) for word in self.words], dtype=object)

    @cached_property
    def variants(self) -> np.ndarray:
        """(n_words,) int32, for each word the id of the most used one that it is a variant of, as flowers of flower."""
        return variant_groups(self.words)

    def variant_of(self, word: str) -> int:
        """The same for a word that may be unknown: -1 where no variant of it is known."""
        known = next(filter(self.index.__contains__, (word, *variants(word))), None)
        return -1 if known is None else int(self.variants[self.index[known]])

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The vocabulary as arrays of numbers."""
        spellings = texts_to_arrays((self.spellings.get(word, "") for word in self.words), "spellings")
        counts = {"counts": self.counts, "hashtag_counts": self.hashtag_counts}
        return texts_to_arrays(self.words, "words") | spellings | counts

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Vocabulary:
        """The vocabulary that :meth:`to_arrays` gave. KeyError for a missing array, ValueError for a malformed one."""
        words, spellings = (texts_from_arrays(arrays, name) for name in ("words", "spellings"))
        counts, hashtag_counts = arrays["counts"], arrays["hashtag_counts"]
        fit(arrays, FORMS, words=len(words))
        if len(set(words)) < len(words) or len(spellings) != len(words):
            raise ValueError("a vocabulary's words must be distinct, and there must be a spelling of each")
        if odd := [c for c in {*"".join(words), *"".join(spellings)} if KINDS[ord(c)] in ".#"]:
            raise ValueError(f"a vocabulary's words have the character {odd[0]!a}, which no word has")
        return cls(words, counts, hashtag_counts, {word: form for word, form in zip(words, spellings) if form})


def ranked(counts: np.ndarray, words: Sequence[str]) -> list[int]:
    """The numbers of the words with a count above 0, highest count first, ties by spelling."""
    ids = np.array(sorted(np.flatnonzero(counts).tolist(), key=words.__getitem__), np.int64)
    ordered: list[int] = ids[np.argsort(-counts[ids], kind="stable")].tolist()
    return ordered
