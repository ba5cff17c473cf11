"""A post: one photo with its author's hashtags and a detector's labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from instahash.data.given import hashtags_of, labels_of, score_of, text_of, texts_of
from instahash.data.times import time_text
from instahash.errors import DataError, shown


class _Label(NamedTuple):
    description: str
    score: float


class Label(_Label):
    """What a detector saw: a description, which may be several words, and a score in [0, 1].

    Raises DataError for another score, and for a description that is no text.
    """

    __slots__ = ()

    def __new__(cls, description: str, score: float) -> Label:
        if type(description) is not str or type(score) is not float or not 0.0 <= score <= 1.0:
            description = text_of(description, "the description of a label")
            score = score_of(score, description)
        return tuple.__new__(cls, (description, score))

    @classmethod
    def _make(cls, iterable: Iterable[Any]) -> Label:  # type: ignore[override]
        return cls(*iterable)


class _Post(NamedTuple):
    id: str
    hashtags: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    user: str | None = None
    created_at: str | None = None
    features: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()
    photo_features: np.ndarray | None = None
    made_up: bool = False


class Post(_Post):
    """One photo.

    hashtags : as the author wrote them; a text lists several, with or without #.
    labels : each a Label; the other shapes that :meth:`InstaHash.recommend` takes become Labels, with the score 1 where
        none is said.
    created_at : ISO 8601; seconds since 1970 and datetimes become that.
    features : what the user has in common with others ("country:pt"), for recommendations that are personal.
    photos : names by which its photos may be found: paths, names of files, what these begin with, or a shortcode.
    photo_features : (n_features,) float16 or float32, what the labeller's network sees in the photo; None for unknown.
        Read from a file, it is a row of what is mapped into memory.
    made_up : whether there was no photo, and a program drew labels and hashtags.
    Raises DataError for anything else.
    """

    __slots__ = ()

    def __new__(
        cls,
        id: str,
        hashtags: Iterable[str] = (),
        labels: Iterable[Any] = (),
        user: str | None = None,
        created_at: Any = None,
        features: Iterable[str] = (),
        photos: Iterable[str] = (),
        photo_features: Any = None,
        made_up: bool = False,
    ) -> Post:
        if type(id) is not str:
            id = text_of(id, "the id of a post")
        if user is not None and type(user) is not str:
            user = text_of(user, "the user of a post")
        if created_at is not None and type(created_at) is not str:
            created_at = _time_of(created_at)
        if type(hashtags) is not tuple or (hashtags and not _are(hashtags, str)):
            hashtags = tuple(hashtags_of(hashtags, "hashtags"))
        if type(labels) is not tuple or (labels and not _are(labels, Label)):
            labels = tuple([Label(text, 1.0 if score is None else score) for text, score in labels_of(labels)])
        if type(features) is not tuple or (features and not _are(features, str)):
            features = tuple(texts_of(features, "features"))
        if type(photos) is not tuple or (photos and not _are(photos, str)):
            photos = tuple(texts_of(photos, "photos"))
        own = id, hashtags, labels, user, created_at, features, photos, photo_features, made_up
        return tuple.__new__(cls, own)

    @classmethod
    def _make(cls, iterable: Iterable[Any]) -> Post:  # type: ignore[override]
        return cls(*iterable)


# A post of parts that are known to be what its fields say, as readers have made them: in half of the time.
unchecked_post: Callable[..., Post] = partial(_Post.__new__, Post)


def _are(values: tuple[Any, ...], kind: type) -> bool:
    """Whether all are of this very type, as readers give them: a check that is cheap."""
    for value in values:
        if type(value) is not kind:
            return False
    return True


def _time_of(moment: Any) -> str:
    if isinstance(moment, Real) and not isinstance(moment, bool):
        return time_text(float(moment))
    if hasattr(moment, "isoformat"):
        return str(moment.isoformat())
    raise DataError(f"created_at is {shown(moment)}; it must be a text such as '2024-05-31T12:00:00'")
