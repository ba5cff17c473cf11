"""instagram-scraper's JSON: {"GraphImages": [post, ...], "GraphStories": [...], "GraphProfileInfo": {...}}.

A post is as Instagram's pages have it, with "urls", "tags" and "username" added. Photos are named as the last part of
their address.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from instahash.data import Post
from instahash.formats.fields import post_from_parts
from instahash.formats.items import Parts, whole
from instahash.formats.node import each, node_parts, url_names
from instahash.formats.source import Format, LeftOut, Source
from instahash.formats.values import shown

POSTS = ("GraphImages", "GraphVideos")
STORIES = "GraphStories"


def _parts(node: dict[str, Any], source: Source) -> Parts:
    parts = node_parts(node, source.columns)
    if isinstance(parts, str):
        return parts
    names = url_names(*each(node.get("urls"), str))
    return parts | {"photos": [*names, *parts["photos"]]}


def _matches(source: Source) -> bool:
    return any(isinstance(whole(source).get(name), list) for name in (*POSTS, STORIES))


def _read(source: Source) -> Iterator[Post | LeftOut]:
    for name in POSTS:
        for number, node in enumerate(each(whole(source).get(name), object), 1):
            place = f"'{source.path}' {name} {number}"
            found = _parts(node, source) if isinstance(node, dict) else None
            if isinstance(found, dict):
                yield from post_from_parts(found, place, f"{source.name} {number}")
            elif found is None:
                yield LeftOut(place, f"must be a post as a JSON object, not {shown(node)}")
            else:
                yield LeftOut(place, found, "other")
    for number, _ in enumerate(each(whole(source).get(STORIES), object), 1):
        yield LeftOut(f"'{source.path}' {STORIES} {number}", "a story", "other")


GRAPH_IMAGES = Format("instagram-scraper", "instagram-scraper's file", _matches, _read)
