"""Media of Instagram's Graph API: {"data": [{"id", "caption", "timestamp", ...}], "paging"}, as JSON or JSON Lines."""

from __future__ import annotations

from typing import Any

from instahash.formats.fields import usual
from instahash.formats.items import item_format
from instahash.formats.source import Source


def _parts(item: dict[str, Any], source: Source) -> dict[str, Any]:
    """The shortcode is the last part of the permalink."""
    parts = usual(item, source.columns)
    link = item.get("permalink")
    code = item.get("shortcode") or (link.rstrip("/").rpartition("/")[2] if isinstance(link, str) else None)
    return parts | {"photos": [str(name) for name in (code, item.get("id")) if name]}


GRAPH_API = item_format(
    "graph-api", "media of the Graph API", lambda item: "media_type" in item and "id" in item, _parts
)
