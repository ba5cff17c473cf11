"""Posts under our own names or under others that are usual: JSON Lines, JSON lists, CSV, TSV, Parquet.

JSON Lines with our names are what is written: {"id", "hashtags", "labels", "user"?, "created_at"?, ...}; features of
photos go into a file beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from instahash.data import Post
from instahash.files import writing
from instahash.formats.fields import known, usual
from instahash.formats.given import posts_of
from instahash.formats.items import container, first, item_format
from instahash.formats.photo_features import Writer, features_path
from instahash.formats.source import Source


def write_posts(path: str | Path, posts: Iterable[Post]) -> int:
    """Write posts as JSON Lines, compressed by the suffix of `path`, whole or not at all; returns how many.

    Features of photos, where there are any, go into `posts.jsonl.gz.features.npy` beside `posts.jsonl.gz`,
    see `formats/photo_features.py`; then only one process may write at a time. Raises DataError where a file cannot be
    written, or photos have not equally many.
    """
    n_posts, path = 0, Path(path)
    with ExitStack() as ends:
        file = ends.enter_context(writing(path))
        photos = Writer(features_path(path), ends)
        for post in posts_of(posts):
            labels = [{"description": description, "score": score} for description, score in post.labels]
            value = {"id": post.id, "hashtags": post.hashtags, "labels": labels}
            optional: dict[str, Any] = {"user": post.user, "created_at": post.created_at}
            optional |= {"user_features": post.features or None, "photos": post.photos or None}
            optional |= {"made_up": post.made_up or None}
            if post.photo_features is not None:
                optional["photo_features"] = photos.put(post.photo_features)
            value |= {key: part for key, part in optional.items() if part is not None}
            # UTF-8 has no half of a surrogate pair; backslashreplace writes one as JSON does.
            file.write((json.dumps(value, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace"))
            n_posts += 1
    photos.end()
    return n_posts


def has_hashtags(item: Mapping[str, Any], columns: Mapping[str, str] = {}) -> bool:
    """Whether an object has what only posts have; a description or a text alone many things have."""
    found = known(tuple(item))
    caption = any(name.lower().startswith(("caption", "edge_media")) for name in found.get("caption", ()))
    named = {"caption", "photos"} <= found.keys()
    listed = not {"hashtags", "labels"}.isdisjoint(found)
    return caption or named or listed or any(name in item for name in columns.values())


def _parts(item: dict[str, Any], source: Source) -> dict[str, Any]:
    """What only our files have besides: which features of a photo, beside the file, and whether a post is made up."""
    parts = usual(item, source.columns) | {"made_up": item.get("made_up") is True}
    return parts | {"photo_features": (source.path, item["photo_features"])} if "photo_features" in item else parts


def _matches(source: Source) -> bool:
    """A broken object is taken, so that what is wrong with it is said."""
    kind = container(source)
    if kind == "object":
        return not first(source) or has_hashtags(first(source))
    return kind in ("lines", "list", "table", "parquet")


POSTS = replace(
    item_format(
        "posts",
        "posts",
        bool,
        _parts,
    ),
    matches=_matches,
)
