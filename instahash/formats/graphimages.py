"""instagram-scraper's JSON: {"GraphImages": [post, ...], "GraphStories": [...], "GraphProfileInfo": {...}}."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from instahash.formats.items import container, item_format
from instahash.formats.node import node_parts
from instahash.formats.source import Format, Source


def _parts(node: dict[str, Any], source: Source) -> dict[str, Any]:
    """Photos are named as the last part of their addresses."""
    parts = node_parts(node)
    urls = [url for url in node.get("urls") or () if isinstance(url, str)]
    user = node.get("username") or parts.get("user")
    names = [os.path.basename(urlsplit(url).path) for url in urls]
    return parts | {"user": user, "photos": [*names, *parts["photos"]]}


def _matches(source: Source) -> bool:
    value = source.value if container(source) == "object" else None
    return isinstance(value, dict) and isinstance(value.get("GraphImages"), list)


GRAPH_IMAGES = Format("instagram-scraper", "instagram-scraper's file", _matches, item_format("", "", bool, _parts).read)
