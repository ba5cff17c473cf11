"""The values of a post's parts, in the shapes that tools and people write."""

from __future__ import annotations

import ast
import json
import math
import re
import warnings
from collections.abc import Iterable, Iterator
from datetime import timezone
from email.utils import parsedate_to_datetime
from reprlib import repr as shown
from typing import Any

from instahash.data import Label, hashtags_from_list, hashtags_in, labels_from_text, time_text
from instahash.data.given import DESCRIPTIONS, EXACT, SCORES
from instahash.data.times import seconds_of
from instahash.errors import DataError
from instahash.formats.source import LeftOut

__all__ = [
    "MISSING", "hashtags_of", "hashtags_of_caption", "id_of", "labels_of", "shown", "texts_of", "time_of", "user_of",
]  # fmt: skip

# How pandas, R, databases and spreadsheets write that a cell has no value.
MISSING = frozenset(("", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", "None", "NaT", "<NA>", "\\N"))
# A number of this size or more is a time in nanoseconds, microseconds or milliseconds.
FINER = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
_DOTTED = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4})", re.ASCII)  # day, month, year
LONGEST_TIME = 100  # characters
YEARS = range(1900, 2101)  # a number of these is no time
MOST_LITERAL = 2**16  # characters of a cell that is a list in Python's or JSON's form
# A list as NumPy prints it: Python would read the texts as one.
_NO_COMMA = re.compile(r"\[\s*(?:'[^',]*'|\"[^\",]*\")\s+['\"]")
_NUMPY = re.compile(r"\b(?:np\.\w+|array)\(([^()]*?)(?:,\s*dtype=\w+)?\)")
_CONTROL = re.compile("[\x80-\x9f]")
USER_NAMES = ("username", "user_name", "screen_name", "uniqueId", "name", "full_name", "id", "pk")
HASHTAG_NAMES = ("name", "text", "tag", "hashtag")


def clean(text: str) -> str:
    """A text without halves of surrogate pairs, as a cut emoji leaves them."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def mended(text: str) -> str:
    """A text whose UTF-8 was taken for Latin-1, as in Instagram's exports, is put right; others stay.

    A character that was cut is left out, where the text shows by a control character what happened to it.

    >>> mended("caf\\u00c3\\u00a9"), mended("caf\\u00e9")
    ('caf\\u00e9', 'caf\\u00e9')
    """
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8", "ignore" if _CONTROL.search(text) else "strict")
    except UnicodeError:
        return text


def id_of(value: Any) -> str:
    """A text or a whole number as a text. Raises DataError for anything else."""
    value = _plain(value)
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and value.is_integer():
        if abs(value) >= EXACT:  # whose last digits are lost
            raise DataError(f"must be a text, or a whole number without a point where it is long, not {value}")
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        raise DataError(f"must be a text or a number, not {shown(value)}")
    return str(value)


def _plain(value: Any) -> Any:
    """What stands in MongoDB's {"$oid": ...}, {"$date": {"$numberLong": ...}} and the like."""
    while isinstance(value, dict) and len(value) == 1 and str(next(iter(value))).startswith("$"):
        (value,) = value.values()
    return value


def user_of(value: Any) -> str | None:
    """A name, a number, or what is first known of an object. Raises DataError for anything else."""
    value = _plain(value)
    if isinstance(value, dict):
        value = next((value[name] for name in USER_NAMES if value.get(name) not in (None, "")), None)
    return None if value is None else id_of(value)


def _listed(value: Any) -> Iterable[Any]:
    if not isinstance(value, (list, tuple)):
        raise DataError(f"must be a list of texts, not {shown(value)}")
    return value


def texts_of(value: Any) -> tuple[str, ...]:
    """A text, or the texts of a list. Raises DataError for anything else."""
    value = _literal(value)
    if isinstance(value, str):
        return (clean(value),)
    return tuple(id_of(text) for text in _listed(value) if text is not None)


def hashtags_of(value: Any) -> tuple[str, ...]:
    """The hashtags of a text that lists them, or of a list of texts or objects. Raises DataError for anything else."""
    value = _literal(value)
    if isinstance(value, str):
        return tuple(hashtags_from_list(mended(clean(value))))
    found: list[str] = []
    for entry in _listed(value):
        if isinstance(entry, dict):
            entry = next((entry[name] for name in HASHTAG_NAMES if name in entry), None)
        if entry is None:
            continue
        text = entry if isinstance(entry, str) and entry.isascii() else mended(id_of(entry))
        if "#" in text and "#" in text[1:] or "," in text:
            found += hashtags_from_list(text)
        elif text:
            found.append(text)
    return tuple(found)


def hashtags_of_caption(value: Any) -> tuple[str, ...]:
    """The hashtags in a caption. Raises DataError for what is none."""
    return tuple(hashtags_in(_caption(value)))


def _caption(value: Any) -> str:
    """The text of a caption, which may be in an object, in Instagram's list of edges, or split into words."""
    if isinstance(value, dict):
        if "edges" in value:
            edges = value["edges"]
            try:
                value = edges[0]["node"]["text"] if edges else ""
            except (KeyError, IndexError, TypeError):
                raise DataError("has no text where Instagram keeps it") from None
        else:
            value = value.get("text", "")
    if isinstance(value, (list, tuple)) and all(isinstance(word, str) for word in value):
        value = " ".join(value)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise DataError(f"must be a text or a list of words, not {shown(value)}")
    return mended(clean(value))


def time_of(value: Any) -> str | None:
    """A time as an ISO 8601 text: from one, from a text of an e-mail's form, or from seconds and finer units.

    Raises DataError for anything else, and for a time beyond the calendar.
    """
    try:
        return _time_text(value)
    except (DataError, ValueError, TypeError, IndexError, OverflowError):
        raise DataError(f"must be a time as 2024-05-31T12:00:00 or in seconds since 1970, not {shown(value)}") from None


def _time_text(value: Any) -> str | None:
    value = _plain(value)
    if isinstance(value, dict):  # as Firestore has it
        value = value.get("seconds", value.get("_seconds"))
    if isinstance(value, str):
        text = clean(value).strip()
        if text in MISSING:
            return None
        text = text.removesuffix(" UTC")
        if text[4:5] == "/":
            text = text.replace("/", "-", 2)
        elif found := _DOTTED.match(text):
            text = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}{text[found.end() :]}"
        if not math.isnan(seconds_of(text)):
            return text
        try:
            value = float(text)
        except ValueError:
            moment = parsedate_to_datetime(text[:LONGEST_TIME])
            return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).isoformat()
    if hasattr(value, "isoformat"):
        return _time_text(str(value.isoformat()))
    if isinstance(value, bool) or value in YEARS:
        raise TypeError
    finer = next((parts for least, parts in FINER if abs(value) >= least), 1)
    return time_text(value / finer)


def labels_of(value: Any, place: str, left_out: list[LeftOut]) -> tuple[Label, ...]:
    """The labels that are sound; of the others a line each in `left_out`. Raises DataError for what is no list."""
    value = _literal(value)
    if isinstance(value, str):
        return tuple(_typed(value))
    if isinstance(value, dict) and not any(name in value for name in DESCRIPTIONS):
        value = list(value.items())
    elif isinstance(value, dict):
        value = [value]
    labels: list[Label] = []
    for entry in _listed(value):
        if isinstance(entry, dict):  # the usual form, without detours
            name, score = entry.get("description"), entry.get("score")
            if isinstance(name, str) and isinstance(score, float) and 0 <= score <= 1:
                labels.append(Label(clean(name), score))
                continue
        try:
            labels += _label(entry)
        except DataError as error:
            left_out.append(LeftOut(place, str(error), "part"))
    return tuple(labels)


def _typed(text: str) -> Iterator[Label]:
    """Labels as people type them: "cat:0.9, dog"."""
    try:
        if text[:1] in ("[", "{") and ":" in text:  # a list whose form is not known
            raise DataError
        for label in labels_from_text(clean(text)):
            yield Label(label.strip(), 1.0) if isinstance(label, str) else Label(*label)
    except DataError:
        raise DataError(f'must be a list, or labels as in "cat:0.9, dog", not {shown(text)}') from None


def _label(entry: Any) -> list[Label]:
    """Of a text, a pair, or an object; a score that is missing is 0, since Google's client leaves zeros out.

    What Rekognition has found comes with the kinds of things that it is, and its scores are percentages.
    """
    parents: Any = ()
    if isinstance(entry, str):
        return list(_typed(entry))
    if isinstance(entry, dict):
        name = next((entry[name] for name in DESCRIPTIONS if name in entry), None)
        score = _plain(next((entry[name] for name in SCORES if entry.get(name) is not None), 0.0))
        parents = entry["Parents"] if isinstance(entry.get("Parents"), list) else ()
    elif isinstance(entry, (list, tuple)) and len(entry) == 2:
        name, score = entry
    else:
        name = score = None
    if not isinstance(name, str):
        raise DataError(f"a label must be a text or an object with 'description' and 'score', not {shown(entry)}")
    try:
        number = math.nan if isinstance(score, bool) else float(score)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if isinstance(entry, dict) and "Confidence" in entry:
        number /= 100
    if not 0 <= number <= 1:  # false for NaN too
        raise DataError(f"the score of a label must be a number in [0, 1], not {shown(score)} as of {shown(name)}")
    names = [name, *(kind["Name"] for kind in parents if isinstance(kind, dict) and "Name" in kind)]
    return [Label(clean(name), number) for name in names if isinstance(name, str)]


def _literal(value: Any) -> Any:
    """A cell of a table that is a list or an object in JSON's or Python's form, as pandas writes it."""
    if not isinstance(value, str) or not value.startswith(("[", "{", "(", "array(")) or len(value) > MOST_LITERAL:
        return value
    if "(" in value or "nan" in value:
        value = re.sub(r"\bnan\b", "None", _NUMPY.sub(r"\1", value))
    if _NO_COMMA.match(value):
        return [one or two for one, two in re.findall(r"'([^']*)'|\"([^\"]*)\"", value)]
    # Most lists of Python are JSON's with other quotes, which are read faster.
    is_pythons = "'" in value and '"' not in value and "\\" not in value
    try:
        return json.loads(value.replace("'", '"') if is_pythons else value)
    except (ValueError, RecursionError):
        pass
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of backslashes that Python would not write
            found = ast.literal_eval(value)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return value
    return sorted(found, key=str) if isinstance(found, (set, frozenset)) else found
