"""Words and their normalisation: the one form in which hashtags and labels meet."""

from __future__ import annotations

import unicodedata


def words(text: str) -> list[str]:
    """The words of a hashtag or a label, normalised, in order.

    NFKC, casefold, split on white space; of each piece only letters, digits and `_` of any script are kept, so a
    leading `#` goes too, and pieces of which nothing is left. Combining marks stay with the letter they belong to,
    since without them words of many scripts are different words.

    >>> words("#T-shirt"), words("Body of water")
    (['tshirt'], ['body', 'of', 'water'])
    """
    # Folding can leave letters and marks apart that NFKC would join.
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    kept = (piece if piece.isascii() and piece.isalnum() else _letters(piece) for piece in text.split())
    return [word for word in kept if word]


def _letters(piece: str) -> str:
    kept: list[str] = []
    after_letter = False
    for character in piece:
        kind = unicodedata.category(character)
        # Variation selectors are marks that choose a glyph, as emoji do, and are no part of a word.
        if kind in ("Mn", "Mc") and not unicodedata.name(character, "").startswith("VARIATION SELECTOR"):
            keep = after_letter
        else:
            after_letter = kind[0] == "L"
            keep = after_letter or kind[0] == "N" or character == "_"
        if keep:
            kept.append(character)
    return "".join(kept)
