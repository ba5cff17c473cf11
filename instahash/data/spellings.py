"""How people write words as hashtags: "TShirt" for tshirt."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping

from instahash.data.hashtags import is_hashtag
from instahash.data.words import few_marks, words

Forms = Counter[tuple[str, str]]  # (word, as it is written) -> uses


def forms_of(written: Mapping[str, int]) -> Forms:
    """The uses of each way to write a word, from those of hashtags as people write them."""
    found: Forms = Counter()
    for text, count in written.items():
        own, form = words(text), unicodedata.normalize("NFC", few_marks(text.strip().lstrip("#＃﹟")))
        # One hashtag, not several in one text, and such that nobody's "T-shirt" becomes a hashtag that ends at its T.
        if len(own) == 1 and is_hashtag(form):
            found[own[0], form] += count
    return found


def spellings_of(forms: Forms) -> dict[str, str]:
    """The most used way to write each word, ties by spelling, where it is not the word itself."""
    best: dict[str, tuple[int, str]] = {}
    for (word, form), count in forms.items():
        if word not in best or (-count, form) < best[word]:
            best[word] = -count, form
    return {word: form for word, (_, form) in best.items() if form != word}
