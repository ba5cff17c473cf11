"""Where a hashtag begins and ends in what people write."""

from __future__ import annotations

import html
import re

from instahash.data.words import KINDS
from instahash.errors import DataError, shown

# In the letters of KINDS. A joiner is part of a hashtag only where one goes on behind it.
_HASHTAG = re.compile("[LNE][LNEMKT]*(?:J+[LNEM][LNEMKT]*)*")
_SIGNED = re.compile(f"#({_HASHTAG.pattern})")
# An entity of HTML, escaped once or more; a number's end may have been cut off.
_ENTITY = re.compile("&(?:amp;)*(#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[a-zA-Z][a-zA-Z0-9]{1,31};)")
# From what shows that it is a URL to its end, which punctuation outside ASCII is too.
_URL = re.compile(
    r"(?:(?<=\w)(?:://|\.[a-z]{2,24}/)|\bwww\.)[^\s،؛؟।\u2000-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20]*", re.I
)
_COMMAS = ",;|，；｜、،؛"


def hashtags_in(text: str) -> list[str]:
    """The hashtags of a caption as they are written, without their #, in order, each once.

    A hashtag is a # of any width and the letters, digits, `_`, marks and emoji of any script behind it, with the
    joiners between them: the extended hashtags of UAX #31 without its + and - and without punctuation, as Instagram
    has them. So digits alone are one, `#2024`, and so is one behind a letter, `#a#b`. Entities of HTML are read as
    what they stand for, and the fragment of a URL is no hashtag. Takes time in proportion to the text's length.

    >>> hashtags_in("Sunday! #beach#sea with #friends, #beach again # https://example.com/a#b it&#39;s #☕️")
    ['beach', 'sea', 'friends', '☕️']
    """
    text = _URL.sub(" ", _unescaped(text))
    return list(dict.fromkeys(text[slice(*found.span(1))] for found in _SIGNED.finditer(text.translate(KINDS))))


def hashtags_from_list(text: str) -> list[str]:
    """The hashtags of a field that lists them, without their #, in order, each once.

    Between them stand commas, semicolons or bars, of any width, and #; where there are none of the first three, blanks.
    What else no hashtag can have is left out, and with it the blanks of a hashtag of several words.

    >>> hashtags_from_list("#coffee #morning"), hashtags_from_list("coffee shop, T-shirt,#dog")
    (['coffee', 'morning'], ['coffeeshop', 'Tshirt', 'dog'])
    """
    text = _unescaped(text)
    between = _COMMAS if any(comma in text for comma in _COMMAS) else r"\s"
    parts = dict.fromkeys(re.split(f"[{between}#＃﹟]+", text))
    return list(dict.fromkeys(filter(None, map(_squeezed, parts))))


def is_hashtag(text: str) -> bool:
    """Whether a # in front of the text makes a hashtag of all of it."""
    return _HASHTAG.fullmatch(text.translate(KINDS)) is not None


def _squeezed(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text
    return "".join(text[slice(*found.span())] for found in _HASHTAG.finditer(text.translate(KINDS)))


def _unescaped(text: str) -> str:
    if not isinstance(text, str):
        raise DataError(f"what hashtags are looked for in is {shown(text)}; it must be a text")
    return _ENTITY.sub(lambda entity: html.unescape(f"&{entity[1]}"), text) if "&" in text else text
