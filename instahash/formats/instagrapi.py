"""Media of instagrapi as JSON or JSON Lines, as `media.dict()` and `media.model_dump()` give them.

{"pk", "id", "code", "taken_at", "caption_text", "user": {"pk", "username"}, "product_type", "thumbnail_url",
"resources": [{"pk", "thumbnail_url"}]}. Photos are named {username}_{pk}.jpg, those of one post by their own pk.
"""

from __future__ import annotations

from typing import Any

from instahash.formats.fields import usual
from instahash.formats.items import Parts, item_format
from instahash.formats.node import each, named, url_names
from instahash.formats.source import Source


def _parts(item: dict[str, Any], source: Source) -> Parts:
    if item.get("product_type") == "story" or "caption_text" not in item:
        return "a story"
    resources = [item, *each(item.get("resources"))]
    names = [name for resource in resources for name in named(*map(resource.get, ("code", "pk", "id")))]
    urls = url_names(*(resource.get("thumbnail_url") for resource in resources))
    return usual(item, source.columns) | {"photos": [*names, *urls]}


def _is_media(item: dict[str, Any]) -> bool:
    return "caption_text" in item or {"pk", "taken_at", "mentions", "links"} <= item.keys()


INSTAGRAPI = item_format("instagrapi", "instagrapi's media", _is_media, _parts)
