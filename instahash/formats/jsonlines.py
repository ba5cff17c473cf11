"""JSON Lines: one post a line, as :func:`instahash.data.post_from_json` describes it. Files are streamed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from instahash.data import Post, post_from_json
from instahash.errors import DataError
from instahash.files import reading, writing
from instahash.formats.source import Format, Source


def write_posts(path: str | Path, posts: Iterable[Post]) -> int:
    """Write posts as JSON Lines, compressed by the suffix of `path`, whole or not at all; returns how many.

    Raises DataError where the file cannot be written.
    """
    n_posts = 0
    with writing(path) as file:
        for post in posts:
            labels = [{"description": description, "score": score} for description, score in post.labels]
            value = {"id": post.id, "hashtags": post.hashtags, "labels": labels}
            optional = {"user": post.user, "created_at": post.created_at, "user_features": post.features or None}
            value |= {key: part for key, part in optional.items() if part is not None}
            # UTF-8 has no half of a surrogate pair; backslashreplace writes one as JSON does.
            file.write((json.dumps(value, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace"))
            n_posts += 1
    return n_posts


def _matches(source: Source) -> bool:
    """Any file, but for one named .json that does not begin with a line that is an object."""
    if source.path.is_dir() or source.suffix != ".json":
        return not source.path.is_dir()
    first, _, others = source.head.lstrip().partition(b"\n")
    try:
        return bool(others.strip()) and isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _read(source: Source) -> Iterator[Post]:
    with reading(source.path) as file:
        for number, line in enumerate(file, 1):
            if line.isspace():
                continue
            try:
                yield post_from_json(json.loads(line))
            except (ValueError, RecursionError, DataError) as error:
                what = (
                    f": {error}" if isinstance(error, DataError) else " is not JSON; every line must be one JSON post"
                )
                raise DataError(f"'{source.path}' line {number}{what}") from None


JSON_LINES = Format("JSON Lines", _matches, _read)
