"""What people give in Python, in any of the shapes that they have it in, as what is worked with; or one line that says
which argument it was, what came, and what was wanted.

A text where a list is wanted is read as the commands read it: "sky, boat:0.9" is two labels, "#sea #sun" two hashtags.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from numbers import Integral, Real
from os import PathLike
from typing import Any

from instahash.archive import is_image
from instahash.data.hashtags import hashtags_from_list
from instahash.data.labels import labels_from_text
from instahash.errors import DataError, shown
from instahash.parameters import fraction

# What tools call the text of a label and its score, in files too; a "Confidence" is Rekognition's, a percentage.
DESCRIPTIONS = ("description", "name", "Name", "label", "tag")
SCORES = ("score", "confidence", "Confidence", "probability", "value")
EXACT = 2**53  # from here on not every whole number has a float
PHOTO = (
    "a photo; label it first, with annotate([file], OfflineAnnotator()) of instahash.annotate, or ask "
    "instahash-recommend --image"
)
LABEL = "a text, a pair of a text and its score, or a dict with 'description' and 'score'"


def rows_of(value: Any) -> Any:
    """The rows of a table of pandas or Polars as dicts; anything else as it is."""
    if not hasattr(value, "columns"):
        return value
    if hasattr(value, "to_dicts"):
        return value.to_dicts()
    return value.to_dict("records") if hasattr(value, "to_dict") else value


def text_of(value: Any, name: str) -> str:
    """A text; a whole number is one too, as in files, also as a float, which pandas makes of it.

    Raises DataError for anything else.
    """
    if isinstance(value, str):
        return str(value)  # of NumPy's texts too
    is_whole = isinstance(value, Integral) or isinstance(value, float) and value.is_integer() and abs(value) < EXACT
    if is_whole and not isinstance(value, bool):
        return str(int(value))
    raise DataError(f"{name} is {shown(value)}; it must be a text")


def texts_of(value: Any, name: str, split: Callable[[str], list[str]] = lambda text: [text]) -> list[str]:
    """Texts of a list, an array or anything that gives them one by one; of None none, of a text what `split` makes.

    Raises DataError for anything else.
    """
    if value is None:
        return []
    if isinstance(value, str):
        return split(str(value))
    texts = []
    for text in _each(value, name, "a list of texts, such as ['sea', 'sun']"):
        if not isinstance(text, str):
            raise DataError(f"{name} holds {shown(text)}; it must be a list of texts, such as ['sea', 'sun']")
        texts.append(str(text))
    return texts


def hashtags_of(value: Any, name: str) -> list[str]:
    """The same of hashtags, which a text lists."""
    return texts_of(value, name, hashtags_from_list)


def labels_of(value: Any, known: Container[str] = ()) -> list[tuple[str, float | None]]:
    """Pairs of a text and its score, None for one that is not said.

    value : what :meth:`InstaHash.recommend` takes: labels in a list, an array or anything that gives them one by one,
        each a text, a pair or a dict; a table of such rows; a dict of text -> score; one label; None. What a text
        lists is as :func:`~instahash.data.labels.labels_from_text` reads it, which `known` is for.
    Raises DataError for anything else, such as a photo, and for a score outside [0, 1].
    """
    if value is None:
        return []
    value = rows_of(value)
    if isinstance(value, PathLike) or hasattr(value, "getpixel"):  # as Pillow's images have
        raise DataError(f"labels is {shown(value)}, {PHOTO}")
    if isinstance(value, str):
        value = [value]
    elif isinstance(value, Mapping):
        value = [value] if any(isinstance(value.get(name), str) for name in DESCRIPTIONS) else value.items()
    elif isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], Real):
        value = [value]
    labels: list[tuple[str, float | None]] = []
    for label in _each(value, "labels", "a list of labels, such as ['sky', ('sea', 0.9)]"):
        labels += _typed(str(label), known) if isinstance(label, str) else [_label(label)]
    return labels


def _typed(text: str, known: Container[str]) -> list[tuple[str, float | None]]:
    if is_image(text):
        raise DataError(f"labels is {shown(text)}, {PHOTO}")
    return [(label, None) if isinstance(label, str) else label for label in labels_from_text(text, known)]


def _label(label: Any) -> tuple[str, float | None]:
    text = score = None
    if type(label) is tuple and len(label) == 2:  # without the slower questions below
        text, score = label
    elif isinstance(label, Mapping):
        text = next((label[name] for name in DESCRIPTIONS if name in label), None)
        score = next((label[name] for name in SCORES if label.get(name) is not None), None)
        if "Confidence" in label and isinstance(score := _number(score), Real) and not isinstance(score, bool):
            score = score / 100
    elif (isinstance(label, (tuple, list)) or getattr(label, "ndim", 0) == 1) and len(label) == 2:
        text, score = label
    if not isinstance(text, str):
        raise DataError(f"labels holds {shown(label)}; a label is {LABEL}")
    return str(text), None if score is None else score_of(score, text)


def score_of(score: Any, label: str) -> float:
    """The score of a label. Raises DataError for what is no number in [0, 1]."""
    if type(score) is float and 0 <= score <= 1:
        return score
    return fraction(_number(score), f"the score of label {shown(label)}", DataError)


def _number(score: Any) -> Any:
    """A number that is written as a text, as files may have it, as a number; anything else as it is."""
    try:
        return float(score) if isinstance(score, str) else score
    except ValueError:
        return score


def _each(value: Any, name: str, wanted: str) -> Iterable[Any]:
    """What a list or the like gives; a dict, bytes and what gives nothing are none."""
    if type(value) in (list, tuple):
        return value
    try:
        if not isinstance(value, (Mapping, bytes, bytearray, memoryview)):
            return iter(value)
    except TypeError:
        pass
    raise DataError(f"{name} is {shown(value)}; it must be {wanted}")
