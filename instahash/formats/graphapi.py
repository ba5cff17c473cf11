"""Media of Instagram's Graph API and of its Basic Display API, as JSON or JSON Lines, an answer or a media object each.

{"data": [{"id", "caption", "media_type": "IMAGE", "media_url", "permalink", "timestamp", "username", "children":
{"data": [photo, ...]}}], "paging"}; those of another account are in {"business_discovery": {"media": {"data"}}}.
"""

from __future__ import annotations

from typing import Any

from instahash.formats.fields import usual
from instahash.formats.items import Parts, item_format
from instahash.formats.node import each, named, url_names, within
from instahash.formats.source import Source

TYPES = ("IMAGE", "VIDEO", "CAROUSEL_ALBUM")
HOLDERS = (("data",), ("media", "data"), ("business_discovery", "media", "data"))


def _parts(item: dict[str, Any], source: Source) -> Parts | list[Parts]:
    for keys in HOLDERS:
        if isinstance(media := within(item, *keys), list):
            user = within(item, *keys[:-2], "username")
            return [_post({"username": user} | post, source) for post in each(media)] or "an answer without media"
    return _post(item, source)


def _post(item: dict[str, Any], source: Source) -> Parts:
    if item.get("media_product_type") == "STORY":
        return "a story"
    parts = {"caption": None} | usual(item, source.columns)  # media without a caption have no such key
    link = item.get("permalink")
    code = link.rstrip("/").rpartition("/")[2] if isinstance(link, str) else None
    photos = [item, *each(within(item, "children", "data"))]
    names = named(item.get("shortcode"), code, *(photo.get("id") for photo in photos))
    return parts | {"photos": [*names, *url_names(*(photo.get("media_url") for photo in photos))]}


def _is_media(item: dict[str, Any]) -> bool:
    if item.get("media_type") in TYPES:
        return "id" in item
    return any(isinstance(within(item, *keys), list) for keys in HOLDERS[1:]) or any(
        media.get("media_type") in TYPES for media in each(item.get("data"))
    )


GRAPH_API = item_format("graph-api", "media of the Graph API", _is_media, _parts)
