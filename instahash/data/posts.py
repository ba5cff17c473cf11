"""A post: one photo with its author's hashtags and a detector's labels."""

from __future__ import annotations

from typing import Any, NamedTuple

from instahash.errors import DataError


class Label(NamedTuple):
    """What a detector saw: a description, which may be several words, and a score in [0, 1]."""

    description: str
    score: float


class Post(NamedTuple):
    """One photo.

    hashtags : as the author wrote them.
    created_at : ISO 8601.
    features : what the user has in common with others ("country:pt"), for recommendations that are personal.
    """

    id: str
    hashtags: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    user: str | None = None
    created_at: str | None = None
    features: tuple[str, ...] = ()


def post_from_json(value: Any) -> Post:
    """The post that a decoded JSON object describes; unknown keys are ignored, absent lists are empty.

    A label that is a plain text has the score 1.

    Raises DataError naming the key, what came and what was wanted.
    """
    if not isinstance(value, dict):
        raise DataError(f"a post must be a JSON object with an 'id', not {_printable(value)}")
    if "id" not in value:
        raise DataError("the post has no 'id'; every post needs an 'id' (a text)")
    hashtags, features = _texts(value, "hashtags"), _texts(value, "user_features")
    labels = value.get("labels", ())
    if not isinstance(labels, (list, tuple)):
        wanted = 'a list of texts or {"description", "score"} objects'
        raise DataError(f"'labels' must be {wanted}, not {_printable(labels)}")
    user, created_at = (None if value.get(key) is None else _text(value, key) for key in ("user", "created_at"))
    return Post(_text(value, "id"), hashtags, tuple(map(_label, labels)), user, created_at, features)


def _label(value: Any) -> Label:
    if isinstance(value, str):
        return Label(value, 1.0)
    if not isinstance(value, dict) or not isinstance(value.get("description"), str):
        wanted = "a text or an object with a 'description' (a text) and a 'score'"
        raise DataError(f"a label must be {wanted}, not {_printable(value)}")
    score = value.get("score")
    if isinstance(score, bool) or not isinstance(score, (int, float)) or not 0 <= score <= 1:  # false for NaN too
        name, wanted = value["description"], "it must be a number and lie in [0, 1]"
        raise DataError(f"the 'score' of label '{name}' is {_printable(score)}; {wanted}")
    return Label(value["description"], float(score))


def _text(value: dict[str, Any], key: str) -> str:
    text = value[key]
    if not isinstance(text, str):
        raise DataError(f"'{key}' must be a text, not {_printable(text)}")
    return text


def _texts(value: dict[str, Any], key: str) -> tuple[str, ...]:
    texts = value.get(key, ())
    if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
        raise DataError(f"'{key}' must be a list of texts, not {_printable(texts)}")
    return tuple(texts)


def _printable(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
