"""A post: one photo with its author's hashtags and a detector's labels."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any, NamedTuple

from instahash.data.words import words
from instahash.errors import DataError

# What is meant as a score; a percentage is too, and refused.
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)? ?%?"
# A score with a comma in it, as many languages write it, is no label and a half.
DECIMAL_COMMA = re.compile(r"(?:^|[,;|\n])([^,;|\n]*\w[^,;|\n]*):\s*((?:0|1(?=,0+\b)),\d+)\s*(?=$|[,;|\n])")
# What stands between the words of a label, but for whole numbers as in "24/7" or "16:9".
BETWEEN = re.compile(r"[/:](?!(?<=\d.)\d)")


class Label(NamedTuple):
    """What a detector saw.

    description : str, may be several words.
    score : float in [0, 1].
    """

    description: str
    score: float


class Post(NamedTuple):
    """One photo.

    id : str.
    hashtags : tuple of str, as the author wrote them.
    labels : tuple of Label.
    user, created_at : str or None; a time is ISO 8601.
    features : tuple of str, what the user shares with others ("country:pt"), for recommendations that are personal.
    """

    id: str
    hashtags: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    user: str | None = None
    created_at: str | None = None
    features: tuple[str, ...] = ()


def post_from_json(value: Any) -> Post:
    """The post that a decoded JSON object describes; unknown keys are ignored, absent lists are empty.

    A label that is a plain text is believed: its score is 1.

    Raises DataError naming the key, what came and what was wanted.
    """
    if not isinstance(value, dict):
        raise DataError(f"a post must be a JSON object with an 'id', not {_shown(value)}")
    if "id" not in value:
        raise DataError("the post has no 'id'; every post needs an 'id' (a text)")
    hashtags = value.get("hashtags", ())
    if not isinstance(hashtags, (list, tuple)) or not all(isinstance(tag, str) for tag in hashtags):
        raise DataError(f"'hashtags' must be a list of texts, not {_shown(hashtags)}")
    features = value.get("user_features", ())
    if not isinstance(features, (list, tuple)) or not all(isinstance(feature, str) for feature in features):
        raise DataError(f"'user_features' must be a list of texts, not {_shown(features)}")
    labels = value.get("labels", ())
    if not isinstance(labels, (list, tuple)):
        wanted = 'a list of texts or {"description", "score"} objects'
        raise DataError(f"'labels' must be {wanted}, not {_shown(labels)}")
    return Post(
        _text(value, "id"),
        tuple(hashtags),
        tuple(_label(label) for label in labels),
        _text(value, "user") if value.get("user") is not None else None,
        _text(value, "created_at") if value.get("created_at") is not None else None,
        tuple(features),
    )


def labels_from_text(text: str, known: Container[str] = ()) -> list[str | tuple[str, float]]:
    """The labels that people type on one line, each as :func:`label_from_text` reads it.

    Commas, semicolons, bars and line ends stand between labels. Slashes and colons stand between the words of a label,
    but for those of a word that is in `known` as it is written ("and/or", where "andor" is known).
    Raises DataError for a score outside [0, 1], and for one with a decimal comma.
    """
    if comma := DECIMAL_COMMA.search(text):
        name, score = comma[1].strip(), comma[2]
        meant = _shown(f"{name}:{score.replace(',', '.')}")
        raise DataError(
            f"the score of {_shown(name)} is {score[:20]}, with a decimal comma, but commas stand between labels; write "
            f"it with a point, as in {meant}"
        )
    labels: list[str | tuple[str, float]] = []
    for part in filter(str.strip, re.split(r"[,;|\n]", text)):
        label = label_from_text(part)
        name, score = (label, None) if isinstance(label, str) else label
        pieces = (p if all(word in known for word in words(p)) else BETWEEN.sub(" ", p) for p in name.split())
        name = " ".join(pieces)
        labels.append(name if score is None else (name, score))
    return labels


def label_from_text(text: str) -> str | tuple[str, float]:
    """ "sky" or "sky:0.93" as :meth:`InstaHash.recommend` takes it. Raises DataError for a score outside [0, 1].

    A number behind a colon is a score, but for a whole one behind a digit, as in "16:9" or "12:30".
    """
    name, _, score = (part.strip() for part in text.rpartition(":"))
    is_ratio = name[-1:].isdigit() and score.isdigit() and score not in ("0", "1")
    if not name or is_ratio or not re.fullmatch(NUMBER, score):
        return text
    value = -1 if score.endswith("%") else float(score)
    if not 0 <= value <= 1:
        raise DataError(
            f'the score of {_shown(name)} is {score[:20]}; a score is from 0 to 1, as in "sky:0.93"; where the number '
            "is part of the label, leave the colon out"
        )
    return name, value


def _label(value: Any) -> Label:
    if isinstance(value, str):
        return Label(value, 1.0)
    if not isinstance(value, dict) or not isinstance(value.get("description"), str):
        wanted = "a text or an object with a 'description' (a text) and a 'score'"
        raise DataError(f"a label must be {wanted}, not {_shown(value)}")
    score = value.get("score")
    if isinstance(score, bool) or not isinstance(score, (int, float)):
        raise DataError(
            f"the 'score' of label '{value['description']}' must be a number in [0, 1], not {_shown(score)}"
        )
    if not 0 <= score <= 1:  # false for NaN too
        raise DataError(f"the 'score' of label '{value['description']}' is {_shown(score)}; it must lie in [0, 1]")
    return Label(value["description"], float(score))


def _text(value: dict, key: str) -> str:
    if not isinstance(value[key], str):
        raise DataError(f"'{key}' must be a text, not {_shown(value[key])}")
    return value[key]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
