"""Words that mean nearly the same as a word, or more: what stands in for it where it is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache

import numpy as np

from instahash.data.broader import broader, label_names
from instahash.data.words import joined, words

# Endings of British spelling and of American, either of which may be the known one.
ENDINGS = (("tre", "ter"), ("bre", "ber"), ("ise", "ize"), ("yse", "yze"), ("ogue", "og"))
# The same of what may stand within a word.
WITHIN = (("our", "or"), ("grey", "gray"))
# What the plural of two numbers has, and one of two spellings.
VARIED = ("s", *(old for old, _ in ENDINGS))
VARYING = ("_", *(old for old, _ in WITHIN))
# The shortest stem that an ending is taken off, and words that would lose an s that is no ending.
STEM, NO_PLURALS = 3, frozenset(("news", "mars", "lens"))


def kin(word: str, known: Callable[[str], bool]) -> list[str]:
    """The known words that stand in for an unknown one: another spelling or number of it, or all that are broader.

    >>> kin("dogs", {"dog", "animal"}.__contains__), kin("goldenretriever", {"dog", "animal"}.__contains__)
    (['dog'], ['dog', 'animal'])
    """
    forms, more = _kin(word)
    same = next(filter(known, forms), None)
    return list(filter(known, more)) if same is None else [same]


@lru_cache(2**14)
def _kin(word: str) -> tuple[list[str], list[str]]:
    """All that may stand in for a word: its other spellings and numbers, and what is broader, each word once."""
    forms = [*spellings(word)]
    label = next((_labels()[form] for form in (word, *forms) if form in _labels()), "")
    return forms, list(dict.fromkeys(part for text in broader(label) for part in words(text)))


def spellings(word: str) -> Iterator[str]:
    """Other spellings of an English word: its plural or singular, as it is written across the Atlantic."""
    if word.endswith("ies") and len(word) > STEM + 2:
        yield word[:-3] + "y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")) and len(word) > STEM + 1:
        yield word[:-2]
    if word.endswith("s") and not word.endswith("ss") and len(word) > STEM:
        if word not in NO_PLURALS:
            yield word[:-1]
    elif len(word) >= STEM:
        yield word + "s"
        if word.endswith("y"):
            yield word[:-1] + "ies"
        if word.endswith(("s", "x", "z", "ch", "sh", "o")):
            yield word + "es"
    for pair in ENDINGS:
        for old, new in (pair, pair[::-1]):
            if word.endswith(old) and len(word) - len(old) >= 2:
                yield word.removesuffix(old) + new
    for pair in WITHIN:
        for old, new in (pair, pair[::-1]):
            if (start := word.find(old, 0 if old in ("grey", "gray") else STEM)) >= 0:
                yield word[:start] + new + word[start + len(old) :]


@lru_cache(2**14)
def variants(word: str) -> tuple[str, ...]:
    """Words that are this one in another number or spelling, each the other's; an underscore in it makes no difference.

    >>> variants("flowers"), "news" in variants("new")
    (('flower',), False)
    """
    plain = word.replace("_", "")
    mutual = tuple(form for form in dict.fromkeys(spellings(plain)) if plain in spellings(form))
    return mutual if plain == word else (plain, *mutual)


def one_of_variants(words: Iterable[str]) -> list[str]:
    """The words, but none behind one that it is a variant of.

    >>> one_of_variants(["flowers", "new_york", "flower", "newyork"])
    ['flowers', 'new_york']
    """
    kept: dict[str, str] = {}  # without underscores -> as it is
    for word in words:
        plain = word.replace("_", "")
        if kept.keys().isdisjoint((plain, *variants(plain))):
            kept[plain] = word
    return [*kept.values()]


def variant_groups(words: Sequence[str]) -> np.ndarray:
    """(n_words,) int32, for each of these distinct words the number of the first one that it is a variant of, directly
    or through others; its own where there is none.
    """
    index, group = {word: i for i, word in enumerate(words)}, np.arange(len(words), dtype=np.int32)

    def first(i: int) -> int:
        while group[i] != i:
            i = int(group[i])
        return i

    for i, word in enumerate(words):
        # Of two variants one has such a mark, and most words have none, so that few are looked at closely.
        if word.endswith(VARIED) or any(part in word for part in VARYING):
            for other in filter(index.__contains__, variants(word)):
                a, b = first(i), first(index[other])
                group[max(a, b)] = min(a, b)
    return np.array([first(i) for i in range(len(words))], np.int32)


@cache
def _labels() -> dict[str, str]:
    """The labels of the offline annotator by how they are written as hashtags."""
    return {joined(name): name for name in label_names()}
