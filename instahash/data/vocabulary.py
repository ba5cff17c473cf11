"""The vocabulary: every word kept, and the part of it that may be recommended."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from instahash.errors import DataError


class Vocabulary:
    """Words by number, most used first, ties by spelling.

    words : list of str, distinct.
    counts : (n_words,) int64, bags that contain the word.
    hashtag_counts : (n_words,) int64, posts that have it as a hashtag; 0 for a word that is only description.
    spellings : dict of word -> how people write it as a hashtag, where that is not the word itself.

    Attributes besides
    ------------------
    index : dict word -> id.  is_hashtag : (n_words,) bool.
    hashtag_ids : int32 ids of the hashtag vocabulary, most used first, ties by spelling.
    words_array : (n_words,) object array of the words, to be indexed with many ids at once.
    """

    def __init__(self, words, counts, hashtag_counts, spellings=None):
        self.words = list(words)
        self.counts = np.asarray(counts, np.int64)
        self.hashtag_counts = np.asarray(hashtag_counts, np.int64)
        self.index = {word: i for i, word in enumerate(self.words)}
        self.is_hashtag = self.hashtag_counts > 0
        hashtags = np.flatnonzero(self.is_hashtag).tolist()
        hashtags.sort(key=lambda i: (-self.hashtag_counts[i], self.words[i]))
        self.hashtag_ids = np.array(hashtags, np.int32)
        self.words_array = np.array(self.words, dtype=object)
        self.spellings = {word: form for word, form in (spellings or {}).items() if word in self.index}

    def __len__(self):
        return len(self.words)

    def __contains__(self, word):
        return word in self.index

    def lookup(self, words: Iterable[str]) -> tuple[np.ndarray, list[str]]:
        """The ids of the known words (int32, in order), and the unknown words (each once, in order)."""
        words = list(words)
        known = np.array([self.index[word] for word in words if word in self.index], np.int32)
        return known, list(dict.fromkeys(word for word in words if word not in self.index))

    def spelled(self, ids) -> list[str]:
        """The words of these ids as people write them."""
        return [self.spellings.get(word, word) for word in self.words_array[ids]]

    def to_json(self) -> dict:
        spellings = {"spellings": self.spellings} if self.spellings else {}
        return spellings | {
            "words": self.words,
            "counts": self.counts.tolist(),
            "hashtag_counts": self.hashtag_counts.tolist(),
        }

    @classmethod
    def from_json(cls, value: dict) -> Vocabulary:
        """The vocabulary that :meth:`to_json` gave. Raises DataError where it is malformed."""
        lists = [value.get(key) for key in ("words", "counts", "hashtag_counts")] if isinstance(value, dict) else [None]
        if not all(isinstance(part, list) and len(part) == len(lists[0]) for part in lists):
            raise DataError("the vocabulary must have 'words', 'counts' and 'hashtag_counts', lists of one length")
        if not all(isinstance(word, str) for word in lists[0]) or len(set(lists[0])) < len(lists[0]):
            raise DataError("the vocabulary's words must be distinct texts")
        if not all(type(count) is int and count >= 0 for part in lists[1:] for count in part):
            raise DataError("the vocabulary's counts must be whole numbers, 0 or more")
        spellings = value.get("spellings", {})
        if not isinstance(spellings, dict) or not all(isinstance(form, str) for form in spellings.values()):
            raise DataError("the vocabulary's spellings must be texts by word")
        return cls(*lists, spellings)
