"""gallery-dl's JSON: beside each photo a file NAME.jpg.json with what is known of it."""

from __future__ import annotations

from typing import Any

from instahash.formats.fields import usual
from instahash.formats.items import item_format
from instahash.formats.source import Source


def _parts(item: dict[str, Any], source: Source) -> dict[str, Any] | str:
    """The photos of one post share its id."""
    if item.get("subcategory") in ("stories", "highlights", "avatar"):
        return {"avatar": "a profile photo"}.get(str(item["subcategory"]), "a story")
    parts = usual(item, source.columns)
    own = item.get("post_id") or item.get("post_shortcode") or parts.get("id")
    time = item.get("post_date") or parts.get("created_at")
    return parts | {"id": own, "created_at": time, "user": item.get("username"), "photos": [source.stem]}


GALLERY_DL = item_format(
    "gallery-dl", "gallery-dl's files", lambda item: {"category", "subcategory", "extension"} <= item.keys(), _parts
)
