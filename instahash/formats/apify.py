"""Items of Apify's Instagram scrapers, as JSON, JSON Lines or CSV."""

from __future__ import annotations

from typing import Any

from instahash.formats.fields import usual
from instahash.formats.items import item_format
from instahash.formats.source import Source

MARKS = ("inputUrl", "shortCode", "ownerUsername", "childPosts")


def _parts(item: dict[str, Any], source: Source) -> dict[str, Any] | str:
    if item.get("error") and not item.get("caption"):
        return "an error of the tool instead of a post"
    parts = usual(item, source.columns)
    names = [item.get(name) for name in ("shortCode", "id")]
    return parts | {"photos": [str(name) for name in names if name]}


APIFY = item_format("apify", "Apify's items", lambda item: sum(mark in item for mark in MARKS) > 1, _parts)
