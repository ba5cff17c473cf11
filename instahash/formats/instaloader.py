"""Instaloader's JSON: one post a file, {"node": {...}, "instaloader": {"node_type"}}, named as its photos begin."""

from __future__ import annotations

from typing import Any

from instahash.formats.items import container, first, item_format
from instahash.formats.node import is_node, node_parts
from instahash.formats.source import Format, Source

COMMENTS = "_comments.json"


def _parts(item: dict[str, Any], source: Source) -> dict[str, Any] | str:
    node: Any = item.get("node")
    kind = item.get("instaloader")
    kind = kind.get("node_type") if isinstance(kind, dict) else None
    if source.name.endswith(COMMENTS):
        return "a comment"
    if not is_node(node) or kind not in (None, "Post"):
        return {"Profile": "a profile", "StoryItem": "a story"}.get(str(kind), "a file of Instaloader that is no post")
    return node_parts(node, source.stem)


def _matches(source: Source) -> bool:
    if source.name.endswith(COMMENTS):
        return True
    return container(source) == "object" and isinstance(first(source).get("node"), dict)


INSTALOADER = Format(
    "instaloader",
    "Instaloader's files",
    _matches,
    item_format("instaloader", "", bool, _parts).read,
)
