"""Every error instahash raises on purpose.

Each message says, in one line, what came, what was wanted and what to try. The commands print that line and exit with
status 2; a program catches :class:`InstahashError` or one of its kinds.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from numbers import Real

LONGEST = 300  # characters of a line for people


def plural(number: int, noun: str) -> str:
    """ "1 post", "2 posts": how texts for people count."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def shown(value: object) -> str:
    """A value in an error line, as Python writes it, on one line and shortened."""
    try:
        return cut(one_line(value if isinstance(value, Real) else ascii(value)), 60)
    except Exception:  # a whole number of thousands of digits, or an object that cannot be written
        return f"{type(value).__name__} that cannot be shown"


def cut(text: str, longest: int = 80) -> str:
    """The text, shortened where it is longer than that."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def one_line(text: object) -> str:
    """What somebody else says, as one printable line."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split()).rstrip(".")


def nearest(name: str, known: Iterable[str], most: int = 3, least: float = 0.6) -> list[str]:
    """The few known names that are near to a name, whatever their capitals, the nearest first.

    least : in [0, 1], how alike they are, by difflib's measure. Names far less alike than the nearest are left out.
    """
    folded, name = {each.casefold(): each for each in known}, name.casefold()
    close = get_close_matches(name, folded, most, least)
    close = get_close_matches(name, close, most, max(least, 0.9)) or close
    # That measure hardly knows letters that changed places, nor that the dashes before options are no likeness.
    alike = {}
    for each in close:
        matcher = SequenceMatcher(None, name.lstrip("-"), each.lstrip("-"))
        alike[each] = matcher.ratio() + matcher.quick_ratio()
    near = sorted(alike, key=lambda each: -alike[each])
    return [folded[each] for each in near if 3 * alike[each] >= 2 * alike[near[0]]]


def meant(name: str, known: Iterable[str], most: int = 3) -> str:
    """Asks whether one of these was meant; "" where none is near."""
    near = nearest(name, known, most)
    return f"did you mean {' or '.join(near)}?" if near else ""


def printable(text: str) -> str:
    """A text from outside as one line that a terminal only displays: what would steer it is escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def line(text: object) -> str:
    """Any text as one printable line of at most LONGEST characters.

    What does not fit is left out of the middle, since a message begins with where it is and ends with what to try.
    """
    text = str(text)
    if len(text) > 2 * LONGEST:  # of which no more is looked at
        text = text[:LONGEST] + text[-LONGEST:]
    text = printable(text)
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]}…{text[half + 1 - LONGEST :]}"


class InstahashError(Exception):
    """Base of all errors raised on purpose; its text is one line fit to be shown to a user, whatever came in."""

    def __init__(self, text: object = "") -> None:
        super().__init__(line(text))


class DataError(InstahashError):
    """Posts, a file of posts, or an array given to a model is not what was wanted."""


class DataWarning(UserWarning):
    """Something in a file was left out, or read otherwise than it stands there; its text is one line."""

    def __init__(self, text: object = "") -> None:
        super().__init__(line(text))


class UnknownWordError(DataError, KeyError):
    """Words that a vocabulary does not have; `words` lists all of them."""

    def __init__(self, words: Iterable[str]):
        self.words = list(words)
        first = ", ".join(repr(word) for word in self.words[:10]) + (", ..." if len(self.words) > 10 else "")
        super().__init__(f"not in the vocabulary: {first}; check the spelling, or leave unknown words out")

    def __str__(self) -> str:  # KeyError's own would put the line in quotes
        return str(self.args[0])

    def __reduce__(self) -> tuple[type[UnknownWordError], tuple[list[str]]]:
        return type(self), (self.words,)


class ModelError(InstahashError):
    """A model directory or a file of weights is missing, incomplete, changed, or cannot be read or written."""


class UntrainedError(ModelError, AttributeError):
    """A model that is not trained has not yet what is wanted of it."""

    def __init__(self) -> None:
        super().__init__("this model is not trained: call fit, or load one")

    def __reduce__(self) -> tuple[type[UntrainedError], tuple[()]]:
        return type(self), ()


class ImageError(InstahashError):
    """One image cannot be read, or a detector refuses it; others are not concerned."""


class AnnotatorError(InstahashError):
    """No image can be annotated: a package or credentials are missing, or the service is away or refuses."""


class SettingsError(InstahashError):
    """A setting does not exist or its value is out of range."""


class DivergenceError(InstahashError):
    """Training reached a value that is not finite."""
