"""The parts of a post under the names that people's files have for them, and in the shapes that these have."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from instahash.data import Label, Post, hashtags_from_list, hashtags_in, labels_from_text, time_text
from instahash.data.times import seconds_of
from instahash.errors import DataError
from instahash.formats.source import LeftOut

# Part -> its usual names, in small letters and digits, the best first: what is not empty under an earlier one counts.
NAMES = {
    part: names.split()
    for part, names in {
        "id": "id shortcode code pk postid postshortcode itemid mediaid photoid imageid file filename image photo path "
        "uri url link permalink",
        "hashtags": "hashtags tags hashtag tag",
        "caption": "caption captiontext edgemediatocaption description text body title content message posttext",
        "labels": "labels label",
        "user": "user username ownerusername owner author account userid ownerid",
        "created_at": "createdat takenat takenattimestamp timestamp date datetime postdate dateutc creationtimestamp "
        "time publishedat createdtime createtime",
        "user_features": "userfeatures",
        "photos": "photos photo image file filename path uri shortcode code pk postshortcode mediaid localpath",
    }.items()
}

# A number of this size or more is a time in milliseconds, microseconds or nanoseconds.
FINER = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
MOST_LITERAL = 2**16  # characters of a cell that is a list in Python's or JSON's form
# A list as NumPy prints it: Python would read the texts as one.
_NO_COMMA = re.compile(r"\[\s*(?:'[^',]*'|\"[^\",]*\")\s+['\"]")
LABEL_NAMES = ("description", "name", "Name", "label", "tag")
SCORE_NAMES = ("score", "confidence", "Confidence", "probability", "value")


@lru_cache(maxsize=4096)
def known(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Part of a post -> those of `names` under which it may stand, the best first."""
    found: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        plain = re.sub(r"[^a-z0-9]", "", name.lower()[:64])
        for part, usual_names in NAMES.items():
            if plain in usual_names:
                found.setdefault(part, []).append((usual_names.index(plain), name))
    return {part: tuple(name for _, name in sorted(names)) for part, names in found.items()}


def usual(item: Mapping[str, Any], columns: Mapping[str, str] = {}) -> dict[str, Any]:
    """The parts of a post in an object, by the usual names of its keys, or by those that the user gave."""
    parts: dict[str, Any] = {}
    for part, names in known(tuple(item)).items():
        if part == "photos":
            parts[part] = [item[name] for name in names if isinstance(item[name], (str, int))]
        else:
            parts[part] = next((item[name] for name in names if item[name] not in (None, "", [])), None)
    return parts | {part: item.get(name) for part, name in columns.items()}


def post_from_parts(parts: Mapping[str, Any], place: str, number: str) -> Iterator[Post | LeftOut]:
    """The post that has these parts, and before it what had to be left out of it.

    parts : of NAMES, in any of the shapes that tools write.
    number : the post's id where it has none.
    """
    left_out: list[LeftOut] = []

    def of(part: str, read: Callable[[Any], Any], default: Any) -> Any:
        value = parts.get(part)
        if value is None:
            return default
        try:
            return read(value)
        except DataError as error:
            left_out.append(LeftOut(place, f"'{part}' {error}", "part"))
            return default

    labels = of("labels", lambda value: _labels(value, place, left_out), ())
    hashtags = of("hashtags", _hashtags, ()) or of("caption", lambda value: tuple(hashtags_in(_caption(value))), ())
    user, features = of("user", _user, None), of("user_features", _texts, ())
    created_at, photos = of("created_at", _time, None), of("photos", _texts, ())
    own = of("id", _id, number)
    if not hashtags and not labels and not {"hashtags", "caption", "labels", "id"} & parts.keys():
        yield LeftOut(place, "has none of the parts of a post: hashtags, a caption, labels")
        return
    yield from left_out
    yield Post(own, hashtags, labels, user, created_at, features, photos)


def clean(text: str) -> str:
    """A text without halves of surrogate pairs, as a cut emoji leaves them."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def mended(text: str) -> str:
    """A text whose UTF-8 was taken for Latin-1, as in Instagram's exports, is put right; others stay.

    >>> mended("caf\\u00c3\\u00a9"), mended("caf\\u00e9")
    ('caf\\u00e9', 'caf\\u00e9')
    """
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def _id(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise DataError(f"must be a text or a number, not {value!r:.60}")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean(str(value))


def _user(value: Any) -> str | None:
    if isinstance(value, Mapping):
        names = ("username", "user_name", "name", "full_name", "id", "pk")
        value = next((value[name] for name in names if value.get(name) not in (None, "")), None)
    return None if value is None else _id(value)


def _texts(value: Any) -> tuple[str, ...]:
    value = _literal(value)
    if isinstance(value, str):
        return (clean(value),)
    if not isinstance(value, (list, tuple)):
        raise DataError(f"must be a list of texts, not {value!r:.60}")
    return tuple(_id(text) for text in value if text is not None)


def _hashtags(value: Any) -> tuple[str, ...]:
    value = _literal(value)
    if isinstance(value, str):
        return tuple(hashtags_from_list(mended(clean(value))))
    if not isinstance(value, (list, tuple)):
        raise DataError(f"must be a list of texts, not {value!r:.60}")
    found: list[str] = []
    for entry in value:
        if isinstance(entry, Mapping):
            entry = next((entry[name] for name in ("name", "text", "tag", "hashtag") if name in entry), None)
        if entry is None:
            continue
        text = mended(_id(entry))
        found += hashtags_from_list(text) if "#" in text[1:] or "," in text else [text]
    return tuple(found)


def _caption(value: Any) -> str:
    """The text of a caption, which may be in an object, in Instagram's list of edges, or split into words."""
    if isinstance(value, Mapping):
        if "edges" in value:
            edges = value["edges"]
            try:
                value = edges[0]["node"]["text"] if edges else ""
            except (KeyError, IndexError, TypeError):
                raise DataError("has no text where Instagram keeps it") from None
        else:
            value = value.get("text")
    if isinstance(value, (list, tuple)):
        value = " ".join(map(str, value))
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if not isinstance(value, str):
        raise DataError(f"must be a text or a list of words, not {value!r:.60}")
    return mended(clean(value))


def _time(value: Any) -> str | None:
    """A time as an ISO 8601 text: from one, from a text of an e-mail's form, or from seconds and finer units."""
    if isinstance(value, str):
        text = clean(value).strip()
        if not text or not math.isnan(seconds_of(text)):
            return text or None
        try:
            value = float(text)
        except ValueError:
            try:
                return parsedate_to_datetime(text).astimezone(timezone.utc).isoformat()
            except (ValueError, TypeError, IndexError, OverflowError):
                raise DataError(f"is {text!r:.60}, which is no time; write it as 2024-05-31T12:00:00") from None
    if hasattr(value, "isoformat"):  # as Parquet has them
        return str(value.isoformat())
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise DataError(f"must be a time, not {value!r:.60}")
    for least, parts in FINER:
        if abs(value) >= least:
            value = value / parts
            break
    return time_text(value)


def _labels(value: Any, place: str, left_out: list[LeftOut]) -> tuple[Label, ...]:
    """The labels that are sound; of the others a line each."""
    value = _literal(value)
    if isinstance(value, str):
        typed = labels_from_text(clean(value))
        return tuple(Label(label, 1.0) if isinstance(label, str) else Label(*label) for label in typed)
    if isinstance(value, Mapping) and "description" not in value:
        value = [{"description": name, "score": score} for name, score in value.items()]
    if not isinstance(value, (list, tuple)):
        raise DataError(f"must be a list of texts or {{'description', 'score'}} objects, not {value!r:.60}")
    labels = []
    for entry in value:
        try:
            labels.append(_label(entry))
        except DataError as error:
            left_out.append(LeftOut(place, str(error), "part"))
    return tuple(labels)


def _label(entry: Any) -> Label:
    """A text, a pair, or an object; a score that is missing is 0, since Google's client leaves zeros out."""
    if isinstance(entry, str):
        return Label(clean(entry), 1.0)
    if isinstance(entry, Mapping):
        name = next((entry[name] for name in LABEL_NAMES if name in entry), None)
        score: Any = next((entry[name] for name in SCORE_NAMES if entry.get(name) is not None), 0.0)
    elif isinstance(entry, (list, tuple)) and len(entry) == 2:
        name, score = entry
    else:
        name = score = None
    if not isinstance(name, str):
        raise DataError(f"a label must be a text or an object with a 'description' and a 'score', not {entry!r:.60}")
    try:
        number = math.nan if isinstance(score, bool) else float(score)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not 0 <= number <= 1:  # false for NaN too
        raise DataError(f"the 'score' of label {name!r:.60} is {score!r:.60}; it must be a number and lie in [0, 1]")
    return Label(clean(name), number)


def _literal(value: Any) -> Any:
    """A cell of a table that is a list or an object in JSON's or Python's form, as pandas writes it."""
    if not isinstance(value, str) or value[:1] not in ("[", "{", "(") or len(value) > MOST_LITERAL:
        return value
    if _NO_COMMA.match(value):
        return [one or two for one, two in re.findall(r"'([^']*)'|\"([^\"]*)\"", value)]
    for read in (json.loads, ast.literal_eval):
        try:
            return read(value)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
    return value
