"""Media of instagrapi as JSON or JSON Lines."""

from __future__ import annotations

from typing import Any

from instahash.formats.fields import usual
from instahash.formats.items import item_format
from instahash.formats.source import Source


def _parts(item: dict[str, Any], source: Source) -> dict[str, Any]:
    names = [item.get(name) for name in ("code", "pk", "id")]
    return usual(item, source.columns) | {"photos": [str(name) for name in names if name]}


INSTAGRAPI = item_format("instagrapi", "instagrapi's media", lambda item: "caption_text" in item, _parts)
