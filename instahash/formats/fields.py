"""The parts of a post under the names that people's files have for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from instahash.data import Post
from instahash.data.posts import unchecked_post
from instahash.errors import DataError
from instahash.formats.photo_features import read_features
from instahash.formats.source import LeftOut
from instahash.formats.values import (
    hashtags_of,
    hashtags_of_caption,
    id_of,
    labels_of,
    texts_of,
    time_of,
    user_of,
)

# Part -> its usual names, in small letters and digits, the best first: what is not empty under an earlier one counts.
NAMES = {
    part: names.split()
    for part, names in {
        "id": "id shortcode code pk postid postshortcode itemid mediaid photoid imageid file filename image photo path "
        "uri url link permalink",
        "hashtags": "hashtags tags hashtag tag",
        "caption": "caption captiontext edgemediatocaption fulltext description desc text body title content message "
        "posttext",
        "labels": "labels label labelannotations",
        "user": "user username ownerusername owner author account screenname userid ownerid",
        "created_at": "createdat takenat takenattimestamp timestamp date datetime postdate dateutc creationtimestamp "
        "time publishedat createdtime createtime",
        "user_features": "userfeatures",
        "photos": "photos photo image file filename path uri shortcode code pk postshortcode mediaid localpath",
    }.items()
}
MOST_KEPT = 256  # names of one object, of which is remembered what they mean
CONTENT = frozenset(("hashtags", "caption", "labels"))  # a post has one of these parts


def known(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Part of a post -> those of `names` under which it may stand, the best first."""
    return _known(names) if len(names) <= MOST_KEPT else _known.__wrapped__(names)


@lru_cache(maxsize=4096)
def _known(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
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
            values = [value for name in names for value in _as_list(item[name])]
            parts[part] = [value for value in values if value and isinstance(value, (str, int))]
        elif len(names) == 1:
            parts[part] = item[names[0]]
        else:
            parts[part] = next((item[name] for name in names if not _is_empty(item[name])), None)
    return parts | {part: item[name] for part, name in columns.items() if name in item}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_empty(value: Any) -> bool:
    return value is None or isinstance(value, (str, list)) and not value or _is_nan(value)


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and value != value


def post_from_parts(parts: Mapping[str, Any], place: str, own: str) -> list[Post | LeftOut]:
    """The post that has these parts, and before it what had to be left out of it.

    parts : of NAMES, in any of the shapes that tools write.
    own : the post's id where it has none, which is the name of no photo.
    """
    left_out: list[LeftOut] = []

    def of(part: str, read: Callable[[Any], Any], default: Any) -> Any:
        value = parts.get(part)
        if value is None or isinstance(value, str) and not value:
            return default
        try:
            return read(value)
        except DataError as error:
            if not _is_nan(value) or part == "created_at":  # pandas writes NaN for a part that is not there
                left_out.append(LeftOut(place, f"'{part}' {error}", "part"))
            return default

    labels = of("labels", lambda value: labels_of(value, place, left_out), ())
    hashtags = of("hashtags", hashtags_of, ()) or of("caption", hashtags_of_caption, ())
    user, features = of("user", user_of, None), of("user_features", texts_of, ())
    created_at, photos = of("created_at", time_of, None), of("photos", texts_of, ())
    photo_features = of("photo_features", lambda value: read_features(*value), None)
    own = of("id", id_of, own)
    made_up = parts.get("made_up", False)
    post = unchecked_post(own, hashtags, labels, user, created_at, features, photos, photo_features, made_up)
    return [*left_out, post]
