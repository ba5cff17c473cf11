"""Zeeschuimer's NDJSON: what a browser saw on a platform, {"item_id", "source_platform", "data": {...}} a line."""

from __future__ import annotations

from typing import Any

from instahash.formats.fields import usual
from instahash.formats.items import item_format
from instahash.formats.node import is_node, node_parts
from instahash.formats.source import Source


def _parts(item: dict[str, Any], source: Source) -> dict[str, Any] | str:
    data = item.get("data")
    if not isinstance(data, dict):
        return "an entry without data"
    node: dict[str, Any] = data["node"] if isinstance(data.get("node"), dict) else data
    if is_node(node):
        return node_parts(node)
    return {"id": item.get("item_id"), **usual(node, source.columns)}


ZEESCHUIMER = item_format(
    "zeeschuimer", "Zeeschuimer's NDJSON", lambda item: {"item_id", "source_platform", "data"} <= item.keys(), _parts
)
