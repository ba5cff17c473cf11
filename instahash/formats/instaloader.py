"""Instaloader's JSON: one post a file, {"node": {...}, "instaloader": {"node_type"}}, named as its photos begin.

The photos of 2023-01-01_10-00-00_UTC.json.xz are 2023-01-01_10-00-00_UTC.jpg, or _UTC_1.jpg, _UTC_2.jpg, ... Files of
the same form hold profiles, stories and hashtags; _UTC_comments.json is a list. Old versions wrote the node alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from instahash.data import Post
from instahash.formats.items import Parts, first, item_format, whole
from instahash.formats.node import is_node, node_parts, within
from instahash.formats.source import Format, LeftOut, Source

COMMENTS = "_comments.json"
NO_POSTS = {"Profile": "a profile", "StoryItem": "a story", "Hashtag": "a hashtag"}


def _parts(item: dict[str, Any], source: Source) -> Parts:
    kind = within(item, "instaloader", "node_type")
    node = item["node"] if isinstance(item.get("node"), dict) else item
    if kind == "Post" or (kind is None and is_node(node)):
        return node_parts(node, source.columns, source.stem)
    return NO_POSTS.get(str(kind), "a file of Instaloader that is no post")


def _matches(source: Source) -> bool:
    if source.name.endswith(COMMENTS):
        return True
    item = first(source)
    return "instaloader" in item or is_node(item.get("node")) or (is_node(item) and item is whole(source))


def _read(source: Source) -> Iterator[Post | LeftOut]:
    if source.name.endswith(COMMENTS):
        yield LeftOut(f"'{source.path}'", "comments", "other")
    else:
        yield from item_format("", "", bool, _parts).read(source)


INSTALOADER = Format("instaloader", "Instaloader's files", _matches, _read)
