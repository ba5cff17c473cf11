"""Words and their normalisation: the one form in which hashtags and labels meet."""

from __future__ import annotations

import re
import unicodedata

# Unicode's Extended_Pictographic but for its punctuation, the letters of flags, and the tones of skin.
_EMOJI = re.compile(
    "["
    r"©®\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u2388\u23cf\u23e9-\u23f3\u23f8-\u23fa\u24c2"
    r"\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2605\u2607-\u2612\u2614-\u2685\u2690-\u2705\u2708-\u2712\u2714"
    r"\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763-\u2767\u2795-\u2797"
    r"\u27a1\u27b0\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3297\u3299\U0001f000-\U0001f0ff"
    r"\U0001f10d-\U0001f10f\U0001f12f\U0001f16c-\U0001f171\U0001f17e\U0001f17f\U0001f18e\U0001f191-\U0001f19a"
    r"\U0001f1ad-\U0001f1ff\U0001f201-\U0001f20f\U0001f21a\U0001f22f\U0001f232-\U0001f23a\U0001f23c-\U0001f23f"
    r"\U0001f249-\U0001f53d\U0001f546-\U0001f64f\U0001f680-\U0001f6ff\U0001f774-\U0001f77f\U0001f7d5-\U0001f7ff"
    r"\U0001f80c-\U0001f80f\U0001f848-\U0001f84f\U0001f85a-\U0001f85f\U0001f888-\U0001f88f\U0001f8ae-\U0001f8ff"
    r"\U0001f90c-\U0001f93a\U0001f93c-\U0001f945\U0001f947-\U0001faff\U0001fc00-\U0001fffd"
    "]"
)
# Joiners and variation selectors choose how a word looks, and people write the same word with and without them.
_UNSEEN = re.compile("[\u200c\u200d\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# In the letters of KINDS: what is part of a word or parts words; of ASCII, once in small letters, what is neither.
_KEPT = re.compile("(?:L[LM]*|N+K?|E[ET]*|S+)+")
_LEFT_OUT = re.compile(r"[^a-z0-9_\s]+")
_MARKS = re.compile("M+")
MOST_MARKS = 100  # one behind the other; people's languages have fewer than 20


class _Kinds(dict[int, str]):
    def __missing__(self, code: int) -> str:
        kind = self[code] = _kind(chr(code))
        return kind


def _kind(character: str) -> str:
    if character in "\u200c\u200d":
        return "J"
    if "\U000e0020" <= character <= "\U000e007f":
        return "T"
    if character.isspace():
        return "S"
    form = unicodedata.normalize("NFKC", character)
    first, category = form[0], unicodedata.category(form[0])
    if category[0] in "LN" and len(form.split()) == 1:  # a few letters of Arabic are whole phrases
        return category[0]
    if category in ("Mn", "Mc"):
        return "M"
    fixed = {"_": "N", "#": "#", "\u20e3": "K"}
    return fixed.get(first) or ("E" if _EMOJI.match(first) else ".")


# What each character is to a word, for str.translate: L letter, N digit or _, M mark, E emoji, K the key around a
# digit, T a letter behind the flag of a region, J joiner, S white space, # each width of it, and a point for others.
KINDS = _Kinds()


def joined(text: str) -> str:
    """All words of the text as one, as people write a hashtag of them: "golden retriever" -> goldenretriever."""
    return "".join(words(text))


def words(text: str) -> list[str]:
    """The words of a hashtag or a label, normalised, in order.

    NFKC, casefold, split on white space; of each piece only letters, digits and `_` of any script and emoji are kept,
    so a leading `#` goes too, and pieces of which nothing is left. Combining marks stay with the letter they belong
    to, since without them words of many scripts are different words; joiners and variation selectors go.

    >>> words("#T-shirt"), words("Body of water"), words("love❤️")
    (['tshirt'], ['body', 'of', 'water'], ['love❤'])
    """
    if text.isascii():
        return _LEFT_OUT.sub("", text.lower()).split()
    text = _UNSEEN.sub("", few_marks(text))
    # Folding can leave letters and marks apart that NFKC would join.
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(text[slice(*run.span())] for run in _KEPT.finditer(text.translate(KINDS)))
    return unicodedata.normalize("NFC", kept).split()  # parts of a syllable of Hangul may have met


def few_marks(text: str) -> str:
    """The text with at most MOST_MARKS combining marks behind each other, so that it is normalised in linear time.

    Marks are put in order by steps that grow with the square of their number, says UAX #15 of its stream-safe texts.
    """
    if len(text) <= MOST_MARKS:
        return text
    kinds = text.translate(KINDS)
    if "M" * (MOST_MARKS + 1) not in kinds:
        return text
    parts, end = [], 0
    for run in _MARKS.finditer(kinds):
        parts.append(text[end : min(run.end(), run.start() + MOST_MARKS)])
        end = run.end()
    return "".join(parts) + text[end:]
