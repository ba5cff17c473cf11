"""4CAT's CSV and NDJSON, as its Instagram data sources write them."""

from __future__ import annotations

from typing import Any

from instahash.formats.fields import usual
from instahash.formats.items import item_format
from instahash.formats.source import Source


def _parts(item: dict[str, Any], source: Source) -> dict[str, Any] | str:
    if item.get("parent_id") not in (None, "", item.get("id"), item.get("thread_id")):
        return "a comment"
    return {"caption": item.get("body"), "user": item.get("author"), **usual(item, source.columns)}


FOURCAT = item_format("4cat", "4CAT's files", lambda item: {"thread_id", "body"} <= item.keys(), _parts)
