"""Zeeschuimer's NDJSON: what a browser saw on a platform, a line an item.

{"item_id", "source_platform": "instagram.com", "timestamp_collected", "data": {...}}, where data is what the platform
sent: of Instagram and Threads a post as its pages or apps have it, of TikTok {"desc", "author": {"uniqueId"},
"createTime", "textExtra": [{"hashtagName"}]}, of X {"legacy": {"full_text", "entities": {"hashtags": [{"text"}]}}}.
"""

from __future__ import annotations

from typing import Any

from instahash.formats.fields import usual
from instahash.formats.items import Parts, item_format
from instahash.formats.node import each, is_node, named, node_parts, within
from instahash.formats.source import Source

# Where lists of hashtags stand, and under which name each.
HASHTAGS = ((("entities", "hashtags"), "text"), (("textExtra",), "hashtagName"), (("challenges",), "title"))
AUTHOR_OF_X = ("core", "user_results", "result")


def data_parts(data: dict[str, Any], source: Source) -> Parts:
    """The parts of the post that a platform sent, or why it is none."""
    node: dict[str, Any] = data["node"] if isinstance(data.get("node"), dict) else data
    if is_node(node):
        return node_parts(node, source.columns)
    post = node | node["legacy"] if isinstance(node.get("legacy"), dict) else node
    parts = {"user": post.get("pinner") or post.get("creator")} | usual(post, source.columns)
    lists = (named(*(entry.get(name) for entry in each(within(post, *keys)))) for keys, name in HASHTAGS)
    if hashtags := next(filter(None, lists), None):
        parts["hashtags"] = hashtags
    result = within(node, *AUTHOR_OF_X)
    if author := within(result, "core", "screen_name") or within(result, "legacy", "screen_name"):
        parts["user"] = author
    return parts


def _parts(item: dict[str, Any], source: Source) -> Parts:
    if not isinstance(item.get("data"), dict):
        return "an entry without data"
    parts = data_parts(item["data"], source)
    return parts if isinstance(parts, str) or parts.get("id") else parts | {"id": item.get("item_id")}


ZEESCHUIMER = item_format(
    "zeeschuimer", "Zeeschuimer's NDJSON", lambda item: {"item_id", "source_platform", "data"} <= item.keys(), _parts
)
