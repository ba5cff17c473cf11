"""Labels as people type them: "sky:0.93, body of water"."""

from __future__ import annotations

import re
from collections.abc import Container

from instahash.data.words import words
from instahash.errors import DataError, shown

# What is meant as a score; a percentage is too, and refused.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)? ?%?|nan")
_BETWEEN = re.compile(r"([,;|\n])")
# What stands between the words of a label, but for whole numbers as in "24/7" or "16:9".
_BETWEEN_WORDS = re.compile(r"[/:](?!(?<=\d.)\d)")


def labels_from_text(text: str, known: Container[str] = ()) -> list[str | tuple[str, float]]:
    """The labels that people type on one line, each as :func:`label_from_text` reads it.

    Commas, semicolons, bars and line ends stand between labels. Slashes and colons stand between the words of a label,
    but for those of a word that is in `known` as it is written ("and/or", where "andor" is known).
    Raises DataError for a score outside [0, 1], one with a decimal comma, and one without a label.
    """
    if not isinstance(text, str):
        raise DataError(f"labels are {shown(text)}; they must be a text")
    parts = _BETWEEN.split(text)
    if "," in parts:
        _check_commas(parts)
    labels: list[str | tuple[str, float]] = []
    for part in filter(str.strip, parts[::2]):
        label = label_from_text(part)
        name, score = (label, None) if isinstance(label, str) else label
        if _BETWEEN_WORDS.search(name):
            pieces = (p if all(w in known for w in words(p)) else _BETWEEN_WORDS.sub(" ", p) for p in name.split())
            name = " ".join(pieces)
        name = name.strip()
        labels.append(name if score is None else (name, score))
    return labels


def _check_commas(parts: list[str]) -> None:
    """Raise DataError for a score with a comma in it, as many languages write it, which is no label and a half.

    parts : labels, and what stands between them at the odd places.
    """
    for part, comma, behind in zip(parts[::2], parts[1::2], parts[2::2]):
        name, _, whole = part.rpartition(":")
        digits = behind.rstrip()
        is_score = digits.isdecimal() and (whole.lstrip() == "0" or (whole.lstrip() == "1" and not digits.strip("0")))
        if comma == "," and is_score and re.search(r"\w", name):
            name, whole = name.strip(), whole.strip()
            raise DataError(
                f"the score of {name!r:.60} is {f'{whole},{digits}':.20}, with a decimal comma, but commas stand "
                f"between labels; write it with a point, as in {f'{name}:{whole}.{digits}'!r:.60}"
            )


def label_from_text(text: str) -> str | tuple[str, float]:
    """ "sky" or "sky:0.93" as :meth:`InstaHash.recommend` takes it. Raises DataError for a score outside [0, 1].

    One that is of no label is refused too. A number behind a colon is a score, but for a whole one behind a digit, as
    in "16:9" or "12:30".
    """
    name, colon, score = text.rpartition(":")
    name, score = name.strip(), score.strip()
    if colon and not name and _NUMBER.fullmatch(score):
        raise DataError(f'{text.strip()!r:.60} is a score without a label; write it behind one, as in "sky:0.93"')
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
