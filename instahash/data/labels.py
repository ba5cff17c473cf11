"""Labels as people type them: "sky:0.93, body of water"."""

from __future__ import annotations

import re
from collections.abc import Container

from instahash.data.words import words
from instahash.errors import DataError

# What is meant as a score; a percentage is too, and refused.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)? ?%?")
# A score with a comma in it, as many languages write it, is no label and a half.
_DECIMAL_COMMA = re.compile(r"(?:^|[,;|\n])([^,;|\n]*\w[^,;|\n]*):\s*((?:0|1(?=,0+\b)),\d+)\s*(?=$|[,;|\n])")
_COMMA = re.compile(r":\s*[01],\d")  # what such a text has in any case, which is found faster
# What stands between the words of a label, but for whole numbers as in "24/7" or "16:9".
_BETWEEN_WORDS = re.compile(r"[/:](?!(?<=\d.)\d)")


def labels_from_text(text: str, known: Container[str] = ()) -> list[str | tuple[str, float]]:
    """The labels that people type on one line, each as :func:`label_from_text` reads it.

    Commas, semicolons, bars and line ends stand between labels. Slashes and colons stand between the words of a label,
    but for those of a word that is in `known` as it is written ("and/or", where "andor" is known).
    Raises DataError for a score outside [0, 1], and for one with a decimal comma.
    """
    if _COMMA.search(text) and (comma := _DECIMAL_COMMA.search(text)):
        name, number = comma[1].strip(), comma[2]
        meant = f"{name}:{number.replace(',', '.')}"
        raise DataError(
            f"the score of {name!r:.60} is {number[:20]}, with a decimal comma, but commas stand between labels; write "
            f"it with a point, as in {meant!r:.60}"
        )
    labels: list[str | tuple[str, float]] = []
    for part in filter(str.strip, re.split(r"[,;|\n]", text)):
        label = label_from_text(part)
        name, score = (label, None) if isinstance(label, str) else label
        if _BETWEEN_WORDS.search(name):
            pieces = (p if all(w in known for w in words(p)) else _BETWEEN_WORDS.sub(" ", p) for p in name.split())
            name = " ".join(pieces)
        name = name.strip()
        labels.append(name if score is None else (name, score))
    return labels


def label_from_text(text: str) -> str | tuple[str, float]:
    """ "sky" or "sky:0.93" as :meth:`InstaHash.recommend` takes it. Raises DataError for a score outside [0, 1].

    A number behind a colon is a score, but for a whole one behind a digit, as in "16:9" or "12:30".
    """
    name, _, score = text.rpartition(":")
    name, score = name.strip(), score.strip()
    is_ratio = score.isdigit() and score not in ("0", "1") and name[-1:].isdigit()
    if not name or is_ratio or not _NUMBER.fullmatch(score):
        return text
    value = -1 if score.endswith("%") else float(score)
    if not 0 <= value <= 1:
        raise DataError(
            f'the score of {name!r:.60} is {score[:20]}; a score is from 0 to 1, as in "sky:0.93"; where the number '
            "is part of the label, leave the colon out"
        )
    return name, value
