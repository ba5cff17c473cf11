"""A JSON list of posts: [{"id" or "shortcode", "caption" or "hashtags" or "tags", "labels"?, ...}, ...]."""

from __future__ import annotations

from collections.abc import Iterator

from instahash.data import Post
from instahash.formats.instagram import post_from_item
from instahash.formats.source import Format, Source


def _read(source: Source) -> Iterator[Post]:
    for number, item in enumerate(source.value, 1):
        yield post_from_item(item, f"'{source.path}': post {number}")


JSON_LIST = Format("a JSON list of posts", lambda source: isinstance(source.value, list), _read)
